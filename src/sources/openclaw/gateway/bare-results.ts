// Ends of calls that came without what the tool answered (2026.4): an exit code or a sub-agent stands in the history alone. Owns them
// until the history has told, for a few seconds at most; knows no run.

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
const MAX_SESSIONS = 1_000;
const MAX_CALLS = 100; // of one session at once

export class BareResults<Answer> {
  readonly #ports: Ports;
  readonly #tellsByCallByKey = new Map<string, Map<string, TellEnd<Answer>>>();
  /** The sessions whose history is asked for, once for all their calls. */
  readonly #askedKeys = new Set<string>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Calls `tell` once, when the history has told or nothing is to be expected of it any more. */
  hold(rawKey: string, callId: string, tell: TellEnd<Answer>): void {
    const tells = this.#tellsByCallByKey.get(rawKey) ?? new Map<string, TellEnd<Answer>>();
    if (tells.has(callId)) return;
    if (tells.size >= MAX_CALLS || (tells.size === 0 && this.#tellsByCallByKey.size >= MAX_SESSIONS)) return tell(undefined);
    this.#tellsByCallByKey.set(rawKey, tells.set(callId, tell));
    if (!this.#askedKeys.has(rawKey)) this.#ask(rawKey);
    this.#ports.after(GIVE_UP_MS, () => this.#tell(rawKey, callId, undefined));
  }

  holds(rawKey: string, callId: string): boolean {
    return this.#tellsByCallByKey.get(rawKey)?.has(callId) === true;
  }

  /** What the tools of a session have answered, as its history says. */
  answered(rawKey: string, answers: ReadonlyMap<string, Answer>): void {
    for (const [callId, answer] of answers) this.#tell(rawKey, callId, answer);
  }

  #ask(rawKey: string): void {
    this.#askedKeys.delete(rawKey);
    if (!this.#tellsByCallByKey.has(rawKey)) return;
    this.#askedKeys.add(rawKey);
    this.#ports.ask(rawKey);
    this.#ports.after(AGAIN_MS, () => this.#ask(rawKey));
  }

  #tell(rawKey: string, callId: string, answer: Answer | undefined): void {
    const tells = this.#tellsByCallByKey.get(rawKey);
    const tell = tells?.get(callId);
    tells?.delete(callId);
    if (tells?.size === 0) this.#tellsByCallByKey.delete(rawKey);
    tell?.(answer);
  }
}
