// Runs one rule over facts, with everything beside the facts made up. Times are seconds after T0.

import type { CallOutcome } from '../../../src/core/event.ts';
import type { Answered, Observation, Observed, ToolStarted } from '../../../src/coordinator/rules/observation.ts';
import type { Governance } from '../../../src/coordinator/rules/governance.ts';
import { orderOf, type Role, ROLES } from '../../../src/coordinator/rules/role.ts';
import type { Finding, Rule, RuleContext, RuleLimits } from '../../../src/coordinator/rules/rule.ts';

export const T0 = Date.UTC(2026, 10, 21, 2, 0, 0);
export const MISSING_AFTER_S = 600;

/** The defaults of the settings. */
export const LIMITS: RuleLimits = {
  protectedBranches: ['main', 'master', 'production', 'release/*'],
  loopCalls: 10,
  loopMs: 600_000,
  burnUsd: 2,
  burnTokens: 1_000_000,
};

const ROLES_BY_AGENT: ReadonlyMap<string, Role> = new Map(ROLES.map((role) => [role, role]));

/** Agents are named as their roles. */
export function contextWith(changes: Partial<RuleContext> = {}): RuleContext {
  return {
    roles: ROLES_BY_AGENT,
    order: orderOf(ROLES_BY_AGENT),
    governance: undefined,
    missingAfterMs: MISSING_AFTER_S * 1_000,
    limits: LIMITS,
    hasAudit: () => false,
    auditKnownUntil: Number.MAX_SAFE_INTEGER,
    newestActor: () => undefined,
    ...changes,
  };
}

export function governance(mode: string, posture: Governance['posture'], role = 'primary'): Governance {
  return { mode, posture, role, sessionHash: null };
}

/** An agent's deed; an agent that is no role has none. */
function actor(seconds: number, agentId: string, conversation: string) {
  const role = ROLES_BY_AGENT.get(agentId.trim().toLowerCase());
  const who = { conversation, sessionKey: `agent:${agentId}:${conversation}`, agentId, boxId: `box-${agentId}-${seconds}` };
  return { at: T0 + seconds * 1_000, ...who, ...(role === undefined ? {} : { role }) };
}

export function answered(seconds: number, agentId: string, more: Partial<Answered> = {}, conversation = 'town'): Answered {
  return { type: 'answered', ...actor(seconds, agentId, conversation), turnStartedAt: T0 + (seconds - 10) * 1_000, ...more };
}

export function used(seconds: number, agentId: string, tool: string, args: Record<string, string> = {}): ToolStarted {
  return { type: 'tool_started', ...actor(seconds, agentId, 'town'), callId: `call-${seconds}`, tool, toolName: tool, args };
}

export function ended(seconds: number, agentId: string, startedAtSeconds: number, outcome: CallOutcome = { kind: 'ok' }): Observation {
  return { type: 'tool_ended', ...actor(seconds, agentId, 'town'), callId: `call-${startedAtSeconds}`, outcome };
}

/** A fact of another system. */
export function observed(seconds: number, agentId: string, what: string, facts: Record<string, string>): Observed {
  return { type: 'observed', ...actor(seconds, agentId, 'town'), boxId: `box-${agentId}`, what, facts };
}

export function approvalAsked(seconds: number, agentId: string): Observation {
  return { type: 'approval_asked', ...actor(seconds, agentId, 'town') };
}

export function timePassed(seconds: number): Observation {
  return { type: 'time_passed', at: T0 + seconds * 1_000 };
}

export function run(rule: Rule, observations: readonly Observation[], context = contextWith()): Finding[] {
  const running = rule.start(undefined);
  return observations.flatMap((observation) => running.observe(observation, context));
}

/** `skipped`, `late`, … in order. */
export function names(findings: readonly Finding[]): string[] {
  return findings.map(({ finding }) => finding);
}
