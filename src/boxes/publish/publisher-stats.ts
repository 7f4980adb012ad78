// Derives the numbers of the health page: posts that are open, waiting, behind or in trouble, and what holds them back. Changes nothing.

import type { ChannelCap } from './channel-cap.ts';
import { type Gate, openAt } from './gate.ts';
import { planOf, type PlanRules } from './plan.ts';
import { type Instant, isDirty, isOpenPost, type PostState, troubleOf } from './post-state.ts';
import type { Posts } from './posts.ts';
import type { PublisherStats } from './publisher-ports.ts';
import type { RequestBudget } from './request-budget.ts';

type PostStats = Omit<PublisherStats, 'blockedUntil' | 'perSecond' | 'isBudgetSpent' | 'slowChannels'>;

/** What excuses lateness. */
interface Excuses {
  /** When the server last began to take requests (monotonic). */
  openedAt: number;
  isHeld(channelId: string): boolean;
}

/** All that the numbers follow from. */
interface Publishing {
  posts: Posts;
  rules: PlanRules;
  cap: ChannelCap;
  gate: Gate;
  budget: RequestBudget;
}

export function publisherStats({ posts, rules, cap, gate, budget }: Publishing, { wall, now }: Instant): PublisherStats {
  const { blockedUntilAt } = gate;
  const excuses = { openedAt: openAt(gate), isHeld: (channelId: string) => cap.openAt(channelId) > now };
  return {
    ...postStats(posts.values(), rules, now, excuses),
    blockedUntil: blockedUntilAt > now ? wall + (blockedUntilAt - now) : undefined,
    perSecond: budget.limits().perSecond,
    isBudgetSpent: budget.tokenAt('spare', now) > now,
    slowChannels: cap.slow(now),
  };
}

function postStats(states: Iterable<PostState>, rules: PlanRules, now: number, excuses: Excuses): PostStats {
  const none = { active: 0, waiting: 0, dirty: 0, oldestDirtyAgeMs: 0, oldestEndAgeMs: 0, behindMs: 0 };
  const stats: PostStats = { ...none, parked: [], refused: [], gone: [] };
  for (const state of states) {
    if (isOpenPost(state)) stats.active += 1;
    addTrouble(stats, state);
    if (!isDirty(state)) continue;
    stats.dirty += 1;
    stats.oldestDirtyAgeMs = Math.max(stats.oldestDirtyAgeMs, now - state.dirtyAt);
    stats.oldestEndAgeMs = Math.max(stats.oldestEndAgeMs, endAge(state, now));
    stats.behindMs = Math.max(stats.behindMs, now - Math.max(excuses.openedAt, dueAt(state, rules, now, excuses)));
    if (state.post.kind !== 'posted') stats.waiting += 1;
  }
  return stats;
}

/** How long its end has waited. One that its channel keeps out is counted among the parked. */
function endAge({ endedAt, dirtyAt, trouble }: PostState, now: number): number {
  return endedAt === undefined || trouble.kind === 'parked' ? 0 : now - Math.max(dirtyAt, endedAt);
}

/** When the box should have been sent, were it not for the others. */
function dueAt(state: PostState, rules: PlanRules, now: number, { isHeld }: Excuses): number {
  if (state.trouble.kind === 'parked' || state.trouble.kind === 'refused') return now;
  const plan = planOf({ ...state, attempt: undefined, trouble: { kind: 'none' } }, rules, false);
  return plan === undefined || (plan.countsIn !== undefined && isHeld(plan.countsIn)) ? now : plan.readyAt;
}

function addTrouble(stats: PostStats, state: PostState): void {
  const found = troubleOf(state);
  if (found === undefined) return;
  const { kind, ...trouble } = found;
  stats[kind].push(trouble);
}
