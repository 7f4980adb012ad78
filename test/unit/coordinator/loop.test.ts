// Loops and burn: found in turns that go round in circles, and not in honest repetition.

import { describe, expect, it } from 'vitest';
import { type Case, casesOf, findingsIn } from './loop-corpus.ts';
import { contextWith, LIMITS } from './rule-harness.ts';

const LOOPS = casesOf('loops');
const HONEST = casesOf('honest');

/** What no rule can tell that sees neither texts of edits nor what commands print. */
const UNSEEN = [
  'edits back and forth that all work',
  'a failing deployment tried every minute',
  'the same command with another comment each time',
];

function sentenceOf(one: Case): string | undefined {
  return findingsIn(one).at(-1)?.sentence;
}

describe('over the corpus of loops and honest repetitions', () => {
  it.each(HONEST.map((one) => [one.name, one] as const))('no loop: %s', (_name, one) => {
    expect(findingsIn(one).map(({ sentence }) => sentence)).toEqual([]);
  });

  it.each(LOOPS.filter(({ name }) => !UNSEEN.includes(name)).map((one) => [one.name, one] as const))('a loop: %s', (_name, one) => {
    const [first, ...more] = findingsIn(one);
    expect(first).toMatchObject({ rule: 'loop', severity: 'violation' });
    expect(more.every(({ isUpdate, sameAs }) => isUpdate === true && sameAs === first?.sameAs)).toBe(true);
  });

  it('precision is at least 0.95, and recall 25 of 28', () => {
    const isFound = (one: Case) => findingsIn(one).length > 0;
    const [right, wrong] = [LOOPS.filter(isFound).length, HONEST.filter(isFound).length];
    expect(LOOPS.length + HONEST.length).toBeGreaterThanOrEqual(40);
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.95);
    expect(LOOPS.filter((one) => !isFound(one)).map(({ name }) => name)).toEqual(UNSEEN);
    expect([right, LOOPS.length]).toEqual([25, 28]);
  });
});

it('cases that were written after the rule, without changing it, are all told right', () => {
  const cases = casesOf('held-out');
  expect(cases.filter((one) => one.isLoop !== findingsIn(one).length > 0).map(({ name }) => name)).toEqual([]);
  expect([cases.filter(({ isLoop }) => isLoop).length, cases.length]).toEqual([14, 32]);
});

describe('the line of a loop', () => {
  const failing = { tool: 'exec', args: { command: 'npm test' }, tookS: 2, exit: 1 };
  const rounds = (times: number, more: object = {}): Case => ({
    name: 'made up',
    steps: [{ times, pausesS: Array.from({ length: times }, () => 15), calls: [{ ...failing, ...more }] }],
  });

  it('counts the calls and what they cost since the first of them', () => {
    expect(sentenceOf(rounds(14, { usd: 0.23 }))).toBe('main: same call 14×, $3.22 in 4m');
    expect(sentenceOf(rounds(14, { tokens: 30_000 }))).toBe('main: same call 14×, 420k tokens in 4m');
    expect(sentenceOf(rounds(10))).toBe('main: same call 10×');
  });

  it('says for how long nothing new has come', () => {
    const varied = rounds(50, { args: { command: 'pip install shop=={n}' }, usd: 0.05 });
    expect(sentenceOf(varied)).toBe('main: nothing new for 14m, $2.50 in 14m');
  });

  it('says what was spent in three minutes when only that is wrong', () => {
    expect(sentenceOf(rounds(12, { args: { path: '{n}' }, tool: 'read', exit: undefined, usd: 1.5 }))).toMatch(/^main: \$\d+\.\d\d in 3m$/);
  });

  it('shows no argument and no output', () => {
    const secretive = rounds(12, { args: { command: 'CANARY' }, detail: 'CANARY' });
    expect(JSON.stringify(findingsIn(secretive))).not.toContain('CANARY');
  });
});

describe('the limits', () => {
  const [looping] = LOOPS;
  const limited = (changes: Partial<typeof LIMITS>) => contextWith({ limits: { ...LIMITS, ...changes } });
  const count = (name: string, changes: Partial<typeof LIMITS>): number => {
    const one = LOOPS.find((other) => other.name === name) ?? looping;
    return one === undefined ? -1 : findingsIn(one, limited(changes)).length;
  };

  it('LOOP_CALLS, LOOP_MINUTES, BURN_USD_PER_MINUTE and BURN_TOKENS_PER_MINUTE switch their part off with 0', () => {
    const off = { loopCalls: 0, loopMs: 0, burnUsd: 0, burnTokens: 0 };
    for (const { name } of LOOPS) expect(count(name, off), name).toBe(0);
    expect(count('the same failing test with nothing changed', { ...off, loopCalls: 14 })).toBe(1);
    expect(count('only failures for a quarter of an hour, each another try', { ...off, loopMs: 600_000 })).toBeGreaterThan(0);
    expect(count('money: each call costs a dollar', { ...off, burnUsd: 2 })).toBeGreaterThan(0);
    expect(count('tokens: a large file in each prompt, no price known', { ...off, burnTokens: 500_000 })).toBeGreaterThan(0);
  });
});
