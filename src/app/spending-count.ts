// Counts what agents use, for the meter: each change of a turn's usage once, as it is folded. Owns which agents are counted by name.

import type { Usage } from '../core/event.ts';
import type { Change } from '../core/fold.ts';
import type { Meter } from '../core/meter.ts';
import type { Turn } from '../core/session.ts';
import { usageOf } from '../core/turn.ts';
import { cut, oneLine } from '../text/text.ts';

const MAX_AGENTS = 50; // each is five series that a reader of metrics keeps for weeks
const MAX_NAME_POINTS = 60;
const OTHERS = 'other';
const KINDS = [
  ['input', 'input'],
  ['output', 'output'],
  ['cacheRead', 'cache_read'],
  ['cacheWrite', 'cache_write'],
] as const;

/** Call it with every change. Agents beyond the first fifty are counted together. */
export function createSpendingCount(meter: Meter): (change: Change) => void {
  const agents = new Set<string>();
  return ({ event, before, after }) => {
    if (event.type !== 'message' || event.usage === undefined) return;
    const agent = boundedName(agents, after.agentId);
    for (const turn of after.turns) {
      const earlier = before.turns.find(({ boxId }) => boxId === turn.boxId);
      if (turn !== earlier && !hasWorkers(turn)) countTurn(meter, agent, usedSince(earlier, turn));
    }
  };
}

function countTurn(meter: Meter, agent: string, used: Usage): void {
  for (const [part, kind] of KINDS) if (used[part] > 0) meter.add('tokens', used[part], { agent, kind });
  if (used.costUsd > 0) meter.add('cost_usd', used.costUsd, { agent });
}

/** What such a turn says to have used are the numbers of the sessions that work for it, and those are counted. */
function hasWorkers({ childrenByKey }: Turn): boolean {
  return Object.values(childrenByKey).some(({ isWorker }) => isWorker === true);
}

/** A turn whose usage was corrected downwards has used nothing more. */
function usedSince(before: Turn | undefined, after: Turn): Usage {
  const [now, then] = [usageOf(after), before === undefined ? undefined : usageOf(before)];
  const more = (part: keyof Usage): number => Math.max(0, now[part] - (then?.[part] ?? 0));
  return {
    input: more('input'),
    output: more('output'),
    cacheRead: more('cacheRead'),
    cacheWrite: more('cacheWrite'),
    costUsd: more('costUsd'),
  };
}

function boundedName(known: Set<string>, agentId: string): string {
  const name = cut(oneLine(agentId), MAX_NAME_POINTS) || 'unknown';
  if (known.size < MAX_AGENTS) known.add(name);
  return known.has(name) ? name : OTHERS;
}
