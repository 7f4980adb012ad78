// Judges a handoff by the limits of Network-AI: three of them, short messages, most of them with something in hand.

import type { Fault } from './deed-rule.ts';
import type { Actor } from './observation.ts';
import { agentName, type Finding, findingOf } from './rule.ts';

export interface Handoff {
  /** 1 for the first. */
  number: number;
  /** How many handoffs up to now came with an artifact. */
  artifacts: number;
  /** Characters of its message, as far as they are known. */
  length: number;
}

const MOST = 3;
const MOST_CHARS = 500;
const LEAST_SHARE = 0.6;
const JUDGED_FROM = 2; // one handoff alone has brought nothing yet
export const OUTPUT_WITHIN_MS = 120_000;

/** What is wrong with a handoff. */
export function faultsOf({ number, artifacts, length }: Handoff): Fault[] {
  return [
    ...(number > MOST ? [{ finding: 'fourth', severity: 'violation', deed: `has ${number} handoffs, ${MOST} are allowed` } as const] : []),
    ...(length > MOST_CHARS
      ? [{ finding: 'long', severity: 'remark', deed: `has a handoff with more than ${MOST_CHARS} characters` } as const]
      : []),
    ...(number >= JUDGED_FROM && artifacts < number * LEAST_SHARE
      ? [{ finding: 'talk', severity: 'remark', deed: `has ${number} handoffs, of which only ${artifacts} brought something` } as const]
      : []),
  ];
}

export const NO_OUTPUT: Fault = { finding: 'no-output', severity: 'remark', deed: 'has produced nothing for two minutes' };

/** One finding a box and kind. Those that tell how many handoffs there were have newer numbers later, the others are counted. */
export function handoffFinding(rule: string, actor: Actor, { finding, severity, deed }: Fault): Finding {
  const sentence = `${agentName(actor)} ${deed}`;
  const isUpdate = finding === 'fourth' || finding === 'talk';
  return findingOf(actor, { rule, finding, severity, sentence, sameAs: `${finding} ${actor.boxId}`, isUpdate });
}
