// Owns what the gateway on the present connection was asked and would not answer. A refused question is asked again in the simpler
// form that an older gateway may know; one that is refused in every form is reported, never forgotten.

import type { Clock } from '../../../core/clock.ts';
import type { RpcAnswer } from './requests.ts';
import type { Refusal } from './wire.ts';

type Params = Record<string, unknown>;

export interface CompatibleRequestPorts {
  clock: Clock;
  request(method: string, params: Params): Promise<RpcAnswer>;
  /** The gateway has no such method, or refuses it in every form. */
  onRefused(method: string, refusal: Refusal): void;
}

/** Without these a question means nothing; everything else of it only narrows the answer. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'chat.history': ['sessionKey'],
  'sessions.messages.subscribe': ['key'],
};
const TRIES_WHILE_STARTING = 5;
const STARTING_MS = 1_000;

/** Whether the gateway does not know the method at all; those of protocol 3 ask for the scope of an administrator then. */
export function isUnknownMethod({ code, message }: Refusal): boolean {
  return /unknown method|method not found|missing scope: operator\.admin|METHOD_NOT_FOUND/i.test(`${code} ${message}`);
}

/** Whether it is a gateway that sends read-only clients nothing but how runs begin, speak and end (2026.2): nobody can subscribe to more. */
export function sendsRunsOnly(method: string, refusal: Refusal): boolean {
  return method === 'sessions.subscribe' && isUnknownMethod(refusal);
}

/** Whether the gateway refuses for what it let us in with, not for the question. */
export function lacksScope(refusal: Refusal): boolean {
  return /missing[ _]scope/i.test(`${refusal.code} ${refusal.message}`) && !isUnknownMethod(refusal);
}

/** Whether the question itself was not understood, such as for a property that the version does not have. */
function isAboutForm({ code, message }: Refusal): boolean {
  return /unexpected propert|invalid [\w.]+ params|must (?:be|have|match|not)|unrecognized|additional propert/i.test(`${code} ${message}`);
}

/** The same question with less: without what the refusal names, else without everything it can do without. Undefined when nothing is left to drop. */
export function simplerForm(method: string, params: Params, { message }: Pick<Refusal, 'message'>): Params | undefined {
  const optional = Object.keys(params).filter((name) => NEEDED[method]?.includes(name) !== true);
  if (optional.length === 0) return undefined;
  const named = optional.filter((name) => new RegExp(`\\b${name}\\b`).test(message));
  const dropped = named.length > 0 ? named : optional;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !dropped.includes(name)));
}

export class CompatibleRequests {
  readonly #ports: CompatibleRequestPorts;
  readonly #missingByMethod = new Map<string, RpcAnswer>();
  /** Parameters that this gateway does not know. */
  readonly #unknownByMethod = new Map<string, Set<string>>();

  constructor(ports: CompatibleRequestPorts) {
    this.#ports = ports;
  }

  /** Another connection, perhaps to another gateway. */
  reset(): void {
    this.#missingByMethod.clear();
    this.#unknownByMethod.clear();
  }

  /** Whether the present gateway is known not to have the method. */
  lacks(method: string): boolean {
    return this.#missingByMethod.has(method);
  }

  /** Never rejects. A method that this gateway is known not to have is not asked again. */
  async ask(method: string, params: Params): Promise<RpcAnswer> {
    const missing = this.#missingByMethod.get(method);
    if (missing !== undefined) return missing;
    const answer = await this.#inEveryForm(method, this.#known(method, params));
    if (answer.kind !== 'refused') return answer;
    const { refusal } = answer;
    if (isUnknownMethod(refusal)) this.#missingByMethod.set(method, answer);
    // What it says of one session, such as that it does not know it, is an answer.
    if (method !== 'chat.history' || isUnknownMethod(refusal) || isAboutForm(refusal) || lacksScope(refusal))
      this.#ports.onRefused(method, refusal);
    return answer;
  }

  async #inEveryForm(method: string, params: Params): Promise<RpcAnswer> {
    let form = params;
    for (;;) {
      const answer = await this.#retryWhileStarting(method, form);
      if (answer.kind !== 'refused' || isUnknownMethod(answer.refusal) || lacksScope(answer.refusal)) return answer;
      const simpler = simplerForm(method, form, answer.refusal);
      if (simpler === undefined) return answer;
      if (isAboutForm(answer.refusal)) this.#addUnknown(method, form, simpler);
      form = simpler;
    }
  }

  /** A gateway that is only starting will answer in a moment. */
  async #retryWhileStarting(method: string, params: Params): Promise<RpcAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#ports.request(method, params);
      const isStarting = answer.kind === 'refused' && (answer.refusal.code === 'UNAVAILABLE' || answer.refusal.retryAfterMs !== undefined);
      if (!isStarting || tries === TRIES_WHILE_STARTING) return answer;
      await this.#pause(answer.refusal.retryAfterMs ?? STARTING_MS);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#ports.clock.after(delayMs, resolve));
  }

  #known(method: string, params: Params): Params {
    const unknown = this.#unknownByMethod.get(method);
    return unknown === undefined ? params : Object.fromEntries(Object.entries(params).filter(([name]) => !unknown.has(name)));
  }

  #addUnknown(method: string, form: Params, simpler: Params): void {
    const unknown = this.#unknownByMethod.get(method) ?? new Set<string>();
    for (const name of Object.keys(form)) if (!(name in simpler)) unknown.add(name);
    this.#unknownByMethod.set(method, unknown);
  }
}
