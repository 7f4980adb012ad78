// Rules that look at several calls of a turn: handoffs, checks and edits.

import { describe, expect, it } from 'vitest';
import { isCheck } from '../../../src/coordinator/rules/checking-command.ts';
import { editsWithoutTestRun } from '../../../src/coordinator/rules/edits-without-test-run.ts';
import { errorsUnseen } from '../../../src/coordinator/rules/errors-unseen.ts';
import { handoffTaxAgents } from '../../../src/coordinator/rules/handoff-tax-agents.ts';
import { handoffTax } from '../../../src/coordinator/rules/handoff-tax.ts';
import type { Observation } from '../../../src/coordinator/rules/observation.ts';
import { outsideScope } from '../../../src/coordinator/rules/outside-scope.ts';
import { staleMember } from '../../../src/coordinator/rules/stale-member.ts';
import { contextWith, names, observed, run, timePassed, used } from './rule-harness.ts';

const BOX = { boxId: 'box' };

/** A call of the turn that ends after a second. */
function did(
  seconds: number,
  tool: string,
  args: Record<string, string>,
  more: { exitCode?: number; sessionKey?: string } = {},
): Observation[] {
  const { exitCode, ...who } = more;
  const call = { ...used(seconds, 'main', tool, args), ...BOX, ...who };
  const outcome = exitCode === undefined ? ({ kind: 'ok' } as const) : ({ kind: 'failed', exitCode } as const);
  return [call, { ...call, type: 'tool_ended', at: call.at + 1_000, outcome }];
}

function over(seconds: number, outcome: 'done' | 'aborted' = 'done'): Observation {
  return { ...used(seconds, 'main', ''), ...BOX, type: 'turn_ended', outcome, isRoot: true };
}

const ran = (seconds: number, command: string, exitCode?: number) =>
  did(seconds, 'exec', { command }, exitCode === undefined ? {} : { exitCode });

describe('handoff-tax of Network-AI (A-3)', () => {
  const handoff = (number: number, artifacts: number, length = 40) =>
    observed(number, 'network-ai', 'handoff', { number: `${number}`, artifacts: `${artifacts}`, length: `${length}`, from: 'a', to: 'b' });

  it('three handoffs with two artifacts are nothing, as recorded', () => {
    expect(run(handoffTax, [handoff(1, 1), handoff(2, 2), handoff(3, 2)])).toEqual([]);
  });

  it('the fourth and the fifth are one finding with the newest number; the fifth is too long, too; the share is low', () => {
    const found = run(handoffTax, [handoff(4, 2), handoff(5, 2, 620)]);
    expect(found.map(({ finding, severity, sentence }) => `${finding} ${severity}: ${sentence}`)).toEqual([
      'fourth violation: network-ai has 4 handoffs, 3 are allowed',
      'talk remark: network-ai has 4 handoffs, of which only 2 brought something',
      'fourth violation: network-ai has 5 handoffs, 3 are allowed',
      'long remark: network-ai has a handoff with more than 500 characters',
      'talk remark: network-ai has 5 handoffs, of which only 2 brought something',
    ]);
    expect(new Set(found.map(({ sameAs }) => sameAs)).size).toBe(3);
  });

  it('two minutes without output are one', () => {
    expect(names(run(handoffTax, [observed(0, 'network-ai', 'no_output', { seconds: '121', handoffs: '1' })]))).toEqual(['no-output']);
  });

  it('a number that is none is nothing', () => {
    expect(run(handoffTax, [observed(0, 'x', 'handoff', { number: 'many' }), observed(0, 'x', 'handoff', {})])).toEqual([]);
  });

  it('a task is called by its title', () => {
    const fact = { ...handoff(4, 4), title: 'task_001 · dev' };
    expect(run(handoffTax, [fact])[0]?.sentence).toBe('task_001 has 4 handoffs, 3 are allowed');
  });
});

describe('handoff-tax-agents (A-4)', () => {
  const spawned = (seconds: number, tool = 'sessions_spawn', args: Record<string, string> = { task: 'Look at it' }) =>
    did(seconds, tool, args);
  const worked = (seconds: number, session: string) => did(seconds, 'write', { path: 'a.ts' }, { sessionKey: `agent:${session}` });

  it('finds the fourth handoff of a turn, whatever agents and tools', () => {
    const calls = [
      spawned(0),
      spawned(1, 'Agent', { prompt: 'b' }),
      spawned(2, 'spawn_agent', { message: 'c' }),
      spawned(3, 'SendMessage', {}),
    ];
    expect(names(run(handoffTaxAgents, calls.slice(0, 3).flat()))).toEqual([]);
    expect(names(run(handoffTaxAgents, calls.flat()))).toEqual(['fourth']);
  });

  it('finds a message that is too long', () => {
    expect(names(run(handoffTaxAgents, spawned(0, 'Agent', { prompt: 'x'.repeat(501) })))).toEqual(['long']);
    expect(names(run(handoffTaxAgents, spawned(0, 'Agent', { prompt: '\u{1f600}'.repeat(500) })))).toEqual([]);
  });

  it('finds at the end that most sub-agents changed nothing', () => {
    const idle = [...spawned(0), ...spawned(1), ...worked(2, 'one'), over(3)];
    expect(run(handoffTaxAgents, idle).map(({ sentence }) => sentence)).toEqual(['main has 2 handoffs, of which only 1 brought something']);
    expect(run(handoffTaxAgents, [...spawned(0), ...spawned(1), ...worked(2, 'one'), ...worked(3, 'two'), over(4)])).toEqual([]);
  });

  it('finds two minutes in which nothing was changed, once, and not after the end', () => {
    expect(names(run(handoffTaxAgents, [...spawned(0), timePassed(119), timePassed(120), timePassed(300)]))).toEqual(['no-output']);
    expect(names(run(handoffTaxAgents, [...spawned(0), ...worked(60, 'one'), timePassed(170)]))).toEqual([]);
    expect(names(run(handoffTaxAgents, [...spawned(0), over(10), timePassed(300)]))).toEqual([]);
  });

  it('keeps a hundred boxes', () => {
    const running = handoffTaxAgents.start(undefined);
    for (let box = 0; box < 300; box++)
      running.observe({ ...used(box, 'main', 'Agent', { prompt: 'x' }), boxId: `box-${box}` }, contextWith());
    expect(Object.keys(running.state() as object)).toHaveLength(100);
  });
});

describe('stale-member (A-5)', () => {
  it('finds each silence, and no return', () => {
    const found = run(staleMember, [
      observed(0, 'network-ai', 'member_silent', { member: 'risk_assessor', seconds: '61' }),
      observed(1, 'network-ai', 'member_back', { member: 'risk_assessor' }),
      observed(2, 'network-ai', 'member_silent', { member: 'risk_assessor', seconds: '90' }),
    ]);
    expect(names(found)).toEqual(['silent', 'silent']);
    expect(new Set(found.map(({ sameAs }) => sameAs)).size).toBe(1);
    expect(found[0]).toMatchObject({ severity: 'remark', sentence: expect.stringContaining('risk_assessor') });
  });
});

describe('errors-unseen (N-15)', () => {
  it.each([
    ['a commit after a failed test', [...ran(0, 'npm test', 1), ...ran(2, 'git commit -m x')], ['check']],
    ['a push after a failed build', [...ran(0, 'cargo build', 101), ...ran(2, 'git push')], ['check']],
    ['a passing test in between', [...ran(0, 'npm test', 1), ...ran(2, 'npm test'), ...ran(4, 'git commit -m x')], []],
    ['a commit that fails', [...ran(0, 'npm test', 1), ...ran(2, 'git commit -m x', 1)], []],
    ['another command that failed', [...ran(0, 'grep x y', 1), ...ran(2, 'git commit -m x')], []],
    ['a test and a commit in one command', ran(0, 'npm test && git commit -m x', 1), []],
    ['no commit', [...ran(0, 'npm test', 1), over(3)], []],
  ])('%s', (_name, observations, expected) => expect(names(run(errorsUnseen, observations))).toEqual(expected));

  it("takes the mesh's word for errors in an output", () => {
    expect(names(run(errorsUnseen, [observed(0, 'node-a', 'enforcement', { rule: 'no-silent-failure' })]))).toEqual(['output']);
  });
});

describe('edits-without-test-run (N-17)', () => {
  const edited = (seconds: number, path: string, exitCode?: number) =>
    did(seconds, 'Edit', { file_path: path }, exitCode === undefined ? {} : { exitCode });
  const found = (...observations: Observation[]) =>
    run(editsWithoutTestRun, [...observations, timePassed(500)]).map(({ sentence }) => sentence);

  it('counts the files that were changed since the last check, once the turn is over', () => {
    expect(found(...edited(0, 'a.ts'), ...edited(1, 'b.ts'), ...edited(2, 'a.ts'), over(5))).toEqual(['main edited 2 files, no test run']);
    expect(found(...did(0, 'apply_patch', { path: 'a.c, b.c, c.c, d.c' }), over(5))).toEqual(['main edited 4 files, no test run']);
    expect(found(...edited(0, 'a.ts'), ...ran(2, 'npm test'), ...edited(4, 'c.ts'), over(6))).toEqual(['main edited 1 file, no test run']);
  });

  it.each([
    ['a test afterwards, even one that fails', [...edited(0, 'a.ts'), ...ran(2, 'npx vitest run', 1), over(5)]],
    ['prose only', [...edited(0, 'README.md'), over(5)]],
    ['an edit that failed', [...edited(0, 'a.ts', 1), over(5)]],
    ['a turn that was aborted', [...edited(0, 'a.ts'), over(5, 'aborted')]],
    ['a turn that goes on', edited(0, 'a.ts')],
    ['a turn that went on and tested', [...edited(0, 'a.ts'), over(5), ...ran(7, 'make check'), over(9)]],
  ])('nothing for %s', (_name, observations) => expect(found(...observations)).toEqual([]));

  it('keeps no name of a file', () => {
    const running = editsWithoutTestRun.start(undefined);
    for (const observation of edited(0, 'CANARY.ts')) running.observe(observation, contextWith());
    expect(JSON.stringify(running.state())).toMatch(/box.*\d{5}/);
    expect(JSON.stringify(running.state())).not.toContain('CANARY');
  });
});

describe('outside-scope (N-12)', () => {
  const changes = (path: string, address = 'claude-code:/home/dev/shop', tool = 'Edit', name = 'file_path') =>
    names(run(outsideScope, [{ ...used(0, 'main', tool, { [name]: path }), address }]));

  it.each([['/home/dev/other/a.ts'], ['/etc/hosts'], ['/home/dev/.bashrc'], ['/home/dev/shopping/a.ts']])(
    'finds a change of %s',
    (path) => {
      expect(changes(path)).toEqual(['project']);
    },
  );

  it.each([
    ['/home/dev/shop/src/a.ts'],
    ['src/a.ts'],
    ['../other/a.ts'],
    ['/tmp/a.ts'],
    ['/home/dev/.claude/plans/a.md'],
    ['/home/dev/shop-fix/a.ts'],
    ['/home/dev/shop/.worktrees/x/a.ts'],
    ['~/notes.md'],
  ])('not of %s', (path) => expect(changes(path)).toEqual([]));

  it('looks at every file of a patch, and only where a project is known', () => {
    expect(changes('/home/dev/shop/a.c, /etc/hosts', 'codex:/home/dev/shop', 'apply_patch', 'path')).toEqual(['project']);
    expect(names(run(outsideScope, [used(0, 'main', 'write', { path: '/etc/hosts' })]))).toEqual([]);
    expect(changes('/etc/hosts', 'claude-code:/home/dev/shop', 'Read')).toEqual([]);
  });

  it("takes the mesh's word for a task", () => {
    const fact = observed(0, 'node-a', 'enforcement', { rule: 'scope-enforcement', files: 'package.json, a.js' });
    expect(run(outsideScope, [fact])).toMatchObject([
      { severity: 'violation', sentence: 'node-a changed files outside of its scope, 2 files: package.json, a.js' },
    ]);
  });
});

it.each([
  ['npm test', true],
  ['npm run lint -- --fix', true],
  ['npm run test-unit', true],
  ['pnpm -r test', true],
  ['npx vitest run a', true],
  ['python3 -m pytest -q', true],
  ['cd a && cargo test', true],
  ['go vet ./...', true],
  ['make', true],
  ['./scripts/run-tests.sh', true],
  ['bash -c "npm test"', true],
  ['node --test', true],
  ['npm install', false],
  ['npm run dev', false],
  ['cat test/a.test.ts', false],
  ['git commit -m "npm test"', false],
  ['cargo add serde', false],
  ['ls tests', false],
])('%s is a check: %s', (command, expected) => expect(isCheck(used(0, 'main', 'exec', { command }))).toBe(expected));
