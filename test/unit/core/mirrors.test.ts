// What the gateway delivered and writes down once more stands once, wherever and whenever it does so.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { asked, at, fold, MAIN, said } from './scenario.ts';

const ANSWER = 'The plan has three parts. First we **read**, then we write, and then we rest.';
const mirrored = (seconds: number, text = ANSWER, id = `i${seconds}`): SessionEvent =>
  at(seconds, { type: 'message', messageId: id, stop: 'stop', injected: true, text });

/** The texts of every turn of the session. */
function textsOf(events: readonly SessionEvent[]): string[][] {
  const turns = fold(events).get(MAIN)?.turns ?? [];
  return turns.map(({ lines }) => lines.flatMap((line) => (line.kind === 'text' ? [line.text] : [])));
}

describe('a delivered answer stands once', () => {
  it.each<[string, SessionEvent[]]>([
    ['when it is written down at once', [said(5, 'stop', ANSWER), mirrored(5.1)]],
    ['when it is written down minutes later', [said(5, 'stop', ANSWER), mirrored(200)]],
    ['when it is written down before the agent said it', [mirrored(4.9), said(5, 'stop', ANSWER)]],
    ['when it is written down twice', [said(5, 'stop', ANSWER), mirrored(5.1), mirrored(5.2)]],
    ['when it lost its formatting', [said(5, 'stop', ANSWER), mirrored(5.1, ANSWER.replaceAll('*', ''))]],
    ['when it got the prefix of the agent', [said(5, 'stop', ANSWER), mirrored(5.1, `[main] ${ANSWER}`)]],
    ['when it got other spaces', [said(5, 'stop', ANSWER), mirrored(5.1, ANSWER.replaceAll('. ', '.\n\n'))]],
    [
      'when it was delivered in pieces',
      [said(5, 'stop', ANSWER), mirrored(5.1, 'The plan has three parts.'), mirrored(5.2, ANSWER.slice(26))],
    ],
  ])('%s', (_what, events) => {
    expect(textsOf([asked(0), ...events])).toEqual([[ANSWER]]);
  });

  it('when somebody has already asked the next thing', () => {
    expect(textsOf([asked(0), said(5, 'stop', ANSWER), asked(6), mirrored(6.5), said(9, 'stop', 'next')])).toEqual([[ANSWER], ['next']]);
  });
});

it('messages that were delivered as one stand once each', () => {
  const both = [said(3, 'tools', 'One.'), said(5, 'stop', 'Two.')];
  expect(textsOf([asked(0), ...both, mirrored(5.1, 'One.\n\nTwo.')])).toEqual([['One.', 'Two.']]);
  expect(textsOf([asked(0), ...both, mirrored(5.1, 'Zero. Two.')])).toEqual([['One.', 'Two.', 'Zero. Two.']]);
});

describe('what only the gateway said', () => {
  it('stands, once', () => {
    expect(textsOf([asked(0), mirrored(1, 'sent by a tool'), mirrored(1.1, 'sent by a tool', 'x'), said(5, 'stop', 'done')])).toEqual([
      ['sent by a tool', 'done'],
    ]);
  });

  it('is not taken for a short answer that it happens to be part of', () => {
    expect(textsOf([asked(0), said(5, 'stop', 'all is well'), mirrored(6, 'well')])).toEqual([['all is well', 'well']]);
  });

  it('stands in each turn that it answers, though the words are the same', () => {
    expect(textsOf([asked(0), mirrored(1, 'Status: ok'), asked(60), mirrored(61, 'Status: ok')])).toEqual([['Status: ok'], ['Status: ok']]);
  });
});
