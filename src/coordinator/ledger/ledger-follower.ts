// Reads the ledger as it grows, and from the start when older lines may have changed. files/ knows how to follow a file.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { SplitLine } from '../../files/line-splitter.ts';
import { OneAtATime } from '../../files/one-at-a-time.ts';
import { type FileIdentity, reasonOf } from '../../files/open-file.ts';
import { Tail } from '../../files/tail.ts';
import { AuditIndex } from './audit-index.ts';
import { type Break, Chain, type ChainFacts } from './chain.ts';
import { OWN_AGENT } from './entry.ts';
import { lineIn, tailOptions } from './ledger-lines.ts';

export interface LedgerFollowPorts {
  path: string;
  clock: Clock;
  /** A line broke the chain after the ledger was first read through. */
  onBreak(broke: Break): void;
}

/** Whether the ledger can be read; `reading` until the first pass has come to its end. */
export type LedgerCondition =
  | { state: 'reading' }
  | { state: 'missing' }
  | { state: 'readable' }
  | { state: 'unreadable'; because: string };

/** One reading from the start of a file. */
interface Pass {
  tail: Tail;
  chain: Chain;
  /** The file when all of it had been read. */
  seen: FileIdentity | undefined;
  found: Break[];
}

const MAX_KNOWN_BREAKS = 1_000; // more are not reported one by one

export class LedgerFollower {
  readonly #ports: LedgerFollowPorts;
  readonly #audits = new AuditIndex();
  readonly #known = new Set<string>();
  #pass: Pass | undefined;
  #isFirst = true;
  #condition: LedgerCondition = { state: 'reading' };
  #knownUntil = 0;
  readonly #looks = new OneAtATime();

  constructor(ports: LedgerFollowPorts) {
    this.#ports = ports;
  }

  /** Reads on, and once more when that was asked for meanwhile. Never rejects. */
  look(): Promise<void> {
    return this.#looks.ask(this.#ports.path, () => this.#lookOnce());
  }

  /** Makes the next `look` read everything: an old line may have been altered without a trace in size and time. */
  readAllAgain(): void {
    this.#pass = undefined;
  }

  condition(): LedgerCondition {
    return this.#condition;
  }

  facts(): ChainFacts & { isTorn: boolean } {
    const { chain = new Chain(), tail } = this.#pass ?? {};
    const { offset = 0, skipping = false } = tail?.position() ?? {};
    return { ...chain.facts(), isTorn: skipping || offset < (tail?.seen()?.size ?? 0) };
  }

  hasAudit(names: readonly string[], fromAt: number, toAt: number): boolean {
    return this.#audits.has(names, fromAt, toAt);
  }

  /** Everything written before this instant has been read; 0 while the ledger cannot be read. */
  knownUntil(): number {
    return this.#knownUntil;
  }

  /** False: there is no more to read. */
  async #lookOnce(): Promise<false> {
    const beganAt = this.#ports.clock.now();
    this.#condition = await this.#readOn();
    this.#knownUntil = this.#condition.state === 'unreadable' ? 0 : beganAt;
    if (this.#condition.state === 'missing') this.#forget();
    this.#isFirst = false;
    return false;
  }

  /** A missing ledger has no entries. When it comes back, all its breaks are new. */
  #forget(): void {
    this.#pass = undefined;
    this.#audits.forget();
    this.#known.clear();
  }

  async #readOn(): Promise<LedgerCondition> {
    for (;;) {
      const pass = (this.#pass ??= this.#begin());
      const read = await pass.tail.read();
      if (read.change === 'refused') return { state: 'unreadable', because: reasonOf(read.refusal) };
      if (read.change === 'gone' || pass.tail.position() === undefined) return { state: 'missing' };
      if ('lines' in read) this.#addLines(read.change === 'appended' ? pass : this.#restart(pass), read.lines);
      else if (!wasAltered(pass)) return this.#atEnd(pass);
      else this.readAllAgain();
      await nextTurn();
    }
  }

  #begin(): Pass {
    const tail = new Tail({ ...tailOptions(this.#ports.path), clock: this.#ports.clock });
    return this.#restart({ tail, chain: new Chain(), seen: undefined, found: [] });
  }

  #restart(pass: Pass): Pass {
    this.#audits.forget();
    this.#knownUntil = 0;
    return Object.assign(pass, { chain: new Chain(), seen: undefined, found: [] });
  }

  #atEnd(pass: Pass): LedgerCondition {
    pass.seen = pass.tail.seen();
    this.#emitBreaks(pass.found.splice(0));
    return { state: 'readable' };
  }

  #addLines({ chain, found }: Pass, lines: readonly SplitLine[]): void {
    for (const line of lines) {
      const { entry, broke } = chain.feed(lineIn(line));
      if (broke !== undefined && found.length < MAX_KNOWN_BREAKS) found.push(broke);
      if (entry?.agent !== undefined && entry.agent !== OWN_AGENT && entry.at !== undefined) {
        this.#audits.add(entry.agent, entry.at, this.#ports.clock.now());
      }
    }
  }

  #emitBreaks(found: readonly Break[]): void {
    for (const broke of found) {
      const key = `${broke.kind} ${broke.line}`;
      if (this.#known.has(key) || this.#known.size >= MAX_KNOWN_BREAKS) continue;
      this.#known.add(key);
      if (!this.#isFirst) this.#ports.onBreak(broke);
    }
  }
}

/** Another file has the path, or a change added no line: any line may have changed. */
function wasAltered({ tail, seen }: Pass): boolean {
  const now = tail.seen();
  if (seen === undefined || now === undefined || now.version === seen.version) return false;
  return now.size === seen.size || now.ino !== seen.ino || now.dev !== seen.dev;
}
