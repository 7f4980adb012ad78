// Owns how far the ledger was read: follows it by identity and offset, and reads it anew when it was changed behind its back.

import { open, type FileHandle, stat } from 'node:fs/promises';
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

export interface LedgerFollow {
  /** Makes the next look read everything again: an old line may have been altered without a trace in size and time. */
  distrust(): void;
  /** Reads on. Concurrent calls share one reading; never rejects. */
  look(): Promise<void>;
  condition(): LedgerCondition;
  facts(): ChainFacts & { isTorn: boolean };
  hasAudit(names: readonly string[], fromAt: number, toAt: number): boolean;
  /** Everything written before this instant has been read; 0 while nothing can be said. */
  knownUntil(): number;
}

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

export function followLedger(ports: LedgerFollowPorts): LedgerFollow {
  const audits = new AuditIndex();
  const known = new Set<string>();
  let pass: Pass | undefined;
  let isFirst = true;
  let condition: LedgerCondition = { state: 'reading' };
  let knownUntil = 0;
  let looking: Promise<void> | undefined;

  async function lookOnce(): Promise<void> {
    const beganAt = ports.clock.now();
    try {
      const isComplete = await readOn();
      condition = isComplete ? { state: 'readable' } : condition;
      if (isComplete) knownUntil = beganAt;
    } catch (error) {
      knownUntil = errorCode(error) === 'ENOENT' ? beganAt : 0;
      if (errorCode(error) === 'ENOENT') forget();
      condition = errorCode(error) === 'ENOENT' ? { state: 'missing' } : { state: 'unreadable', because: errorText(error) };
    }
    isFirst = false;
  }

  /** A ledger that is not there yet has nothing that was wrong before. */
  function forget(): void {
    pass = undefined;
    audits.forget();
    known.clear();
  }

  async function readOn(): Promise<boolean> {
    const { dev, ino, size, mtimeMs } = await stat(ports.path);
    const isSame =
      pass !== undefined &&
      pass.device === dev &&
      pass.inode === ino &&
      size >= pass.offset &&
      !(size === pass.offset && mtimeMs !== pass.changedAt);
    if (isSame && pass !== undefined && size === pass.offset) return true;
    const file = await open(ports.path, 'r');
    try {
      if (pass === undefined || !isSame || !(await hasFingerprint(file, pass))) begin(dev, ino);
      await readToEnd(file, mtimeMs);
    } finally {
      await file.close();
    }
    return true;
  }

  function begin(device: number, inode: number): void {
    audits.forget();
    knownUntil = 0;
    pass = {
      device,
      inode,
      offset: 0,
      changedAt: 0,
      chain: new Chain(),
      framer: new LineFramer(),
      fingerprint: Buffer.alloc(0),
      found: [],
    };
  }

  async function readToEnd(file: FileHandle, changedAt: number): Promise<void> {
    if (pass === undefined) return;
    const reading = pass;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, reading.offset);
      if (bytesRead === 0) break;
      take(reading, buffer.subarray(0, bytesRead));
    }
    reading.changedAt = changedAt;
    tellBreaks(reading.found.splice(0));
  }

  function take(reading: Pass, bytes: Buffer): void {
    reading.offset += bytes.length;
    reading.fingerprint = Buffer.concat([reading.fingerprint, bytes]).subarray(-FINGERPRINT_BYTES);
    for (const line of reading.framer.feed(bytes)) {
      const { entry, broke } = reading.chain.feed(line);
      if (broke !== undefined && reading.found.length < MAX_KNOWN_BREAKS) reading.found.push(broke);
      if (entry?.agent !== undefined && entry.agent !== OWN_AGENT && entry.at !== undefined)
        audits.note(entry.agent, entry.at, ports.clock.now());
    }
  }

  function tellBreaks(found: readonly Break[]): void {
    for (const broke of found) {
      const key = `${broke.kind} ${broke.line}`;
      if (known.has(key) || known.size >= MAX_KNOWN_BREAKS) continue;
      known.add(key);
      if (!isFirst) ports.onBreak(broke);
    }
  }

  return {
    distrust() {
      pass = undefined;
    },
    look() {
      looking ??= lookOnce().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    condition: () => condition,
    facts: () => ({ ...(pass?.chain ?? new Chain()).facts(), isTorn: pass?.framer.hasRest() === true }),
    hasAudit: (names, fromAt, toAt) => audits.has(names, fromAt, toAt),
    knownUntil: () => knownUntil,
  };
}

async function hasFingerprint(file: FileHandle, { fingerprint, offset }: Pass): Promise<boolean> {
  const buffer = Buffer.alloc(fingerprint.length);
  await file.read(buffer, 0, buffer.length, offset - fingerprint.length);
  return buffer.equals(fingerprint);
}
