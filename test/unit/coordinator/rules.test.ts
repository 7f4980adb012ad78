import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classesOf, classesOfText } from '../../../src/coordinator/rules/action-class.ts';
import { auditBeforeResponse } from '../../../src/coordinator/rules/audit-before-response.ts';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import { drift, driftLevel, driftPercent } from '../../../src/coordinator/rules/drift.ts';
import { badgeOf, decodeGovernance, type Governance } from '../../../src/coordinator/rules/governance.ts';
import { ledgerChain } from '../../../src/coordinator/rules/ledger-chain.ts';
import { observerActed } from '../../../src/coordinator/rules/observer-acted.ts';
import { judgeAction, posture } from '../../../src/coordinator/rules/posture.ts';
import { answered, approvalAsked, contextWith, ended, governance, names, run, T0, timePassed, used } from './rule-harness.ts';

function jsonLines<T>(name: string): T[] {
  const text = readFileSync(new URL(`../../fixtures/moses/${name}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

interface CheckedAction {
  mode: string;
  posture: string;
  action: string;
  permitted: boolean;
  conditions: string[];
}

/** The recorded actions are sentences; these are the tool calls they stand for. */
function classesOfRecorded(action: string) {
  if (action.startsWith('exec: ')) return classesOf('exec', { command: action.slice(6) });
  if (action.startsWith('http ')) return classesOf('exec', { command: action });
  if (action.startsWith('write file ')) return classesOf('write', { path: action.slice(11) });
  return classesOfText(action);
}

describe('mode and posture', () => {
  const recorded = jsonLines<CheckedAction>('check-action.jsonl');

  it('has all recorded verdicts to compare with', () => {
    expect(recorded).toHaveLength(63);
  });

  it.each(recorded)('$mode + $posture: $action is permitted: $permitted', ({ mode, posture: name, action, permitted, conditions }) => {
    const verdict = judgeAction(classesOfRecorded(action), governance(mode, name.toLowerCase() as Governance['posture']));
    expect(verdict.kind !== 'forbidden').toBe(permitted);
    expect(verdict.kind === 'unconfirmed').toBe(conditions.some((condition) => condition.includes('DEFENSE posture')));
  });

  const scout = contextWith({ governance: governance('high-integrity', 'scout') });
  const guarded = contextWith({ governance: governance('high-security', 'offense') });
  const defense = contextWith({ governance: governance('research', 'defense') });
  const message = used(0, 'primary', 'message', { action: 'send', to: 'somebody' });

  it('finds at once what scout forbids', () => {
    const [finding] = run(posture, [used(0, 'primary', 'write', { path: 'a.ts' })], scout);
    expect(finding).toMatchObject({ finding: 'forbidden', severity: 'violation', boxId: 'box-primary-0' });
    expect(finding?.sentence).toBe('primary used the tool write to change something, which posture scout forbids');
  });

  it('finds what leaves under high security when nobody was asked, at its end or after three seconds', () => {
    expect(names(run(posture, [message, ended(1, 'primary', 0)], guarded))).toEqual(['forbidden']);
    expect(names(run(posture, [message, timePassed(2)], guarded))).toEqual([]);
    expect(names(run(posture, [message, timePassed(3), ended(9, 'primary', 0)], guarded))).toEqual(['forbidden']);
  });

  it('finds nothing when an approval was asked for', () => {
    expect(run(posture, [message, approvalAsked(1, 'primary'), ended(60, 'primary', 0), timePassed(90)], guarded)).toEqual([]);
    expect(run(posture, [message, approvalAsked(1, 'primary'), ended(60, 'primary', 0)], defense)).toEqual([]);
  });

  it("does not take another session's approval for this one", () => {
    expect(names(run(posture, [message, approvalAsked(1, 'secondary'), timePassed(5)], guarded))).toEqual(['forbidden']);
  });

  it('only notes what defense wants confirmed', () => {
    expect(run(posture, [message, timePassed(5)], defense)).toMatchObject([{ finding: 'unconfirmed', severity: 'remark' }]);
  });

  it('judges nothing while the state is not known', () => {
    expect(run(posture, [used(0, 'primary', 'write')])).toEqual([]);
  });

  it.each([
    ['exec', { command: 'ls -la' }, ['read']],
    ['exec', { command: 'grep delete src/a.ts' }, ['read']],
    ['exec', { command: 'cat a 2>&1 >/dev/null' }, ['read']],
    ['exec', { command: 'echo "a > b"' }, ['read']],
    ['exec', { command: 'cd src && sudo rm -rf build' }, ['destructive']],
    ['exec', { command: 'bash -c "rm x"' }, ['destructive']],
    ['exec', { command: 'echo $(rm x)' }, ['destructive']],
    ['exec', { command: 'find . -name x -delete' }, ['destructive']],
    ['exec', { command: 'psql -c "DROP TABLE users"' }, ['destructive']],
    ['exec', { command: 'echo x > a.txt' }, ['state_change']],
    ['exec', { command: 'sed -i s/a/b/ f' }, ['state_change']],
    ['exec', { command: 'git status' }, ['read']],
    ['exec', { command: 'git commit -m push' }, ['state_change']],
    ['exec', { command: 'git push origin main' }, ['outbound']],
    ['exec', { command: 'curl https://example.org' }, ['read']],
    ['exec', { command: "curl -X POST https://example.org -d 'a=1'" }, ['outbound']],
    ['read', { path: 'delete-me.ts' }, ['read']],
    ['message', { action: 'read' }, ['read']],
    ['message', { action: 'send' }, ['outbound']],
    ['cron', { action: 'list' }, ['read']],
    ['cron', { action: 'add' }, ['state_change']],
    ['wallet_transfer', { amount: '5 SOL' }, ['transaction']],
    ['constructor', {}, ['read']],
    ['Bash', { command: 'rm -f old.txt', description: 'Tidy' }, ['destructive']],
    ['Bash', { command: 'cat <<< x; git push', description: 'Show the file' }, ['outbound']],
    ['Bash', { command: 'ls', description: 'Delete nothing' }, ['read']],
    ['Edit', { file_path: 'a.ts' }, ['state_change']],
    ['Grep', { pattern: 'delete' }, ['read']],
    ['Agent', { prompt: 'Delete and publish everything', subagent_type: 'Explore' }, ['read']],
    ['TodoWrite', {}, ['read']],
    ['ExitWorktree', { action: 'keep' }, ['read']],
    ['ExitWorktree', { action: 'remove' }, ['state_change']],
    ['mcp__shop__delete_article', {}, ['destructive']],
    ['exec_command', { cmd: 'rm -f old.txt', justification: 'May I?' }, ['destructive']],
    ['exec_command', { cmd: 'cat prices.csv' }, ['read']],
    ['apply_patch', { path: 'a.ts' }, ['state_change']],
    ['write_stdin', { chars: 'y' }, ['state_change']],
    ['spawn_agent', { message: 'send it out' }, ['read']],
  ])('takes %s %j for %j', (tool, args, expected) => {
    expect(classesOf(tool, args)).toEqual(expected);
  });
});

describe('the governance state', () => {
  it('reads the recorded files', () => {
    const read = (name: string) =>
      decodeGovernance(JSON.parse(readFileSync(new URL(`../../fixtures/moses/governance/${name}`, import.meta.url), 'utf8')));
    expect(read('state.json')).toEqual({ governance: governance('high-security', 'scout') });
    expect(read('state.default.json')).toEqual({ governance: governance('high-integrity', 'defense') });
  });

  it('takes both spellings of a mode for the same and names it in the badge', () => {
    const decoded = decodeGovernance({ mode: 'High Security', posture: 'DEFENSE', role: 'Primary' });
    expect('governance' in decoded ? badgeOf(decoded.governance) : decoded).toBe('high-security/defense');
  });

  it.each([
    [null],
    [[]],
    [{}],
    [{ mode: 'x' }],
    [{ mode: 'x', posture: 'attack' }],
    [{ mode: '@all', posture: 'scout' }],
    [{ mode: 7, posture: 'scout' }],
  ])('says what is wrong with %j', (value) => {
    expect(decodeGovernance(value)).toHaveProperty('wrong');
  });
});

describe('audit before response', () => {
  const at = (seconds: number) => T0 + seconds * 1_000;

  it('looks between the start of the turn and the answer, two seconds more on both sides, under both names of the agent', () => {
    const asked: unknown[] = [];
    const context = contextWith({ hasAudit: (...question) => asked.push(question) > 0 });
    const answer = answered(100, 'auditor', { role: 'observer', turnStartedAt: at(90) });
    expect(run(auditBeforeResponse, [answer, timePassed(105)], context)).toEqual([]);
    expect(asked).toEqual([[['auditor', 'observer'], at(88), at(102)]]);
  });

  it('accuses five seconds after the answer, not earlier', () => {
    expect(names(run(auditBeforeResponse, [answered(0, 'primary'), timePassed(4.9)]))).toEqual([]);
    expect(run(auditBeforeResponse, [answered(0, 'primary'), timePassed(5), timePassed(6)])).toMatchObject([
      { finding: 'unaudited', severity: 'violation', sentence: 'primary answered without writing to the audit ledger first' },
    ]);
  });

  it('accuses nobody while the ledger is not known up to the answer', () => {
    const context = contextWith({ auditKnownUntil: at(1) });
    expect(run(auditBeforeResponse, [answered(0, 'primary'), timePassed(60), timePassed(700)], context)).toEqual([]);
  });

  it('judges only agents with a role', () => {
    expect(run(auditBeforeResponse, [answered(0, 'worker-7'), timePassed(60)])).toEqual([]);
  });
});

describe('the other rules', () => {
  it('finds an observer that uses a tool, and nobody else', () => {
    expect(run(observerActed, [used(0, 'observer', 'exec'), used(1, 'primary', 'exec'), used(2, 'main', 'exec')])).toMatchObject([
      { finding: 'acted', severity: 'violation', sentence: 'observer used the tool exec, but an observer only watches' },
    ]);
  });

  it.each([
    ['forked', 'remark'],
    ['tampered', 'violation'],
    ['damaged', 'violation'],
  ] as const)('finds a ledger that is %s', (how, severity) => {
    const fact = { ...used(0, 'primary', ''), type: 'ledger_broke' as const, how, line: 7 };
    expect(run(ledgerChain, [fact])).toMatchObject([{ finding: how, severity, sentence: expect.stringContaining('line 7') }]);
  });

  it.each(jsonLines<{ message: string; history: string[]; drift_score: number; drift_level: string }>('commitment-drift.jsonl'))(
    'scores the drift of "$message" as published',
    ({ message, history, drift_score, drift_level }) => {
      expect(driftPercent(history.join(' '), message)).toBe(drift_score);
      expect(driftLevel(drift_score)).toBe(drift_level);
    },
  );

  it.each([
    [0, 'green'],
    [4.99, 'green'],
    [5, 'yellow'],
    [19.99, 'yellow'],
    [20, 'orange'],
    [39.99, 'orange'],
    [40, 'red'],
    [100, 'red'],
  ])('calls a drift of %d percent %s', (percent, level) => {
    expect(driftLevel(percent)).toBe(level);
  });

  it('finds orange and red answers only', () => {
    const found = run(
      drift,
      [3, 10, 33.33, 85.71].map((driftPercent, index) => answered(index, 'primary', { driftPercent })),
    );
    expect(found.map(({ finding, severity }) => [finding, severity])).toEqual([
      ['orange', 'remark'],
      ['red', 'violation'],
    ]);
    expect(run(drift, [answered(0, 'primary')])).toEqual([]);
  });

  it('are on, on for governed agents, or off by default, and have names and meanings of their own', () => {
    const named = (byDefault: string) => RULES.filter((rule) => rule.byDefault === byDefault).map(({ name }) => name);
    expect(named('governed')).toEqual(['sequence', 'posture', 'audit-before-response', 'observer-acted', 'ledger-chain']);
    expect(named('off')).toEqual(['drift', 'commit-message', 'edits-without-test-run', 'handoff-tax-agents']);
    for (const property of ['name', 'meaning', 'action'] as const)
      expect(new Set(RULES.map((rule) => rule[property])).size).toBe(RULES.length);
  });
});
