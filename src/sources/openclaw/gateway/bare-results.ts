// Ends of calls that came without what the tool answered (2026.4): an exit code or a sub-agent stands in the history alone. Owns them
// until the history has told, for a few seconds at most; knows no run.

import { remember } from '../decoding/remember.ts';

interface Ports {
  /** Asks for the history of a session; `answered` is called with it. */
  ask(rawKey: string): void;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
}

/** What is told of the end of a call: by the answer of the tool, or as it came. */
export type TellEnd<Answer> = (answer: Answer | undefined) => void;

const AGAIN_MS = 500; // a history lags behind the events by less
const GIVE_UP_MS = 5_000;
const MAX_HELD = 1_000;

export class BareResults<Answer> {
  readonly #ports: Ports;
  readonly #tellsByCall = new Map<string, TellEnd<Answer>>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Calls `tell` once, when the history has told or nothing is to be expected of it any more. */
  hold(rawKey: string, callId: string, tell: TellEnd<Answer>): void {
    const name = nameOf(rawKey, callId);
    if (this.#tellsByCall.has(name)) return;
    remember(this.#tellsByCall, name, tell, MAX_HELD);
    this.#ask(rawKey, name);
    this.#ports.after(GIVE_UP_MS, () => this.#tell(name, undefined));
  }

  holds(rawKey: string, callId: string): boolean {
    return this.#tellsByCall.has(nameOf(rawKey, callId));
  }

  /** What the tools of a session have answered, as its history says. */
  answered(rawKey: string, answers: ReadonlyMap<string, Answer>): void {
    for (const [callId, answer] of answers) this.#tell(nameOf(rawKey, callId), answer);
  }

  #ask(rawKey: string, name: string): void {
    if (!this.#tellsByCall.has(name)) return;
    this.#ports.ask(rawKey);
    this.#ports.after(AGAIN_MS, () => this.#ask(rawKey, name));
  }

  #tell(name: string, answer: Answer | undefined): void {
    const tell = this.#tellsByCall.get(name);
    this.#tellsByCall.delete(name);
    tell?.(answer);
  }
}

function nameOf(rawKey: string, callId: string): string {
  return `${rawKey} ${callId}`;
}
