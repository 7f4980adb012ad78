// Sends requests in a form that the connected gateway understands. After a refusal it tries the simpler form that an older gateway may
// know, and remembers what this gateway lacks. It reports a request that is refused in every form.

import type { Clock } from '../../../core/clock.ts';
import { wait } from '../../../core/wait.ts';
import type { RpcAnswer } from './requests.ts';
import type { Refusal } from './wire.ts';

type Params = Record<string, unknown>;

export interface CompatibleRequestPorts {
  clock: Clock;
  request(method: string, params: Params): Promise<RpcAnswer>;
  /** The gateway does not have the method, or refuses it in every form. */
  onRefused(method: string, refusal: Refusal): void;
}

/** The parameters that a request needs; all others only narrow the answer. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'chat.history': ['sessionKey'],
  'sessions.messages.subscribe': ['key'],
};
const TRIES_WHILE_STARTING = 5;
const STARTING_MS = 1_000;

/** Whether the gateway does not know the method. Gateways of protocol 3 then ask for an administrator's scope. */
export function isUnknownMethod({ code, message }: Refusal): boolean {
  return /unknown method|method not found|missing scope: operator\.admin|METHOD_NOT_FOUND/i.test(`${code} ${message}`);
}

/** Whether the gateway sends read-only clients only how runs begin, write and end (2026.2), without a way to subscribe to more. */
export function sendsRunsOnly(method: string, refusal: Refusal): boolean {
  return method === 'sessions.subscribe' && isUnknownMethod(refusal);
}

/** Whether the gateway refuses because of our scopes, not because of the request. */
export function lacksScope(refusal: Refusal): boolean {
  return /missing[ _]scope/i.test(`${refusal.code} ${refusal.message}`) && !isUnknownMethod(refusal);
}

/** Whether the gateway did not understand the request, for example a property that its version does not have. */
function isAboutForm({ code, message }: Refusal): boolean {
  return /unexpected propert|invalid [\w.]+ params|must (?:be|have|match|not)|unrecognized|additional propert/i.test(`${code} ${message}`);
}

/** The request without the parameters that the refusal names, else without all optional ones. Undefined when none is left to drop. */
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

  /** Call for a new connection: it may lead to another gateway. */
  reset(): void {
    this.#missingByMethod.clear();
    this.#unknownByMethod.clear();
  }

  /** Whether we found out that this gateway does not have the method. */
  lacks(method: string): boolean {
    return this.#missingByMethod.has(method);
  }

  /** Never rejects. A method that this gateway does not have is requested only once. */
  async ask(method: string, params: Params): Promise<RpcAnswer> {
    const missing = this.#missingByMethod.get(method);
    if (missing !== undefined) return missing;
    const answer = await this.#inEveryForm(method, this.#known(method, params));
    if (answer.kind !== 'refused') return answer;
    const { refusal } = answer;
    if (isUnknownMethod(refusal)) this.#missingByMethod.set(method, answer);
    // A refusal about one session, such as an unknown key, is an ordinary answer.
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

  /** A gateway that is still starting will answer in a moment. */
  async #retryWhileStarting(method: string, params: Params): Promise<RpcAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#ports.request(method, params);
      const isStarting = answer.kind === 'refused' && (answer.refusal.code === 'UNAVAILABLE' || answer.refusal.retryAfterMs !== undefined);
      if (!isStarting || tries === TRIES_WHILE_STARTING) return answer;
      await wait(this.#ports.clock, answer.refusal.retryAfterMs ?? STARTING_MS);
    }
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
