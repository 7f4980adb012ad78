// Says which turns the board of a channel lists, and in which group. Pure; the words are in overview-card.ts.

import type { TurnStatus } from '../../core/card.ts';
import { homeOf, isPublic } from '../../core/home.ts';
import type { JudgedTree } from '../../core/status.ts';

/** In the order in which a person should read them. */
export const GROUPS = ['waits', 'stuck', 'works', 'failed'] as const;
export type Group = (typeof GROUPS)[number];

export interface OverviewRow {
  boxId: string;
  group: Group;
  tree: JudgedTree;
}

const STUCK_AFTER_MS = 5 * 60_000; // without a word and without a running call
const QUIET_AFTER_MS = 2 * 60_000; // a shorter silence is ordinary
export const FAILED_FOR_MS = 3_600_000;

/** The rows of a channel: `trees` are those whose boxes belong there. */
export function overviewRows(trees: readonly JudgedTree[], now: number): OverviewRow[] {
  const rows = trees.filter(mayBeListed).flatMap((tree) => {
    const group = groupOf(tree.status, now);
    return group === undefined ? [] : [{ boxId: tree.turn.boxId, group, tree }];
  });
  return rows.toSorted((one, other) => rankOf(one) - rankOf(other) || one.tree.turn.startedAt - other.tree.turn.startedAt);
}

function rankOf({ group }: OverviewRow): number {
  return GROUPS.indexOf(group);
}

/** Direct conversations are on no board, not even where DEFAULT_CHANNEL_DIRECT shows their boxes. */
export function mayBeListed({ session, turn }: JudgedTree): boolean {
  if (session.address !== undefined) return true;
  const home = homeOf(turn);
  return home?.kind === 'channel' || (home?.kind === 'elsewhere' && isPublic(home.audience));
}

/** `undefined`: it ended well, or long ago. */
function groupOf({ state, quietMs = 0, endedAt = 0 }: TurnStatus, now: number): Group | undefined {
  switch (state) {
    case 'waiting':
      return 'waits';
    case 'quiet':
      return quietMs >= STUCK_AFTER_MS ? 'stuck' : 'works';
    case 'silent':
      return 'stuck';
    case 'active':
    case 'retry':
      return 'works';
    case 'error':
    case 'timeout':
    case 'stopped':
    case 'lost':
      return now - endedAt < FAILED_FOR_MS ? 'failed' : undefined;
    case 'done':
    case 'done_unseen':
    case 'aborted':
    case 'released':
    case 'cancelled':
    case 'rejected':
    case 'interrupted':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** Changes when a person should know; time alone and amounts do not change it. */
export function keyOf({ boxId, group, tree: { status, turn } }: OverviewRow): string {
  const isQuiet = (status.quietMs ?? 0) >= QUIET_AFTER_MS;
  const waits = group === 'waits' ? turn.waiting.map(({ waitId, who = '' }) => `${waitId} ${who}`).join() : '';
  const isSilent = status.silentMs !== undefined;
  return `${boxId} ${group} ${status.state === 'retry'} ${isQuiet} ${isSilent} ${waits}`;
}
