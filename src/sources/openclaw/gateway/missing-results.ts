// Ends of calls that came without what the tool answered (2026.4): an exit code or a sub-agent stands in the history alone. Owns them
// until the history has told, for a few seconds at most; knows no run.

interface Ports {
  /** Asks for the history of a session; `answered` is called with it. */
  ask(rawKey: string): void;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
}

/** What is told of the end of a call: by the answer of the tool, or as it came. */
export type EmitEnd<RpcAnswer> = (answer: RpcAnswer | undefined) => void;

const AGAIN_MS = 500; // a history lags behind the events by less
const GIVE_UP_MS = 5_000;
const MAX_SESSIONS = 1_000;
const MAX_CALLS = 100; // of one session at once

export class MissingResults<RpcAnswer> {
  readonly #ports: Ports;
  readonly #emitByCallByKey = new Map<string, Map<string, EmitEnd<RpcAnswer>>>();
  /** The sessions whose history is asked for, once for all their calls. */
  readonly #askedKeys = new Set<string>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Calls `tell` once, when the history has told or nothing is to be expected of it any more. */
  hold(rawKey: string, callId: string, emit: EmitEnd<RpcAnswer>): void {
    const emitByCall = this.#emitByCallByKey.get(rawKey) ?? new Map<string, EmitEnd<RpcAnswer>>();
    if (emitByCall.has(callId)) return;
    if (emitByCall.size >= MAX_CALLS || (emitByCall.size === 0 && this.#emitByCallByKey.size >= MAX_SESSIONS)) return emit(undefined);
    this.#emitByCallByKey.set(rawKey, emitByCall.set(callId, emit));
    if (!this.#askedKeys.has(rawKey)) this.#ask(rawKey);
    this.#ports.after(GIVE_UP_MS, () => this.#emitEnd(rawKey, callId, undefined));
  }

  holds(rawKey: string, callId: string): boolean {
    return this.#emitByCallByKey.get(rawKey)?.has(callId) === true;
  }

  /** What the tools of a session have answered, as its history says. */
  answered(rawKey: string, answers: ReadonlyMap<string, RpcAnswer>): void {
    for (const [callId, answer] of answers) this.#emitEnd(rawKey, callId, answer);
  }

  #ask(rawKey: string): void {
    this.#askedKeys.delete(rawKey);
    if (!this.#emitByCallByKey.has(rawKey)) return;
    this.#askedKeys.add(rawKey);
    this.#ports.ask(rawKey);
    this.#ports.after(AGAIN_MS, () => this.#ask(rawKey));
  }

  #emitEnd(rawKey: string, callId: string, answer: RpcAnswer | undefined): void {
    const emitByCall = this.#emitByCallByKey.get(rawKey);
    const emit = emitByCall?.get(callId);
    emitByCall?.delete(callId);
    if (emitByCall?.size === 0) this.#emitByCallByKey.delete(rawKey);
    emit?.(answer);
  }
}
