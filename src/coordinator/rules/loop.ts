// Finds agents that go round in circles, and those that spend too much: the same call with the same outcome again and again, calls that
// bring nothing new, money or tokens above a limit. One line in the box says all of it, with numbers that grow.

import { setBounded } from '../../core/bounded-map.ts';
import type { Actor, Observation, Spent, ToolEnded, ToolStarted } from './observation.ts';
import { newTrail, type Repetition, type Trail, withEnded, withStarted } from './repeats.ts';
import { agentName, type Finding, findingOf, rule, type RuleLimits, type Step } from './rule.ts';
import { spentInWindow, type Spending, spentSince, type Sum, WINDOW_MINUTES, withSpent } from './spending.ts';

/** What is wrong in a box, as far as it was found. */
interface Trouble {
  same?: { count: number; since: number };
  nothingNewSince?: number;
  burn?: Sum;
}

/** Changed in place: with many sessions a copy for each call would be slow. */
interface LoopState {
  trailsBySession: Map<string, Trail>;
  spendingByBox: Map<string, Spending>;
  troubleByBox: Map<string, Trouble>;
}

const NAME = 'loop';
const MINUTE_MS = 60_000;
const MAX_SESSIONS = 500;
const LEAST_CALLS = 10; // fewer bring nothing new for long because they work for long

export const loop = rule<LoopState>({
  name: NAME,
  meaning: 'agents do not repeat a call without end, call for long without anything new, or spend more than a limit a minute',
  byDefault: 'on',
  severity: 'violation',
  action: 'loop',
  begin: { trailsBySession: new Map(), spendingByBox: new Map(), troubleByBox: new Map() },
  isForgetful: true,
  observe: (state, observation, { limits }) => observe(state, observation, limits),
});

function observe(state: LoopState, observation: Observation, limits: RuleLimits): Step<LoopState> {
  switch (observation.type) {
    case 'tool_started':
      keepTrail(state, observation, withStarted(trailOf(state, observation), observation));
      return { state, findings: [] };
    case 'tool_ended':
      return { state, findings: ended(state, observation, limits) };
    case 'spent':
      return { state, findings: spent(state, observation, limits) };
    case 'answered':
    case 'turn_ended':
    case 'observed':
    case 'approval_asked':
    case 'ledger_broke':
    case 'time_passed':
    case 'clock_shifted':
      return { state, findings: [] };
    default:
      return observation satisfies never;
  }
}

/** A new turn begins anew: a person has spoken. */
function trailOf({ trailsBySession }: LoopState, { sessionKey, boxId, at }: ToolStarted | ToolEnded): Trail {
  const known = trailsBySession.get(sessionKey);
  return known?.boxId === boxId ? known : newTrail(boxId, at);
}

function keepTrail({ trailsBySession }: LoopState, { sessionKey }: Actor, trail: Trail): void {
  setBounded(trailsBySession, sessionKey, trail, MAX_SESSIONS);
}

function ended(state: LoopState, call: ToolEnded, limits: RuleLimits): Finding[] {
  const { trail, isCall = false, repetition } = withEnded(trailOf(state, call), call);
  keepTrail(state, call, trail);
  const same = repetition === undefined ? undefined : sameCall(repetition, limits);
  const isStuck = limits.loopMs > 0 && trail.callsSinceProgress >= LEAST_CALLS && call.at - trail.progressAt >= limits.loopMs;
  if (!isCall || (same === undefined && !isStuck)) return [];
  return found(state, call, { ...(same === undefined ? {} : { same }), ...(isStuck ? { nothingNewSince: trail.progressAt } : {}) });
}

function sameCall({ count, since, patience }: Repetition, { loopCalls }: RuleLimits): Trouble['same'] {
  return loopCalls > 0 && count >= loopCalls * patience ? { count, since } : undefined;
}

function spent(state: LoopState, payment: Spent, limits: RuleLimits): Finding[] {
  const spending = withSpent(state.spendingByBox.get(payment.boxId) ?? [], payment);
  setBounded(state.spendingByBox, payment.boxId, spending, MAX_SESSIONS);
  const burn = spentInWindow(spending, payment.at);
  const isBurning = isAbove(burn.usd, limits.burnUsd) || isAbove(burn.tokens, limits.burnTokens);
  return isBurning ? found(state, payment, { burn }) : [];
}

function isAbove(amount: number, perMinute: number): boolean {
  return perMinute > 0 && amount > perMinute * WINDOW_MINUTES;
}

function found(state: LoopState, actor: Actor, added: Trouble): Finding[] {
  const known = state.troubleByBox.get(actor.boxId);
  const trouble = { ...known, ...added };
  setBounded(state.troubleByBox, actor.boxId, trouble, MAX_SESSIONS);
  const sentence = `${agentName(actor)}: ${describe(trouble, state.spendingByBox.get(actor.boxId) ?? [], actor.at)}`;
  const about = { rule: NAME, finding: nameOf(added), severity: 'violation', sentence, sameAs: `loop ${actor.boxId}` } as const;
  return [findingOf(actor, { ...about, isUpdate: known !== undefined })];
}

function nameOf({ same, nothingNewSince }: Trouble): string {
  return same === undefined ? (nothingNewSince === undefined ? 'burning' : 'stuck') : 'repeated';
}

/** `same call 14×, $3.20 in 4m`. */
function describe({ same, nothingNewSince, burn }: Trouble, spending: Spending, now: number): string {
  const since = same?.since ?? nothingNewSince;
  const cost = since === undefined ? amountOf(burn) : amountOf(spentSince(spending, since));
  const minutes = since === undefined ? WINDOW_MINUTES : Math.max(1, Math.round((now - since) / MINUTE_MS));
  const parts = [
    ...(same === undefined ? [] : [`same call ${same.count}×`]),
    ...(nothingNewSince === undefined ? [] : [`nothing new for ${Math.round((now - nothingNewSince) / MINUTE_MS)}m`]),
    ...(cost === undefined ? [] : [`${cost} in ${minutes}m`]),
  ];
  return parts.join(', ');
}

/** Money where it is known, else tokens; nothing for next to nothing. */
function amountOf(sum: Sum | undefined): string | undefined {
  if (sum === undefined) return undefined;
  if (sum.usd >= 0.01) return `$${sum.usd.toFixed(2)}`;
  const thousands = Math.round(sum.tokens / 1_000);
  return thousands < 1 ? undefined : thousands < 1_000 ? `${thousands}k tokens` : `${(thousands / 1_000).toFixed(1)}M tokens`;
}
