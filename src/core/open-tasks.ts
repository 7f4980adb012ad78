// Lists the open tasks, plans and collaborations of all sources: turns with a title of their own, and their parts below them. Pure.

import { type Activity, activityOf } from './activity.ts';
import type { BoxState } from './card.ts';
import type { WaitsOn } from './event.ts';
import type { SessionsByKey, TurnMeter, TurnTree } from './session.ts';
import { judge, type JudgedTree, type StatusLimits } from './status.ts';
import { rootOf, treeOf } from './tree.ts';
import { openWaits } from './turn.ts';

/** One of them, as of now. All texts are redacted, and hostile. */
export interface OpenTask {
  readonly title: string;
  /** 0, or how deep it is below the plan or collaboration above it in the list. */
  readonly depth: number;
  /** The program it comes from, and what it is called there: `mesh:plan:P-1`. */
  readonly address?: string;
  readonly state: BoxState;
  readonly activity: Activity;
  readonly startedAt: number;
  readonly waits: readonly { readonly on: WaitsOn; readonly since?: number; readonly text?: string; readonly who?: string }[];
  readonly meters: readonly TurnMeter[];
  /** Its notes that are more than information. */
  readonly warnings: readonly string[];
}

const RANK: Record<Activity, number> = { blocked: 0, waiting: 1, active: 2, ready: 3, idle: 4 };

/** Those first that need a person, then the oldest. Parts follow what they are part of, open or not. */
export function openTasks(sessions: SessionsByKey, limits: StatusLimits, now: number): OpenTask[] {
  const roots = [...sessions.values()].flatMap((session) => {
    const turn = session.turns.at(-1);
    if (session.title === undefined || turn === undefined) return [];
    if ((rootOf(sessions, session, turn)?.turn ?? turn) !== turn) return [];
    return [judge(treeOf(sessions, session, turn, now), limits)];
  });
  return roots
    .filter(isOpen)
    .map((tree) => listed(tree, 0))
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b) || (a?.startedAt ?? 0) - (b?.startedAt ?? 0))
    .flat();
}

function isOpen({ status, childrenByKey }: JudgedTree): boolean {
  return !status.final || Object.values(childrenByKey).some(isOpen);
}

function rankOf(task: OpenTask | undefined): number {
  return task === undefined ? 0 : RANK[task.activity];
}

function listed(tree: JudgedTree, depth: number): OpenTask[] {
  return [taskOf(tree, depth), ...Object.values(tree.childrenByKey).flatMap((child) => listed(child, depth + 1))];
}

function taskOf({ session, turn, status }: JudgedTree, depth: number): OpenTask {
  const { title, agentId, address, asOf } = session;
  return {
    title: title ?? agentId,
    depth,
    ...(address === undefined ? {} : { address }),
    state: status.state,
    activity: activityOf(status.state, turn, asOf),
    startedAt: turn.startedAt,
    waits: waitsOf(turn, asOf),
    meters: turn.meters ?? [],
    warnings: (turn.notes ?? []).flatMap(({ text, severity }) => (severity === 'info' ? [] : [text])),
  };
}

function waitsOf(turn: TurnTree['turn'], asOf: number): OpenTask['waits'] {
  return openWaits(turn, asOf).map(({ on, since, text, who }) => ({
    on,
    ...(since === undefined ? {} : { since }),
    ...(text === undefined ? {} : { text }),
    ...(who === undefined ? {} : { who }),
  }));
}
