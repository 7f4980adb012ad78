// Owns what the governance files said last, and what is wrong with them. File events are hints; a look now and then makes up for missed ones.

import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorText } from '../core/error-code.ts';
import { isRecord } from '../core/json-guards.ts';
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

/** A state with the moment since when it holds. */
interface Era {
  since: number;
  governance: Governance;
}

const KEPT_ERAS = 32;
const MAX_FILE_BYTES = 1_048_576;

/** Watches `state.json` and `progress.json` in a folder. */
export class GovernanceWatch {
  readonly #dir: string;
  readonly #onChange: () => void;
  readonly #eras: Era[] = [];
  #condition: StateCondition = { state: 'missing' };
  #isRecoveryNeeded = false;
  #stamp = '';
  #watcher: FSWatcher | undefined;
  #looking: Promise<void> | undefined;

  /** `onChange` is called after every change of what `facts` says. */
  constructor(dir: string, onChange: () => void) {
    this.#dir = dir;
    this.#onChange = onChange;
  }

  /** Reads the files again where they changed. Concurrent calls share one reading; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  facts(): GovernanceFacts {
    return { condition: this.#condition, governance: this.#eras.at(-1)?.governance, isRecoveryNeeded: this.#isRecoveryNeeded };
  }

  /** The state in effect at that instant; `undefined` before the first one known. */
  at(instant: number): Governance | undefined {
    return this.#eras.findLast(({ since }) => since <= instant)?.governance;
  }

  stop(): void {
    this.#watcher?.close();
  }

  async #lookOnce(): Promise<void> {
    this.#watcher ??= tryWatch(this.#dir, () => void this.look());
    const [state, progress] = [join(this.#dir, 'state.json'), join(this.#dir, 'progress.json')];
    const stamp = `${await stampOf(state)} ${await stampOf(progress)}`;
    if (stamp === this.#stamp && this.#condition.state === 'good') return;
    const before = JSON.stringify(this.facts());
    this.#noteState(await readJson(state));
    this.#noteProgress(await readJson(progress));
    this.#stamp = stamp;
    if (JSON.stringify(this.facts()) !== before) this.#onChange();
  }

  #noteState(read: ReadJson): void {
    if (read.kind === 'missing') {
      this.#condition = this.#eras.length === 0 ? { state: 'missing' } : this.#wrong('it is gone');
      return;
    }
    const decoded = read.kind === 'wrong' ? { wrong: read.because } : decodeGovernance(read.value);
    this.#condition = 'wrong' in decoded ? this.#wrong(decoded.wrong) : { state: 'good' };
    if ('governance' in decoded) this.#noteEra(decoded.governance, read.kind === 'read' ? sinceOf(read) : 0);
  }

  #wrong(because: string): StateCondition {
    return { state: 'wrong', because: this.#eras.length === 0 ? because : `${because}; the last good state is kept` };
  }

  #noteEra(governance: Governance, since: number): void {
    const last = this.#eras.at(-1);
    if (last !== undefined && JSON.stringify(last.governance) === JSON.stringify(governance)) return;
    this.#eras.push({ since: last === undefined ? since : Math.max(since, last.since), governance });
    if (this.#eras.length > KEPT_ERAS) this.#eras.shift();
  }

  /** A file that cannot be read now says nothing new. */
  #noteProgress(read: ReadJson): void {
    if (read.kind === 'wrong') return;
    this.#isRecoveryNeeded = read.kind === 'read' && isRecord(read.value) && read.value['recovery_needed'] === true;
  }
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
    const stats = await stat(path);
    const { size, mtimeMs } = stats;
    // Opening a FIFO would wait for a writer for ever.
    if (!stats.isFile()) return { kind: 'wrong', because: 'it is not a regular file' };
    if (size > MAX_FILE_BYTES) return { kind: 'wrong', because: 'it is far too large' };
    const text = await readFile(path, 'utf8');
    return parse(text, mtimeMs);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { kind: 'missing' } : { kind: 'wrong', because: `it cannot be read (${errorText(error)})` };
  }
}

function parse(text: string, changedAt: number): ReadJson {
  try {
    const value: unknown = JSON.parse(text);
    return { kind: 'read', value, changedAt };
  } catch {
    return { kind: 'wrong', because: text.trim() === '' ? 'it is empty' : 'it is half-written or no JSON' };
  }
}

/** Since when the state holds: what it says of itself, but not later than the file was written. */
function sinceOf({ value, changedAt }: { value: unknown; changedAt: number }): number {
  const said = isRecord(value) && typeof value['last_updated'] === 'string' ? Date.parse(value['last_updated']) : Number.NaN;
  return Math.min(Number.isFinite(said) ? said : changedAt, changedAt);
}
