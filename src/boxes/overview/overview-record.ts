// What must survive of the board of one channel. Plain data.

import { isRecord } from '../../core/json-guards.ts';
import type { Line, Spending } from './overview-card.ts';

export interface Failure extends Line {
  boxId: string;
  at: number;
}

export interface OverviewRecord {
  channelId: string;
  /** The same for every try to create the post. */
  pendingPostId: string;
  /** Wall clock, not later than the first try to create the post. */
  createdAt: number;
  postId?: string;
  /** We have pinned it. Who unpins it wants it no more. */
  isPinned: boolean;
  /** A person has unpinned or deleted it: it is left alone. */
  isLeft: boolean;
  /** Those of the last hour, the newest first. */
  failures: Failure[];
  /** What the turns used that are not known any more and worked on that day. */
  day: string;
  past: Spending;
}

export function newRecord(channelId: string, pendingPostId: string, createdAt: number): OverviewRecord {
  return { channelId, pendingPostId, createdAt, isPinned: false, isLeft: false, failures: [], day: '', past: { tokens: 0, costUsd: 0 } };
}

/** Rows are our own. A foreign or incomplete one is skipped. */
export function decodeRecord(value: unknown): OverviewRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { channelId, pendingPostId, createdAt, postId, isPinned, isLeft, failures, day, past } = value;
  if (typeof channelId !== 'string' || typeof pendingPostId !== 'string' || typeof createdAt !== 'number') return undefined;
  return {
    channelId,
    pendingPostId,
    createdAt,
    ...(typeof postId === 'string' ? { postId } : {}),
    isPinned: isPinned === true,
    isLeft: isLeft === true,
    failures: Array.isArray(failures) ? failures.flatMap(decodeFailure) : [],
    day: typeof day === 'string' ? day : '',
    past: decodeSpending(past),
  };
}

function decodeFailure(value: unknown): Failure[] {
  if (!isRecord(value)) return [];
  const { boxId, at, first, later } = value;
  const isWhole = typeof boxId === 'string' && typeof at === 'number' && typeof first === 'string' && typeof later === 'string';
  return isWhole ? [{ boxId, at, first, later }] : [];
}

function decodeSpending(value: unknown): Spending {
  const { tokens, costUsd } = isRecord(value) ? value : {};
  return { tokens: typeof tokens === 'number' ? tokens : 0, costUsd: typeof costUsd === 'number' ? costUsd : 0 };
}

/** `props.livestatus` of a board: no box has such a post, so no search for boxes takes it for one. */
export interface OverviewMeta {
  v: 1;
  overview: string;
  instance: string;
}

/** Whether that is the meta of the board of that channel. */
export function isOverview(meta: unknown, channelId: string): boolean {
  return isRecord(meta) && meta['v'] === 1 && meta['overview'] === channelId;
}
