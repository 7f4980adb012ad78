// Writes the home of a person who runs Claude Code and Codex, in the demo's own folder. The home of whoever runs the demo is never touched.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FreshIds } from './fresh-ids.ts';
import type { RecordedChange } from './recording.ts';

/** What the recordings call these things. */
const RECORDED = { home: '/home/dev', slug: '-home-dev', pid: '4242424', day: '2026/11/21', minute: '2026-11-21T09-00' };

const ISO_TIME = /2026-11-21T09:\d\d:\d\d\.\d{3}Z/g;
const EPOCH_MS = /\b179525\d{7}\b/g;
const EPOCH_S = /\b179525\d{4}\b/g;

export class CodingHome {
  readonly #home: string;

  /** Both agents work in `code/shop` below `home`, a repository of its own. */
  constructor(home: string) {
    this.#home = home;
    for (const folder of ['code/shop/.git', '.claude/projects', '.codex/sessions']) mkdirSync(join(home, folder), { recursive: true });
  }

  /** From now on recorded names stand for this home, today, and a process that lives. */
  startRound(ids: FreshIds): void {
    const now = new Date().toISOString();
    ids.setFresh(RECORDED.slug, this.#home.replaceAll(/[^A-Za-z0-9]/g, '-'));
    ids.setFresh(RECORDED.home, this.#home);
    ids.setFresh(RECORDED.pid, String(process.pid));
    ids.setFresh(RECORDED.day, now.slice(0, 10).replaceAll('-', '/'));
    ids.setFresh(RECORDED.minute, now.slice(0, 16).replaceAll(':', '-'));
  }

  /** Does to the file what the agent did, as if it were now. */
  change({ op, file, content, recordedAt }: RecordedChange, ids: FreshIds, speed: number): void {
    const path = join(this.#home, ids.rewrite(file));
    if (op === 'remove') return rmSync(path, { force: true });
    const text = ids.rewrite(asIfNow(JSON.stringify(content), recordedAt, speed));
    mkdirSync(dirname(path), { recursive: true });
    if (op === 'append') appendFileSync(path, `${text}\n`);
    else writeFileSync(path, text);
  }
}

/** The text as if what was recorded then happened now. The speed of the replay also shortens the distances to other times. */
export function asIfNow(text: string, recordedAt: number, speed: number): string {
  const now = Date.now();
  return withTimes(text, (at) => Math.round(now + (at - recordedAt) / speed));
}

function withTimes(text: string, moved: (at: number) => number): string {
  return text
    .replaceAll(ISO_TIME, (time) => new Date(moved(Date.parse(time))).toISOString())
    .replaceAll(EPOCH_MS, (time) => String(moved(Number(time))))
    .replaceAll(EPOCH_S, (time) => String(Math.floor(moved(Number(time) * 1_000) / 1_000)));
}
