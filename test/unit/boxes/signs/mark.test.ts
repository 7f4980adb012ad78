import { expect, it } from 'vitest';
import { type Mark, markOf, nextStep } from '../../../../src/boxes/signs/mark.ts';
import type { BoxState } from '../../../../src/core/card.ts';

const MARKS: Record<BoxState, Mark> = {
  active: 'works',
  quiet: 'works',
  retry: 'works',
  waiting: 'waits',
  done: 'done',
  done_unseen: 'done',
  error: 'failed',
  aborted: 'failed',
  timeout: 'failed',
  stopped: 'failed',
  released: 'failed',
  cancelled: 'failed',
  rejected: 'failed',
  lost: 'failed',
  interrupted: 'none',
  silent: 'none',
};

it.each(Object.entries(MARKS))('a turn that is %s has the mark %s', (state, mark) => {
  expect(markOf({ state: state as BoxState })).toBe(mark);
});

it('the new reaction is there before the old one is taken away, so that a post is never without', () => {
  expect(nextStep('done', new Set(['eyes']), new Set())).toEqual({ kind: 'add', emoji: 'white_check_mark' });
  expect(nextStep('done', new Set(['eyes', 'white_check_mark']), new Set())).toEqual({ kind: 'remove', emoji: 'eyes' });
  expect(nextStep('done', new Set(['white_check_mark']), new Set())).toBeUndefined();
});

it('a reaction that may be missing is put again', () => {
  expect(nextStep('works', new Set(['eyes']), new Set(['eyes']))).toEqual({ kind: 'add', emoji: 'eyes' });
});
