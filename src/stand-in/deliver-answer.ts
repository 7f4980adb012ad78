// Plays one request with its fault: when it takes effect, and what the client gets and when.

import { proxyPage, Refusal, refusal, refusalBody } from './answer.ts';
import type { StandInAnswer } from './answer.ts';
import type { Fault } from './faults.ts';

/** Runs something later; the returned function cancels it. */
export type After = (delayMs: number, run: () => void) => () => void;

/** How a request may end for the client. Exactly one of these is called, or none for a request that hangs. */
export interface Exits {
  answer(answer: StandInAnswer): void;
  /** The connection breaks in the middle of this answer. */
  truncate(answer: StandInAnswer): void;
  reset(): void;
}

/** A request that has arrived: its fault, and the function that applies it. */
export interface Arrival {
  fault: Fault | undefined;
  apply(): StandInAnswer;
}

/** Plays `arrival`. */
export function deliver(arrival: Arrival, after: After, exits: Exits): void {
  const { fault, apply } = arrival;
  switch (fault?.kind) {
    case undefined:
      return exits.answer(apply());
    case 'status':
      return playStatus(fault, arrival, after, exits);
    case 'reset':
      if (fault.applied) apply();
      return exits.reset();
    case 'hang':
      if (fault.applied) apply();
      if (fault.ms !== undefined) after(fault.ms, () => exits.reset());
      return undefined;
    case 'slow':
      return later(fault.ms, apply(), after, exits);
    case 'stall':
      after(fault.ms, () => exits.answer(apply()));
      return undefined;
    case 'truncated':
      return exits.truncate(apply());
    default:
      return fault satisfies never;
  }
}

function playStatus(fault: Fault & { kind: 'status' }, arrival: Arrival, after: After, exits: Exits): void {
  if (fault.applied === true) arrival.apply();
  const answer = scripted(fault);
  if (fault.afterMs === undefined) exits.answer(answer);
  else later(fault.afterMs, answer, after, exits);
}

function later(delayMs: number, answer: StandInAnswer, after: After, exits: Exits): void {
  after(delayMs, () => exits.answer(answer));
}

function scripted(fault: Fault & { kind: 'status' }): StandInAnswer {
  const answer = fault.html === true ? proxyPage(fault.status) : scriptedJson(fault);
  return { ...answer, body: fault.body ?? answer.body, headers: { ...answer.headers, ...fault.headers } };
}

function scriptedJson(fault: Fault & { kind: 'status' }): StandInAnswer {
  const refused = fault.id === undefined ? new Refusal('', fault.status, '') : refusal(fault.id, { status: fault.status });
  return { status: fault.status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(refusalBody(refused, 'scripted')) };
}
