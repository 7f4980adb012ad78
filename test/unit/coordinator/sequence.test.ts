import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sequence } from '../../../src/coordinator/rules/sequence.ts';
import { answered, contextWith, governance, MISSING_AFTER_S, names, run, timePassed } from './rule-harness.ts';

const AGENTS: Readonly<Record<string, string>> = { P: 'primary', S: 'secondary', O: 'observer' };

const inOrder = (agents: readonly string[]) => agents.map((agent, index) => answered(index, agent));
const letters = (order: string) => inOrder(order.split(' ').map((letter) => AGENTS[letter] ?? letter));

describe('the order of answers', () => {
  it.each([
    ['P S O', []],
    ['P S O P S O', []],
    ['P O', ['skipped']],
    ['P O S', ['skipped', 'late']],
    ['P O S O', ['skipped', 'late']],
    ['P O S O P S O', ['skipped', 'late']],
    ['O', ['skipped']],
    ['S O S O', ['skipped', 'skipped', 'skipped', 'skipped']],
    ['S O P', ['skipped', 'skipped', 'late']],
    ['P S P S O', ['restarted']],
    ['P P P', ['restarted', 'restarted']],
    ['P S S', ['repeated']],
    ['P S O O', ['repeated']],
    ['P O P S O', ['skipped', 'restarted', 'late']],
    ['main worker-7', []],
    ['main P worker-7 S O', []],
  ])('%s gives %j', (order, expected) => {
    expect(names(run(sequence, letters(order)))).toEqual(expected);
  });

  it('names the role that was skipped', () => {
    expect(run(sequence, letters('P O'))[0]).toMatchObject({
      severity: 'violation',
      sentence: 'observer answered although the secondary was expected',
    });
    expect(run(sequence, letters('O'))[0]).toMatchObject({
      sentence: 'observer answered although the primary was expected',
      boxId: 'box-observer-0',
    });
  });

  it('calls a restart and a late answer remarks, everything else violations', () => {
    const severities = Object.fromEntries(
      [...run(sequence, letters('P P O S S')), ...run(sequence, [...letters('P S'), timePassed(9_999)])].map(({ finding, severity }) => [
        finding,
        severity,
      ]),
    );
    expect(severities).toEqual({ restarted: 'remark', late: 'remark', skipped: 'violation', repeated: 'violation', missing: 'violation' });
  });

  it('counts the same skip of a conversation as one finding until order is restored', () => {
    const keys = (order: string) =>
      run(sequence, letters(order))
        .filter(({ finding }) => finding === 'skipped')
        .map(({ sameAs }) => sameAs);
    expect(new Set(keys('S O S O')).size).toBe(1);
    expect(new Set(keys('P O S O P O')).size).toBe(2);
  });

  it('finds that the observer is missing once, after the time-out and not before', () => {
    const silence = (seconds: number) => names(run(sequence, [...letters('P S'), timePassed(1 + seconds), timePassed(5 + seconds)]));
    expect(silence(MISSING_AFTER_S - 4)).toEqual(['missing']);
    expect(silence(MISSING_AFTER_S - 5)).toEqual([]);
    expect(silence(MISSING_AFTER_S)).toEqual(['missing']);
  });

  it('shows the missing answer in the newest box of the conversation', () => {
    const newest = answered(99, 'secondary');
    const findings = run(sequence, [...letters('P S'), timePassed(9_999)], contextWith({ newestActor: () => newest }));
    expect(findings[0]).toMatchObject({ finding: 'missing', boxId: 'box-secondary-99' });
    expect(findings[0]?.sentence).toContain('the observer has not answered');
  });

  it('takes an answer after the time-out as late, and a new question after it as a new beginning', () => {
    const afterSilence = (agent: string) => names(run(sequence, [...letters('P S'), answered(MISSING_AFTER_S + 60, agent)]));
    expect(afterSilence('observer')).toEqual(['missing', 'late']);
    expect(afterSilence('primary')).toEqual(['missing']);
  });

  it('never misses anybody in a cycle that no primary began', () => {
    expect(names(run(sequence, [...letters('O'), timePassed(9_999)]))).toEqual(['skipped']);
  });

  it('forgets a conversation after a day', () => {
    expect(names(run(sequence, [...letters('P S O'), timePassed(90_000), answered(90_001, 'observer')]))).toEqual(['skipped']);
  });

  it('ignores blanks around an agent and its case', () => {
    expect(run(sequence, inOrder(['PRIMARY', ' Secondary', 'Observer ']))).toEqual([]);
  });

  it('checks nothing in broadcast', () => {
    expect(run(sequence, letters('S P O'), contextWith({ governance: governance('high-integrity', 'defense', 'broadcast') }))).toEqual([]);
  });

  it('keeps conversations apart', () => {
    const facts = [
      answered(0, 'primary', {}, 'a'),
      answered(1, 'primary', {}, 'b'),
      answered(2, 'secondary', {}, 'a'),
      answered(3, 'observer', {}, 'b'),
      answered(4, 'observer', {}, 'a'),
    ];
    expect(run(sequence, facts).map(({ conversation, finding }) => `${conversation} ${finding}`)).toEqual(['b skipped']);
  });

  it('waits for nobody whose role no agent has', () => {
    const context = contextWith({ order: ['primary', 'secondary'] });
    expect(run(sequence, [...letters('P S P S'), timePassed(9_999)], context)).toEqual([]);
  });

  it('lets a clock that was set not make anybody late', () => {
    const hour = 3_600_000;
    const facts = [...letters('P S'), { type: 'clock_shifted' as const, at: 0, byMs: hour }, timePassed(3_600 + 60)];
    expect(run(sequence, facts)).toEqual([]);
  });
});

interface Recorded {
  case: string;
  agents?: string[];
  events?: { session: string; agent: string; result: string }[];
  results?: { agent: string; result: string }[];
}

describe('the recorded orders', () => {
  const file = new URL('../../fixtures/moses/coordinator-sequences.json', import.meta.url);
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
  /** What we answer to each, beside the number of violations that the published loop saw. */
  const ours: Record<string, { published: number; answer: string[] }> = {
    'clean cycle': { published: 0, answer: [] },
    'two clean cycles': { published: 0, answer: [] },
    'secondary skipped': { published: 1, answer: ['skipped'] },
    'secondary skipped, then late secondary and observer': { published: 1, answer: ['skipped', 'late'] },
    'observer first': { published: 1, answer: ['skipped'] },
    'no primary ever': { published: 4, answer: ['skipped', 'skipped', 'skipped', 'skipped'] },
    'primary restarts before observer (observer never heard)': { published: 0, answer: ['restarted'] },
    'primary three times': { published: 0, answer: ['restarted', 'restarted'] },
    'secondary twice': { published: 1, answer: ['repeated'] },
    'observer twice': { published: 1, answer: ['repeated'] },
    'observer never answers': { published: 0, answer: ['missing'] },
    'upper case': { published: 0, answer: [] },
    'trailing blank': { published: 0, answer: [] },
    'unknown agents in between': { published: 0, answer: [] },
    'broadcast mode (all answer at once, S first)': { published: 2, answer: [] },
    'two sessions interleaved': { published: 1, answer: ['skipped', 'late'] },
  };

  it('are all in the table', () => {
    expect(recorded.map((entry) => entry.case)).toEqual(Object.keys(ours));
  });

  it.each(recorded)('$case', (entry) => {
    const events = entry.events ?? (entry.agents ?? []).map((agent) => ({ session: 'A', agent, result: '' }));
    const facts = events.map(({ agent, session }, index) => answered(index, agent, {}, session));
    const silence = entry.case === 'observer never answers' ? [timePassed(9_999)] : [];
    const context = entry.case.startsWith('broadcast')
      ? contextWith({ governance: governance('research', 'offense', 'broadcast') })
      : contextWith();
    const published = (entry.results ?? entry.events ?? []).filter(({ result }) => result === 'violation').length;
    expect({ published, answer: names(run(sequence, [...facts, ...silence], context)) }).toEqual(ours[entry.case]);
  });
});
