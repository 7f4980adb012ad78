// Writes the home of a person who runs Claude Code and Codex, in the demo's own folder. The home of whoever runs the demo is never touched.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FreshIds } from './fresh-ids.ts';
import type { FreshTimes } from './fresh-times.ts';
import type { RecordedChange } from './recording.ts';

/** What the recordings call these things. */
const RECORDED = { home: '/home/dev', slug: '-home-dev', pid: '4242424', day: '2026/11/21', minute: '2026-11-21T09-00' };

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
  change({ op, file, content, recordedAt }: RecordedChange, ids: FreshIds, times: FreshTimes): void {
    const path = join(this.#home, ids.rewrite(file));
    if (op === 'remove') return rmSync(path, { force: true });
    const text = ids.rewrite(times.asIfNow(JSON.stringify(content), recordedAt));
    mkdirSync(dirname(path), { recursive: true });
    if (op === 'append') appendFileSync(path, `${text}\n`);
    else writeFileSync(path, text);
  }
}
