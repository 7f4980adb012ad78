// Owns what the governance files said last, and what is wrong with them. File events are hints; a look now and then makes up for missed ones.

import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorText } from '../core/error-code.ts';
import { decodeGovernance, type Governance } from './rules/governance.ts';

/** `missing` is no fault where there never was a state. */
export type StateCondition = { state: 'good' } | { state: 'missing' } | { state: 'wrong'; because: string };

export interface GovernanceFacts {
  condition: StateCondition;
  /** The last good state. */
  governance: Governance | undefined;
  /** The task progress asks for recovery. */
  isRecoveryNeeded: boolean;
}

export interface GovernanceWatch {
  /** Reads the files again where they changed. Never rejects. */
  look(): Promise<void>;
  facts(): GovernanceFacts;
  /** The state in effect at that instant; `undefined` before the first one known. */
  at(instant: number): Governance | undefined;
  stop(): void;
}

/** A state with the moment since when it holds. */
interface Era {
  since: number;
  governance: Governance;
}

const KEPT_ERAS = 32;
const MAX_FILE_BYTES = 1_048_576;

/** Watches `state.json` and `progress.json` in `dir`. `onChange` is called after every change of what `facts` says. */
export function watchGovernance(dir: string, onChange: () => void): GovernanceWatch {
  const eras: Era[] = [];
  let condition: StateCondition = { state: 'missing' };
  let isRecoveryNeeded = false;
  let stamp = '';
  let watcher: FSWatcher | undefined;
  let looking: Promise<void> | undefined;

  async function lookOnce(): Promise<void> {
    watcher ??= tryWatch(dir, () => void look());
    const current = `${await stampOf(join(dir, 'state.json'))} ${await stampOf(join(dir, 'progress.json'))}`;
    if (current === stamp && condition.state === 'good') return;
    const before = JSON.stringify([condition, eras.at(-1), isRecoveryNeeded]);
    await readState();
    isRecoveryNeeded = await readRecovery(isRecoveryNeeded);
    stamp = current;
    if (JSON.stringify([condition, eras.at(-1), isRecoveryNeeded]) !== before) onChange();
  }

  async function readState(): Promise<void> {
    const read = await readJson(join(dir, 'state.json'));
    if (read.kind === 'missing') {
      condition = eras.length === 0 ? { state: 'missing' } : { state: 'wrong', because: 'it is gone; the last good state is kept' };
      return;
    }
    const decoded = read.kind === 'wrong' ? { wrong: read.because } : decodeGovernance(read.value);
    if ('wrong' in decoded) {
      condition = { state: 'wrong', because: `${decoded.wrong}${eras.length === 0 ? '' : '; the last good state is kept'}` };
      return;
    }
    condition = { state: 'good' };
    noteState(decoded.governance, read.kind === 'read' ? sinceOf(read) : 0);
  }

  function noteState(governance: Governance, since: number): void {
    const last = eras.at(-1);
    if (last !== undefined && JSON.stringify(last.governance) === JSON.stringify(governance)) return;
    eras.push({ since: last === undefined ? since : Math.max(since, last.since), governance });
    if (eras.length > KEPT_ERAS) eras.shift();
  }

  async function readRecovery(before: boolean): Promise<boolean> {
    const read = await readJson(join(dir, 'progress.json'));
    if (read.kind === 'missing') return false;
    return read.kind === 'wrong' ? before : isRecord(read.value) && read.value['recovery_needed'] === true;
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    look,
    facts: () => ({ condition, governance: eras.at(-1)?.governance, isRecoveryNeeded }),
    at: (instant) => eras.findLast(({ since }) => since <= instant)?.governance,
    stop: () => watcher?.close(),
  };
}

/** `undefined` while there is no such directory, or when file events have run out: looking now and then is enough. */
function tryWatch(dir: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    return errorCode(error) ?? 'unknown';
  }
}

type ReadJson = { kind: 'read'; value: unknown; changedAt: number } | { kind: 'missing' } | { kind: 'wrong'; because: string };

async function readJson(path: string): Promise<ReadJson> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > MAX_FILE_BYTES) return { kind: 'wrong', because: 'it is far too large' };
    const text = await readFile(path, 'utf8');
    return parse(text, mtimeMs);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { kind: 'missing' } : { kind: 'wrong', because: `it cannot be read (${errorText(error)})` };
  }
}

function parse(text: string, changedAt: number): ReadJson {
  try {
    return { kind: 'read', value: JSON.parse(text), changedAt };
  } catch {
    return { kind: 'wrong', because: text.trim() === '' ? 'it is empty' : 'it is half-written or no JSON' };
  }
}

/** Since when the state holds: what it says of itself, but not later than the file was written. */
function sinceOf({ value, changedAt }: { value: unknown; changedAt: number }): number {
  const said = isRecord(value) && typeof value['last_updated'] === 'string' ? Date.parse(value['last_updated']) : Number.NaN;
  return Math.min(Number.isFinite(said) ? said : changedAt, changedAt);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
