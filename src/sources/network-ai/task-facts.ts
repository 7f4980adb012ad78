// The facts of a task that rules may judge (see `observed-facts.ts`). Pure.

import { createHash } from 'node:crypto';
import type { Moment } from '../../core/moment.ts';
import type { ContextText } from './decode-shared.ts';
import type { Member } from './member-notes.ts';
import type { Fact } from './observed-facts.ts';
import type { Task } from './snapshot.ts';
import { outputDueAt } from './work-notes.ts';

const ONCE = '1';
const ID_CHARS = 12;
const KINDS: Readonly<Partial<Record<string, string>>> = { goals: 'goal', decisions: 'decision', milestones: 'milestone' };

export function handoffFacts({ id, tracking }: Task): Fact[] {
  return (tracking?.handoffs ?? []).map(({ number, at, from, to, length, hasArtifact, artifacts }) => ({
    id: `handoff:${number}`,
    version: ONCE,
    what: 'handoff',
    at,
    facts: {
      task: id,
      from,
      to,
      number: `${number}`,
      length: `${length}`,
      artifact: hasArtifact ? 'yes' : 'no',
      artifacts: `${artifacts}`,
    },
  }));
}

export function outputFacts({ id, tracking }: Task, moment: Moment, now: number): Fact[] {
  const { handoffCount = 0, artifacts = 0, createdAt } = tracking ?? {};
  if (handoffCount === 0 || artifacts > 0 || moment.isBefore(outputDueAt(createdAt))) return [];
  const facts = { task: id, seconds: secondsBetween(createdAt ?? now, now), handoffs: `${handoffCount}` };
  return [{ id: 'no-output', version: ONCE, what: 'no_output', at: undefined, facts }];
}

export function exhaustedFact({ id, budget }: Task, at: number | undefined): Fact {
  const facts = { task: id, used: `${budget?.used ?? 0}`, of: `${budget?.of ?? 0}` };
  return { id: 'exhausted', version: ONCE, what: 'budget_exhausted', at, facts };
}

export function silentFact(taskId: string, { name, heartbeatAt }: Member, now: number): Fact {
  const facts = { task: taskId, member: name, seconds: secondsBetween(heartbeatAt, now) };
  return { id: silenceOf(name), version: 'silent', what: 'member_silent', at: undefined, facts };
}

export function backFact(taskId: string, { name, heartbeatAt }: Member): Fact {
  return { id: silenceOf(name), version: 'back', what: 'member_back', at: heartbeatAt, facts: { task: taskId, member: name } };
}

/** The id of what was told of a member's silence. */
export function silenceOf(name: string): string {
  return `silent:${name}`;
}

export function contextFacts(texts: readonly ContextText[]): Fact[] {
  return texts.map(({ where, text }) => ({
    id: `context:${createHash('sha256').update(`${where} ${text}`).digest('hex').slice(0, ID_CHARS)}`,
    version: ONCE,
    what: 'context_text',
    at: undefined,
    facts: { kind: KINDS[where.split('.')[0] ?? ''] ?? 'note', where, text },
  }));
}

function secondsBetween(from: number, to: number): string {
  return `${Math.max(0, Math.floor((to - from) / 1_000))}`;
}
