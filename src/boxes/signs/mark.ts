// What a reaction says of the turns that one post has set going. Pure.

import type { TurnStatus } from '../../core/card.ts';

/** `untold`: an earlier process knew the turn, and this one does not know it yet. `none`: nobody watches it any more, or nothing is heard of it. */
export type Mark = 'untold' | 'waits' | 'works' | 'failed' | 'done' | 'none';

/** Of several turns, the one that a person should know of first. */
const ORDER: readonly Mark[] = ['untold', 'waits', 'works', 'failed', 'done', 'none'];

/** The reaction that stands for a mark, by its name in Mattermost. */
const EMOJI = { waits: 'raised_hand', works: 'eyes', failed: 'x', done: 'white_check_mark' } as const;

export function markOf({ state }: Pick<TurnStatus, 'state'>): Mark {
  switch (state) {
    case 'waiting':
      return 'waits';
    case 'active':
    case 'quiet':
    case 'retry':
      return 'works';
    case 'done':
    case 'done_unseen':
      return 'done';
    case 'error':
    case 'aborted':
    case 'timeout':
    case 'stopped':
    case 'released':
    case 'cancelled':
    case 'rejected':
    case 'lost':
      return 'failed';
    case 'silent':
    case 'interrupted':
      return 'none';
    default:
      return state satisfies never;
  }
}

/** Whether the turn goes on. */
export function isOpen(mark: Mark): boolean {
  return mark === 'waits' || mark === 'works';
}

/** The mark of a post whose turns have these; `none` without any. */
export function combined(marks: Iterable<Mark>): Mark {
  const all = new Set(marks);
  return ORDER.find((mark) => all.has(mark)) ?? 'none';
}

/** The next request that brings a post from the reactions that may be `on` it to what it should show. `unsure` ones may be missing. */
export type Step = { kind: 'add' | 'remove'; emoji: string };

export function nextStep(mark: Mark, on: ReadonlySet<string>, unsure: ReadonlySet<string>): Step | undefined {
  if (mark === 'untold') return undefined;
  const wanted = mark === 'none' ? undefined : EMOJI[mark];
  if (wanted !== undefined && (!on.has(wanted) || unsure.has(wanted))) return { kind: 'add', emoji: wanted };
  const old = [...on].find((emoji) => emoji !== wanted);
  return old === undefined ? undefined : { kind: 'remove', emoji: old };
}
