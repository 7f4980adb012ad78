// Leaves out what `--fork-session` copied into a new file: all old lines, with their old ids. Owns the prompts that may be copies.

import { asText } from '../../core/json-guards.ts';
import type { SessionLine } from './session-line.ts';
import { isPrompt } from './user-line.ts';

/** Whether an older file has a line of this id. */
export type IsCopy = (uuid: string) => boolean;

/**
 * A prompt is a copy when an older file has it, or when its first answer was requested by another session. Until the file has a line of
 * its own, a prompt waits for its answer, at most until `release`.
 */
export class CopiedHistory {
  readonly #isCopy: IsCopy;
  readonly #onCopy: () => void;
  #state: 'unknown' | 'copied' | 'own' = 'unknown';
  #waiting: SessionLine[] = [];

  constructor(isCopy: IsCopy, isWhole: boolean, onCopy: () => void) {
    this.#isCopy = isCopy;
    this.#onCopy = onCopy;
    if (!isWhole) this.#state = 'own';
  }

  get isHolding(): boolean {
    return this.#waiting.length > 0;
  }

  /** The lines that are this session's own, in order. */
  take(line: SessionLine): SessionLine[] {
    if (this.#state === 'own') return [line];
    if (line.uuid !== undefined && isPrompt(line)) return this.#takePrompt(line, line.uuid);
    if (this.#waiting.length === 0) return this.#state === 'copied' ? [] : [line];
    this.#waiting.push(line);
    if (line.type !== 'assistant') return line.type === 'api-request' ? this.release() : [];
    return isAskedByOther(line) ? this.#drop() : this.release();
  }

  /** Nothing more came: what waits is the session's own. */
  release(): SessionLine[] {
    if (this.#waiting.length === 0) return [];
    const own = this.#waiting;
    this.#waiting = [];
    this.#state = 'own';
    return own;
  }

  #takePrompt(line: SessionLine, uuid: string): SessionLine[] {
    if (this.#isCopy(uuid)) return this.#drop();
    this.#waiting.push(line);
    return [];
  }

  #drop(): [] {
    this.#waiting = [];
    this.#state = 'copied';
    this.#onCopy();
    return [];
  }
}

function isAskedByOther({ record }: SessionLine): boolean {
  const by = asText(record['requestSessionId']);
  return by !== undefined && by !== record['sessionId'];
}
