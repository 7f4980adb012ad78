import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileKindOf } from '../../../../../src/sources/openclaw/transcripts/file-name.ts';
import { recordedFolder, type Version } from './recorded-index.ts';

/** One line of an inotify log about a file that matters. */
export interface Recorded {
  at: string;
  event: 'CREATE' | 'MODIFY' | 'MOVED_FROM' | 'MOVED_TO' | 'DELETE';
  name: string;
  size: number | undefined;
  ino: string | undefined;
}

const LINE = /^(\S+) (CREATE|MODIFY|MOVED_FROM|MOVED_TO|DELETE) \/agents\/main\/sessions\/([^/ ]+) size=(\S+) ino=(\S+)$/;

/** What happened to transcripts, their locks and the index in all recordings of a version, in the order it happened. */
export function recordedOperations(version: Version): Recorded[] {
  const captures = new URL(`../../../../fixtures/openclaw-${version}/captures/`, import.meta.url).pathname;
  const all = readdirSync(captures).flatMap((scenario) => readFileSync(join(captures, scenario, 'inotify.log'), 'utf8').split('\n'));
  const parsed = all.flatMap((text): Recorded[] => {
    const [, at = '', event, name = '', size, ino] = LINE.exec(text) ?? [];
    const known = EVENTS.find((other) => other === event);
    if (known === undefined || fileKindOf(name).kind === 'other') return [];
    return [{ at, event: known, name, size: size === '-' ? undefined : Number(size), ino: ino === '-' ? undefined : ino }];
  });
  return parsed.toSorted((left, right) => left.at.localeCompare(right.at));
}

const EVENTS: readonly Recorded['event'][] = ['CREATE', 'MODIFY', 'MOVED_FROM', 'MOVED_TO', 'DELETE'];

/** Where the content of a transcript ended up: under its own name, or under the one it was renamed to. */
export class Life {
  readonly version: Version;
  readonly fixture: string;
  content = '';
  /** Where it is now. Not every rename was recorded. */
  path = '';
  readonly #borders: number[];
  readonly #full: string;
  readonly #contentBySize = new Map<number, string>();
  /** By how much recorded sizes exceed ours, because paths were rewritten. */
  #drift = 0;

  constructor(version: Version, fixture: string) {
    const path = join(recordedFolder(version), fixture);
    this.version = version;
    this.fixture = fixture;
    this.#full = existsSync(path) ? readFileSync(path, 'latin1') : '';
    this.#borders = [0, ...[...this.#full.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  get full(): string {
    return this.#full;
  }

  /** The content when the file had this size: whole lines where a border is near, else the bytes up to there. */
  at(size: number): string {
    const known = this.version === '2026.2.26' && size > 0 ? this.#contentBySize.get(size) : undefined;
    if (known !== undefined) return known;
    const wanted = size - this.#drift;
    const border = this.#borders.reduce((best, other) => (Math.abs(other - wanted) < Math.abs(best - wanted) ? other : best), 0);
    if (Math.abs(border - wanted) > NEAR_BYTES) return this.#full.slice(0, Math.max(0, wanted));
    if (border > 0) this.#drift = size - border;
    return this.#full.slice(0, border);
  }

  record(size: number, content: string): void {
    this.content = content;
    this.#contentBySize.set(size, content);
  }

  /** The last lines that were this long together: what a line-limit compaction keeps. */
  tail(size: number): string {
    const start = this.#borders.reduce((best, other) =>
      Math.abs(this.#full.length - other - size) < Math.abs(this.#full.length - best - size) ? other : best,
    );
    return this.#full.slice(start);
  }
}

const NEAR_BYTES = 64;

/** Operations by number that left bytes which a later truncation took out again: heartbeats of 2026.2.26. */
export function ephemeral(operations: readonly Recorded[]): Set<number> {
  const found = new Set<number>();
  const openByIno = new Map<string, { number: number; size: number }[]>();
  for (const [number, { ino, size, event }] of operations.entries()) {
    if (ino === undefined || size === undefined || event === 'MOVED_TO') continue;
    const open = openByIno.get(ino) ?? [];
    const gone = size === 0 ? [] : open.filter((other) => other.size > size);
    for (const other of gone) found.add(other.number);
    openByIno.set(ino, [...(size === 0 ? [] : open.filter((other) => other.size <= size)), { number, size }]);
  }
  return found;
}
