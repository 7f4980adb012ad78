// Where rollouts are: one folder per day, `sessions/2026/11/26`. Threads stay in the folder of the day on which they began, so that an
// old folder may grow again, and at midnight (local time) there is a new one.

import { sep } from 'node:path';
import { leafFolders } from '../coding-agents/leaf-folders.ts';

const BEFORE_THREAD = 'rollout-2026-11-26T09-00-00-'.length;
const ROLLOUT = /^rollout-[\w.:+-]{1,200}\.jsonl$/;

export const DAY_FOLDERS = leafFolders([/^sessions$/, /^\d{4}$/, /^\d{2}$/, /^\d{2}$/]);

export function isRollout(name: string): boolean {
  return ROLLOUT.test(name);
}

/** The thread that a rollout is of; behind it there may be a segment. */
export function threadOfPath(path: string): string {
  return path.slice(path.lastIndexOf(sep) + 1 + BEFORE_THREAD, -'.jsonl'.length);
}
