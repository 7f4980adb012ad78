// What the page says of the watcher itself, every few seconds: how it is, and what was used today. Pure.

import type { HealthReport } from '../health/health-report.ts';
import type { PageBox } from './page-box.ts';

interface AgentSpending {
  readonly agent: string;
  readonly tokens: number;
  readonly costUsd: number;
}

export interface PagePulse {
  readonly now: number;
  readonly status: HealthReport['status'];
  readonly reason: string;
  readonly version: string;
  readonly sources: readonly Pick<HealthReport['sources'][number], 'name' | 'state' | 'because' | 'lastEventAt'>[];
  readonly sink: Pick<HealthReport['sink'], 'breaker' | 'reach' | 'token' | 'lastSuccessAt' | 'blockedUntil'>;
  readonly findingsByRule: Readonly<Record<string, number>>;
  /** Of the boxes on the page that worked today, the most expensive first. */
  readonly spentToday: readonly AgentSpending[];
}

export function pulseOf(
  { status, reason, version, sources, sink, coordinator }: HealthReport,
  boxes: readonly PageBox[],
  now: number,
): PagePulse {
  const { breaker, reach, token, lastSuccessAt, blockedUntil } = sink;
  return {
    now,
    status,
    reason,
    version,
    sources: sources.map(({ name, state, because, lastEventAt }) => ({
      name,
      state,
      ...(because === undefined ? {} : { because }),
      lastEventAt,
    })),
    sink: { breaker, reach, token, lastSuccessAt, blockedUntil },
    findingsByRule: coordinator?.findingsByRule ?? {},
    spentToday: spentToday(boxes, now),
  };
}

/** A turn over midnight counts in whole. */
function spentToday(boxes: readonly PageBox[], now: number): AgentSpending[] {
  const today = new Date(now).toDateString();
  const byAgent = Map.groupBy(
    boxes.filter(({ lastEventAt }) => new Date(lastEventAt).toDateString() === today),
    ({ agent }) => agent,
  );
  const sums = [...byAgent].map(([agent, own]) => ({
    agent,
    tokens: own.reduce((sum, { tokens }) => sum + tokens, 0),
    costUsd: own.reduce((sum, { costUsd }) => sum + costUsd, 0),
  }));
  return sums.filter(({ tokens }) => tokens > 0).toSorted((one, other) => other.costUsd - one.costUsd || other.tokens - one.tokens);
}
