// Owns how far the ledger was read: follows it by identity and offset, and reads it anew when it was changed behind its back.

import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import { errorCode, errorText } from '../../core/error-code.ts';
import { AuditIndex } from './audit-index.ts';
import { type Break, Chain, type ChainFacts } from './chain.ts';
import { OWN_AGENT } from './entry.ts';
import { LineFramer } from './lines.ts';
import { CHUNK_BYTES } from './verify.ts';

export interface LedgerFollowPorts {
  path: string;
  clock: Clock;
  /** A line broke the chain after the ledger was first read through. */
  onBreak(broke: Break): void;
}

/** What is known of the ledger. `unreadable` says why; `reading` is before the first pass has come to its end. */
export type LedgerCondition =
  | { state: 'reading' }
  | { state: 'missing' }
  | { state: 'readable' }
  | { state: 'unreadable'; because: string };

/** One reading from the start of a file. */
interface Pass {
  device: number;
  inode: number;
  offset: number;
  changedAt: number;
  chain: Chain;
  framer: LineFramer;
  /** The bytes before `offset`: whoever rewrites a file seldom leaves them in place. */
  fingerprint: Buffer;
  found: Break[];
}

const FINGERPRINT_BYTES = 128;
const MAX_KNOWN_BREAKS = 1_000; // a ledger with more is beyond telling one by one

export class LedgerFollower {
  readonly #ports: LedgerFollowPorts;
  readonly #audits = new AuditIndex();
  readonly #known = new Set<string>();
  #pass: Pass | undefined;
  #isFirst = true;
  #condition: LedgerCondition = { state: 'reading' };
  #knownUntil = 0;
  #looking: Promise<void> | undefined;

  constructor(ports: LedgerFollowPorts) {
    this.#ports = ports;
  }

  /** Reads on. Concurrent calls share one reading; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Makes the next look read everything again: an old line may have been altered without a trace in size and time. */
  distrust(): void {
    this.#pass = undefined;
  }

  condition(): LedgerCondition {
    return this.#condition;
  }

  facts(): ChainFacts & { isTorn: boolean } {
    return { ...(this.#pass?.chain ?? new Chain()).facts(), isTorn: this.#pass?.framer.hasRest() === true };
  }

  hasAudit(names: readonly string[], fromAt: number, toAt: number): boolean {
    return this.#audits.has(names, fromAt, toAt);
  }

  /** Everything written before this instant has been read; 0 while nothing can be said. */
  knownUntil(): number {
    return this.#knownUntil;
  }

  async #lookOnce(): Promise<void> {
    const beganAt = this.#ports.clock.now();
    try {
      await this.#readOn();
      this.#condition = { state: 'readable' };
      this.#knownUntil = beganAt;
    } catch (error) {
      this.#noteFailure(error, beganAt);
    }
    this.#isFirst = false;
  }

  /** A ledger that is not there has no entries, and when it comes nothing of it was wrong before. */
  #noteFailure(error: unknown, beganAt: number): void {
    const isMissing = errorCode(error) === 'ENOENT';
    this.#knownUntil = isMissing ? beganAt : 0;
    this.#condition = isMissing ? { state: 'missing' } : { state: 'unreadable', because: errorText(error) };
    if (!isMissing) return;
    this.#pass = undefined;
    this.#audits.forget();
    this.#known.clear();
  }

  async #readOn(): Promise<void> {
    const stats = await stat(this.#ports.path);
    if (!stats.isFile()) throw new Error('it is not a regular file');
    const { dev, ino, size, mtimeMs } = stats;
    const pass = this.#pass;
    const isSame = pass !== undefined && pass.device === dev && pass.inode === ino && size >= pass.offset;
    if (isSame && size === pass.offset && mtimeMs === pass.changedAt) return;
    const file = await open(this.#ports.path, 'r');
    try {
      const goesOn = isSame && size > pass.offset && (await hasFingerprint(file, pass));
      await this.#readToEnd(file, goesOn ? pass : this.#begin(dev, ino), mtimeMs);
    } finally {
      await file.close();
    }
  }

  #begin(device: number, inode: number): Pass {
    this.#audits.forget();
    this.#knownUntil = 0;
    const [chain, framer, fingerprint] = [new Chain(), new LineFramer(), Buffer.alloc(0)];
    this.#pass = { device, inode, offset: 0, changedAt: 0, chain, framer, fingerprint, found: [] };
    return this.#pass;
  }

  async #readToEnd(file: FileHandle, pass: Pass, changedAt: number): Promise<void> {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, pass.offset);
      if (bytesRead === 0) break;
      this.#take(pass, buffer.subarray(0, bytesRead));
    }
    pass.changedAt = changedAt;
    this.#tellBreaks(pass.found.splice(0));
  }

  #take(pass: Pass, bytes: Buffer): void {
    pass.offset += bytes.length;
    pass.fingerprint = Buffer.concat([pass.fingerprint, bytes]).subarray(-FINGERPRINT_BYTES);
    for (const line of pass.framer.feed(bytes)) {
      const { entry, broke } = pass.chain.feed(line);
      if (broke !== undefined && pass.found.length < MAX_KNOWN_BREAKS) pass.found.push(broke);
      if (entry?.agent !== undefined && entry.agent !== OWN_AGENT && entry.at !== undefined) {
        this.#audits.note(entry.agent, entry.at, this.#ports.clock.now());
      }
    }
  }

  #tellBreaks(found: readonly Break[]): void {
    for (const broke of found) {
      const key = `${broke.kind} ${broke.line}`;
      if (this.#known.has(key) || this.#known.size >= MAX_KNOWN_BREAKS) continue;
      this.#known.add(key);
      if (!this.#isFirst) this.#ports.onBreak(broke);
    }
  }
}

async function hasFingerprint(file: FileHandle, { fingerprint, offset }: Pass): Promise<boolean> {
  const buffer = Buffer.alloc(fingerprint.length);
  await file.read(buffer, 0, buffer.length, offset - fingerprint.length);
  return buffer.equals(fingerprint);
}
