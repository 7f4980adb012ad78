// Holds back the ends of calls that came without the tool's answer (2026.4): only the history has the exit code or the sub-agent.
// It waits a few seconds at most, and has no runs.

interface Ports {
  /** Asks for the history of a session; `answered` is called with it. */
  ask(rawKey: string): void;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void;
}

/** Emits the end of a call: with the tool's answer, or without one as it came. */
export type EmitEnd<Answer> = (answer: Answer | undefined) => void;

const AGAIN_MS = 500; // a history lags behind the events by less
const GIVE_UP_MS = 5_000;
const MAX_SESSIONS = 1_000;
const MAX_CALLS = 100; // of one session at once

export class MissingResults<Answer> {
  readonly #ports: Ports;
  readonly #emitByCallByKey = new Map<string, Map<string, EmitEnd<Answer>>>();
  /** The sessions whose history is asked for, once for all their calls. */
  readonly #askedKeys = new Set<string>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Calls `emit` once: when the history has the answer, or when the wait is over. */
  hold(rawKey: string, callId: string, emit: EmitEnd<Answer>): void {
    const emitByCall = this.#emitByCallByKey.get(rawKey) ?? new Map<string, EmitEnd<Answer>>();
    if (emitByCall.has(callId)) return;
    if (emitByCall.size >= MAX_CALLS || (emitByCall.size === 0 && this.#emitByCallByKey.size >= MAX_SESSIONS)) return emit(undefined);
    this.#emitByCallByKey.set(rawKey, emitByCall.set(callId, emit));
    if (!this.#askedKeys.has(rawKey)) this.#ask(rawKey);
    this.#ports.after(GIVE_UP_MS, () => this.#emitEnd(rawKey, callId, undefined));
  }

  holds(rawKey: string, callId: string): boolean {
    return this.#emitByCallByKey.get(rawKey)?.has(callId) === true;
  }

  /** Takes the tools' answers that the history of a session holds. */
  answered(rawKey: string, answers: ReadonlyMap<string, Answer>): void {
    for (const [callId, answer] of answers) this.#emitEnd(rawKey, callId, answer);
  }

  #ask(rawKey: string): void {
    this.#askedKeys.delete(rawKey);
    if (!this.#emitByCallByKey.has(rawKey)) return;
    this.#askedKeys.add(rawKey);
    this.#ports.ask(rawKey);
    this.#ports.after(AGAIN_MS, () => this.#ask(rawKey));
  }

  #emitEnd(rawKey: string, callId: string, answer: Answer | undefined): void {
    const emitByCall = this.#emitByCallByKey.get(rawKey);
    const emit = emitByCall?.get(callId);
    emitByCall?.delete(callId);
    if (emitByCall?.size === 0) this.#emitByCallByKey.delete(rawKey);
    emit?.(answer);
  }
}
