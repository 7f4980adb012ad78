import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Follower, type FollowStart, type TailCheckpoint } from '../../../../../src/files/follower.ts';
import type { DecodedEvent } from '../../../../../src/sources/openclaw/decoding/decoded-event.ts';
import { transcriptFormat } from '../../../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { FakeClock } from '../../../../support/clock.ts';

/** What can happen to a transcript, and when we look. `at` picks a line by a number that is taken modulo their count. */
export type Operation =
  | { op: 'append'; lines: number; crlf?: boolean }
  | { op: 'half line' }
  | { op: 'long line'; half?: boolean }
  | { op: 'NUL block' }
  | { op: 'same line again'; at: number }
  | { op: 'edit'; at: number }
  | { op: 'truncate'; at: number; bytes: number }
  | { op: 'truncate and regrow'; at: number; lines: number }
  | { op: 'rewrite in place'; lookBetween: boolean }
  | { op: 'rotate'; reason: 'reset' | 'deleted' | 'bak'; lines: number | undefined }
  | { op: 'replace'; at: number; lines: number }
  | { op: 'delete' }
  | { op: 'pause'; ms: number }
  | { op: 'look' }
  | { op: 'look until settled' }
  | { op: 'restart' };

const small = fc.nat({ max: 6 });
const at = fc.nat({ max: 200 });
const bytes = fc.nat({ max: 80 });

export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ op: fc.constant('append' as const), lines: small, crlf: fc.boolean() }), weight: 6 },
    { arbitrary: fc.constant<Operation>({ op: 'look until settled' }), weight: 5 },
    { arbitrary: fc.constant<Operation>({ op: 'look' }), weight: 5 },
    { arbitrary: fc.constant<Operation>({ op: 'half line' }), weight: 2 },
    fc.record({ op: fc.constant('long line' as const), half: fc.boolean() }),
    fc.constant<Operation>({ op: 'NUL block' }),
    fc.record({ op: fc.constant('same line again' as const), at }),
    fc.record({ op: fc.constant('edit' as const), at }),
    fc.record({ op: fc.constant('truncate' as const), at, bytes }),
    fc.record({ op: fc.constant('truncate and regrow' as const), at, lines: small }),
    fc.record({ op: fc.constant('rewrite in place' as const), lookBetween: fc.boolean() }),
    fc.record({
      op: fc.constant('rotate' as const),
      reason: fc.constantFrom('reset' as const, 'deleted' as const, 'bak' as const),
      lines: fc.option(small, { nil: undefined }),
    }),
    fc.record({ op: fc.constant('replace' as const), at, lines: small }),
    fc.constant<Operation>({ op: 'delete' }),
    fc.record({ op: fc.constant('pause' as const), ms: fc.nat({ max: 600 }) }),
    fc.constant<Operation>({ op: 'restart' }),
  ),
  { maxLength: 30 },
);

const MAX_LINE_BYTES = 160;

/** A transcript on disk, a follower of it, and a naive reader that reads whole files and knows every id it ever met. */
export class TailModel {
  readonly followed: string[] = [];
  readonly naive: string[] = [];
  readonly #path: string;
  readonly #chunkBytes: number;
  readonly #clock = new FakeClock();
  readonly #known = new Set<string>();
  #follower: Follower<DecodedEvent>;
  #checkpoint: TailCheckpoint | undefined;
  #lastIno: number | undefined;
  #rotatedSinceLook = false;
  #nextId = 0;
  #archives: string[] = [];

  constructor(dir: string, chunkBytes: number) {
    this.#path = join(dir, 'session.jsonl');
    this.#chunkBytes = chunkBytes;
    this.#follower = this.#follow({ kind: 'all' });
  }

  async run(operation: Operation): Promise<void> {
    if (operation.op === 'look') return void (await this.#look());
    if (operation.op === 'look until settled') return this.#lookUntilSettled();
    if (operation.op === 'rewrite in place') return this.#rewrite(operation.lookBetween);
    if (operation.op === 'restart') return this.#restart();
    if (operation.op === 'pause') return this.#clock.pass(operation.ms);
    this.#change(operation);
  }

  async finish(): Promise<void> {
    await this.#lookUntilSettled();
  }

  #change(operation: Exclude<Operation, { op: 'look' | 'look until settled' | 'rewrite in place' | 'restart' | 'pause' }>): void {
    switch (operation.op) {
      case 'append':
        return appendFileSync(this.#path, this.#newLines(operation.lines, operation.crlf === true ? '\r\n' : '\n'));
      case 'half line':
        return appendFileSync(this.#path, this.#newLine().slice(0, 20));
      case 'long line':
        return appendFileSync(this.#path, `${this.#newLine()}${'ü'.repeat(MAX_LINE_BYTES)}${operation.half === true ? '' : '\n'}`);
      case 'NUL block':
        return appendFileSync(this.#path, '\0'.repeat(10));
      case 'same line again':
        return appendFileSync(this.#path, this.#lineAt(operation.at));
      case 'edit':
        return this.#edit(operation.at);
      case 'truncate':
        return this.#truncate(operation.at, operation.bytes);
      case 'truncate and regrow':
        this.#truncate(operation.at, 0);
        return appendFileSync(this.#path, this.#newLines(operation.lines));
      case 'rotate':
        return this.#rotate(operation.reason, operation.lines);
      case 'replace':
        return this.#replace(operation.at, operation.lines);
      case 'delete':
        return rmSync(this.#path, { force: true });
      default:
        operation satisfies never;
    }
  }

  async #look(): Promise<boolean> {
    for (;;) {
      const read = await this.#follower.read();
      this.#checkpoint = this.#follower.checkpoint() ?? this.#checkpoint;
      if (read.change === 'settling') return false;
      if (read.change === 'progressed' && read.more) continue;
      // A renamed file's rest comes first; what took its place is told by the next look.
      if (read.change === 'progressed' && this.#isElsewhere()) continue;
      this.#lookNaively();
      return true;
    }
  }

  async #lookUntilSettled(): Promise<void> {
    while (!(await this.#look())) this.#clock.pass(50);
  }

  #isElsewhere(): boolean {
    return existsSync(this.#path) ? String(statSync(this.#path).ino) !== this.#checkpoint?.ino : this.#archives.length > 0;
  }

  /** Reads the file that was renamed away since the last look, then the one at the path: whole, and by the plainest means. */
  #lookNaively(): void {
    const ino = existsSync(this.#path) ? statSync(this.#path).ino : undefined;
    if (ino !== this.#lastIno) {
      const archive = this.#archives.find((path) => existsSync(path) && statSync(path).ino === this.#lastIno);
      if (archive !== undefined) this.#meetAll(readFileSync(archive));
    }
    this.#archives = [];
    this.#rotatedSinceLook = false;
    if (ino !== undefined) this.#meetAll(readFileSync(this.#path));
    this.#lastIno = ino;
  }

  #meetAll(content: Buffer): void {
    const complete = content.toString('latin1').split('\n').slice(0, -1);
    for (const line of complete.filter((text) => text.replace(/\r$/, '').length <= MAX_LINE_BYTES)) {
      for (const id of line.split('\0').map(idOf)) {
        if (id === undefined || this.#known.has(id)) continue;
        this.#known.add(id);
        this.naive.push(id);
      }
    }
  }

  async #rewrite(lookBetween: boolean): Promise<void> {
    if (!existsSync(this.#path)) return;
    const content = readFileSync(this.#path);
    truncateSync(this.#path, 0);
    if (lookBetween) await this.#look();
    writeFileSync(this.#path, content.subarray(0, content.length / 2));
    if (lookBetween) await this.#look();
    writeFileSync(this.#path, content);
  }

  /** Another line of the same length in place of one of the newest: nothing but the bytes tells. */
  #edit(line: number): void {
    const lines = this.#lines();
    const index = lines.length - 1 - (line % Math.max(1, Math.min(lines.length, 8)));
    const id = idOf(lines[index] ?? '');
    if (id !== undefined) writeFileSync(this.#path, lines.with(index, (lines[index] ?? '').replace(id, this.#newId())).join(''));
  }

  #truncate(line: number, extraBytes: number): void {
    if (!existsSync(this.#path)) return;
    const lines = this.#lines();
    const border = Buffer.byteLength(lines.slice(0, line % (lines.length + 1)).join(''));
    truncateSync(this.#path, Math.min(statSync(this.#path).size, border + extraBytes));
  }

  #rotate(reason: string, lines: number | undefined): void {
    if (!existsSync(this.#path) || this.#rotatedSinceLook) return;
    this.#rotatedSinceLook = true;
    const archive = `${this.#path}.${reason}.${this.#nextId}`;
    this.#archives.push(archive);
    renameSync(this.#path, archive);
    if (lines !== undefined) appendFileSync(this.#path, this.#newLines(lines));
  }

  #replace(line: number, lines: number): void {
    const known = this.#lines();
    const kept = known.slice(line % (known.length + 1));
    writeFileSync(`${this.#path}.new`, kept.join('') + this.#newLines(lines));
    renameSync(`${this.#path}.new`, this.#path);
  }

  #restart(): void {
    if (this.#checkpoint === undefined) return;
    const checkpoint: TailCheckpoint = JSON.parse(JSON.stringify(this.#checkpoint));
    this.#follower = this.#follow({ kind: 'resume', checkpoint });
  }

  #follow(start: FollowStart): Follower<DecodedEvent> {
    return new Follower({
      path: this.#path,
      root: undefined,
      clock: this.#clock,
      start,
      chunkBytes: this.#chunkBytes,
      maxLineBytes: MAX_LINE_BYTES,
      format: transcriptFormat(() => (line) => {
        const messageId = idOf(line);
        return { events: messageId === undefined ? [] : [{ type: 'message', at: 1, messageId, stop: 'stop' }] };
      }),
      emit: (events) => {
        for (const event of events) if (event.type === 'message') this.followed.push(event.messageId);
      },
      isWorthShowing: () => true,
    });
  }

  #lines(): string[] {
    return existsSync(this.#path) ? readFileSync(this.#path, 'utf8').split(/(?<=\n)/) : [];
  }

  #lineAt(line: number): string {
    const lines = this.#lines().filter((text) => text.endsWith('\n'));
    return lines.length === 0 ? '' : (lines[line % lines.length] ?? '');
  }

  #newLines(count: number, end = '\n'): string {
    return Array.from({ length: count }, () => `${this.#newLine()}${end}`).join('');
  }

  #newLine(): string {
    return `{"type":"message","id":"${this.#newId()}","text":"a\u2028b ü"}`;
  }

  #newId(): string {
    this.#nextId += 1;
    return `e${String(this.#nextId).padStart(6, '0')}`;
  }
}

function idOf(line: string): string | undefined {
  return /^\{"type":"message","id":"(e\d{6})","text":"[^"]*"\}\r?\n?$/.exec(line)?.[1];
}
