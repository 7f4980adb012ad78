// What the digest remembers of one turn. Plain data.

import type { JudgedTree } from '../../core/status.ts';
import { usageOfTree } from '../../core/tree.ts';
import { howEnded, openWaitsOf } from '../occasions.ts';

/** Of `other` ends nobody has to think: aborted, cancelled. */
export type DigestEnd = 'done' | 'failed' | 'other';

export interface DigestTurn {
  boxId: string;
  /** When it was seen first. */
  at: number;
  /** How long it has waited for people, up to its last wait. */
  waitedMs: number;
  /** It waits since then. */
  waitingSince?: number;
  /** Absent while it runs, and when it goes on. */
  ended?: { channelId: string; agentId: string; end: DigestEnd; tokens: number; costUsd: number };
  /** The day whose digest has it. It is in no other. */
  told?: string;
}

/** The turn after a look at it. The same object when nothing changed that must be kept. */
export function seen(before: DigestTurn, tree: JudgedTree, channelId: string, now: number): DigestTurn {
  const waited = withWaits(before, tree, now);
  if (!tree.status.final) return withoutEnd(waited);
  const ended = endedAs(tree, channelId);
  return isSame(waited.ended, ended) ? waited : { ...waited, ended };
}

function withWaits(turn: DigestTurn, tree: JudgedTree, now: number): DigestTurn {
  const since = Math.min(...(tree.status.final ? [] : openWaitsOf(tree, now).map(({ wait }) => wait.since)));
  if (since < Number.POSITIVE_INFINITY) return turn.waitingSince === undefined ? { ...turn, waitingSince: since } : turn;
  if (turn.waitingSince === undefined) return turn;
  const { waitingSince, ...rest } = turn;
  const endedAt = tree.status.final ? Math.min(now, tree.status.endedAt ?? now) : now;
  return { ...rest, waitedMs: turn.waitedMs + Math.max(0, endedAt - waitingSince) };
}

function withoutEnd(turn: DigestTurn): DigestTurn {
  if (turn.ended === undefined) return turn;
  const { ended: _ended, ...open } = turn;
  return open;
}

function endedAs(tree: JudgedTree, channelId: string): NonNullable<DigestTurn['ended']> {
  const { input, cacheWrite, output, costUsd } = usageOfTree(tree);
  const end = howEnded(tree.status.state) ?? 'other';
  return { channelId, agentId: tree.session.agentId, end, tokens: input + cacheWrite + output, costUsd };
}

function isSame(before: DigestTurn['ended'], now: NonNullable<DigestTurn['ended']>): boolean {
  return (
    before !== undefined &&
    before.end === now.end &&
    before.tokens === now.tokens &&
    before.costUsd === now.costUsd &&
    before.channelId === now.channelId
  );
}

/** Rows are our own. A foreign or incomplete one is skipped. */
export function decodeTurn(value: unknown): DigestTurn[] {
  return isDigestTurn(value) ? [value] : [];
}

function isDigestTurn(value: unknown): value is DigestTurn {
  const { boxId, waitedMs, ended } = (value ?? {}) as Partial<DigestTurn>;
  return typeof boxId === 'string' && typeof waitedMs === 'number' && (ended === undefined || typeof ended.channelId === 'string');
}
