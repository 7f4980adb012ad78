// Reads the governance files when they change, and reports what is wrong with them. File events are hints: repeated reads make up for
// missed ones.

import { join } from 'node:path';
import { isRecord } from '../core/json-guards.ts';
import { OneAtATime } from '../files/one-at-a-time.ts';
import { reasonOf } from '../files/open-file.ts';
import { SmallFile, type SmallFileRead } from '../files/small-file.ts';
import { watchFolder } from '../files/watch.ts';
import { decodeGovernance, type Governance } from './rules/governance.ts';

/** `missing` is no fault where there has never been a state. */
export type StateCondition = { state: 'good' } | { state: 'missing' } | { state: 'wrong'; because: string };

export interface GovernanceFacts {
  condition: StateCondition;
  /** The last good state. */
  governance: Governance | undefined;
  /** The task progress asks for recovery. */
  isRecoveryNeeded: boolean;
}

/** A state and the moment since when it holds. */
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
  readonly #state: SmallFile;
  readonly #progress: SmallFile;
  readonly #looks = new OneAtATime();
  #endWatch: (() => void) | undefined;
  #isStopped = false;

  /** `onChange` is called whenever the result of `facts` has changed. */
  constructor(dir: string, onChange: () => void) {
    this.#dir = dir;
    this.#onChange = onChange;
    // The operator named the directory, so its files may be links.
    const fileAt = (name: string) => new SmallFile({ path: join(dir, name), root: undefined, followsLinks: true }, MAX_FILE_BYTES);
    this.#state = fileAt('state.json');
    this.#progress = fileAt('progress.json');
  }

  /** Reads the files that changed, and once more when that was asked for meanwhile. Never rejects. */
  look(): Promise<void> {
    return this.#looks.ask(this.#dir, () => this.#lookOnce());
  }

  facts(): GovernanceFacts {
    return { condition: this.#condition, governance: this.#eras.at(-1)?.governance, isRecoveryNeeded: this.#isRecoveryNeeded };
  }

  /** The state in effect at that instant; `undefined` before the first one known. */
  at(instant: number): Governance | undefined {
    return this.#eras.findLast(({ since }) => since <= instant)?.governance;
  }

  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
  }

  /** While there is no such directory, or no watch left, repeated reads are enough. */
  #watch(): void {
    if (this.#isStopped) return;
    this.#endWatch ??= watchFolder(
      this.#dir,
      () => void this.look(),
      () => this.#unwatch(),
    );
  }

  #unwatch(): void {
    this.#endWatch?.();
    this.#endWatch = undefined;
  }

  /** False: there is no more to read. */
  async #lookOnce(): Promise<false> {
    this.#watch();
    const before = JSON.stringify(this.facts());
    this.#setState(jsonIn(await this.#state.read()));
    this.#setProgress(jsonIn(await this.#progress.read()));
    if (JSON.stringify(this.facts()) !== before) this.#onChange();
    return false;
  }

  #setState(read: ReadJson): void {
    if (read.kind === 'unchanged') return;
    if (read.kind === 'missing') {
      this.#condition = this.#eras.length === 0 ? { state: 'missing' } : this.#wrong('it is gone');
      return;
    }
    const decoded = read.kind === 'wrong' ? { wrong: read.because } : decodeGovernance(read.value);
    this.#condition = 'wrong' in decoded ? this.#wrong(decoded.wrong) : { state: 'good' };
    // It may be half-written now and whole in the same instant: a wrong file is read again.
    if ('wrong' in decoded) this.#state.forget();
    if ('governance' in decoded) this.#addEra(decoded.governance, read.kind === 'read' ? sinceOf(read) : 0);
  }

  #wrong(because: string): StateCondition {
    return { state: 'wrong', because: this.#eras.length === 0 ? because : `${because}; the last good state is kept` };
  }

  #addEra(governance: Governance, since: number): void {
    const last = this.#eras.at(-1);
    if (last !== undefined && JSON.stringify(last.governance) === JSON.stringify(governance)) return;
    this.#eras.push({ since: last === undefined ? since : Math.max(since, last.since), governance });
    if (this.#eras.length > KEPT_ERAS) this.#eras.shift();
  }

  /** A file that cannot be read now changes nothing. */
  #setProgress(read: ReadJson): void {
    if (read.kind === 'wrong') this.#progress.forget();
    if (read.kind === 'wrong' || read.kind === 'unchanged') return;
    this.#isRecoveryNeeded = read.kind === 'read' && isRecord(read.value) && read.value['recovery_needed'] === true;
  }
}

type ReadJson =
  | { kind: 'unchanged' }
  | { kind: 'read'; value: unknown; changedAt: number }
  | { kind: 'missing' }
  | { kind: 'wrong'; because: string };

function jsonIn(read: SmallFileRead): ReadJson {
  switch (read.kind) {
    case 'unchanged':
      return read;
    case 'read':
      return parse(read.text, read.writtenAt);
    case 'too_large':
      return { kind: 'wrong', because: 'it is far too large' };
    case 'refused':
      return read.refusal === 'missing' ? { kind: 'missing' } : { kind: 'wrong', because: reasonOf(read.refusal) };
    default:
      return read satisfies never;
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

/** Since when the state holds: the time that it names, but not later than the file was written. */
function sinceOf({ value, changedAt }: { value: unknown; changedAt: number }): number {
  const named = isRecord(value) && typeof value['last_updated'] === 'string' ? Date.parse(value['last_updated']) : Number.NaN;
  return Math.min(Number.isFinite(named) ? named : changedAt, changedAt);
}
