// Rules look at the tool calls of coding agents, also at arguments that are shown nowhere.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { classesOf } from '../../../src/coordinator/rules/action-class.ts';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import type { Observation, ToolStarted } from '../../../src/coordinator/rules/observation.ts';
import { observerActed } from '../../../src/coordinator/rules/observer-acted.ts';
import { posture } from '../../../src/coordinator/rules/posture.ts';
import type { Role } from '../../../src/coordinator/rules/role.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { tempFolder, tempFolderInMemory } from '../../support/temp-folder.ts';
import { eventually } from '../../support/until.ts';
import { SessionWriter } from '../sources/claude-code/session-writer.ts';
import { watch } from '../sources/claude-code/watching.ts';
import { startRig, writeState } from './coordinator-rig.ts';
import { observed, ofClaudeCode, ofCodex, ROUTED } from './recorded-events.ts';
import { contextWith, governance, run } from './rule-harness.ts';

vi.setConfig({ testTimeout: 240_000 });

const scout = contextWith({ governance: governance('research', 'scout') });
const ORDINARY = [governance('research', 'offense'), governance('high-integrity', 'defense'), governance('high-security', 'offense')];

/** `tool: what it did`, each once. */
function actsIn(observations: readonly Observation[]): string[] {
  const calls = observations.filter((observation): observation is ToolStarted => observation.type === 'tool_started');
  const acts = calls.map(({ tool, args }) => `${tool}: ${classesOf(tool, args).join(', ')}`);
  return [...new Set(acts)].filter((act) => !act.endsWith(': read')).toSorted();
}

describe.each([
  [
    'Claude Code',
    ofClaudeCode,
    ['Bash: state_change', 'Bash: state_change, destructive', 'Edit: state_change', 'EnterWorktree: state_change', 'Write: state_change'],
  ],
  ['Codex', async () => ofCodex(), ['apply_patch: state_change', 'exec_command: destructive', 'exec_command: state_change']],
])('in all recordings of %s', (source, recorded, acts) => {
  it('calls that act are told from calls that read, and ordinary work is no finding', async () => {
    const events = await recorded();
    const observations = observed(events);
    expect(actsIn(observations)).toEqual(acts);
    for (const state of ORDINARY) expect(run(posture, observations, contextWith({ governance: state }))).toEqual([]);
    expect(run(observerActed, observations)).toEqual([]);
    expect(run(posture, observations, scout).length).toBeGreaterThan(10);
    const name = source.toLowerCase().replace(' ', '-');
    const calls = observed(events, new Map([[name, 'observer']])).filter(({ type }) => type === 'tool_started');
    expect(run(observerActed, observed(events, new Map([[name, 'observer']])))).toHaveLength(calls.length);
    expect(calls.length).toBeGreaterThan(20);
  });
});

it('the role of a coding agent is that of its project, before that of all its sessions', () => {
  const seen = { type: 'session_seen', at: 1, sessionKey: 's', source: 'claude-code', agentId: 'claude-code · shop #a1b2' } as const;
  const events: SessionEvent[] = [
    { ...seen, address: 'claude-code:/home/dev/Shop' },
    { type: 'turn_started', at: 2, sessionKey: 's', source: 'claude-code', trigger: { kind: 'person' }, messageId: 'm' },
    { type: 'tool_started', at: 3, sessionKey: 's', source: 'claude-code', callId: 'c', tool: 'Bash', args: {} },
  ];
  const roleWith = (...roles: [string, Role][]) =>
    observed(events, new Map(roles)).map((observation) => 'role' in observation && observation.role);
  expect(roleWith(['claude-code:/home/dev/shop', 'observer'], ['claude-code', 'primary'])).toEqual(['observer']);
  expect(roleWith(['claude-code', 'primary'])).toEqual(['primary']);
  expect(roleWith(['codex', 'primary'])).toEqual([false]);
});

it('what only rules see is in no box, ledger entry, alert or checkpoint, whatever they find in it', async () => {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const { source, events } = await watch({ dirs: [dir], visibility: () => ROUTED });
  onTestFinished(() => source.stop());
  writer.add(
    writer.prompt('Go'),
    writer.calls('call-1', 'Bash', { command: 'cd CANARY-one\nrm -rf CANARY-two', description: 'CANARY-three' }),
  );
  await eventually(() => expect(JSON.stringify(events)).toContain('CANARY-two'));
  const roles = new Map<string, Role>([['claude-code', 'observer']]);
  const rig = await startRig(tempFolder(), { rules: RULES, roles, hasChannel: true });
  writeState(rig, { mode: 'research', posture: 'scout', last_updated: new Date(0).toISOString() });
  await rig.pass(2);
  rig.clock.pass(Date.now() - rig.clock.now());
  for (const event of events) rig.apply({ ...event, at: rig.clock.now() });
  await rig.pass(3);
  expect(rig.coordinator().health().findingsByRule).toMatchObject({ posture: 1, 'observer-acted': 1 });
  expect(rig.findings().join('\n')).toContain('destroy something');
  expect(rig.alerts).toHaveLength(2);
  const kept = [[...rig.cardsById.values()], rig.alerts, readFileSync(rig.ledgerPath, 'utf8'), [...rig.fold().sessionsByKey.values()]];
  await rig.restart();
  expect(JSON.stringify([kept, rig.coordinator().health()])).not.toContain('CANARY');
});

it('rules for every agent read the whole command of a coding agent whose route shows none of it', async () => {
  const dir = join(tempFolderInMemory(), '.claude');
  mkdirSync(dir);
  const writer = new SessionWriter(dir);
  const { source, events } = await watch({ dirs: [dir], visibility: () => ROUTED });
  onTestFinished(() => source.stop());
  const note = "cat > CANARY.md <<'EOF'\nrm -rf /\ngit push -f origin CANARY\nEOF\n";
  writer.add(
    writer.prompt('Go'),
    writer.calls('call-1', 'Bash', { command: `${note}cd CANARY\ngit push --force origin CANARY:main`, description: 'CANARY' }),
    writer.calls('call-2', 'Write', { file_path: '/etc/CANARY.conf', content: 'CANARY' }),
  );
  await eventually(() => expect(JSON.stringify(events)).toContain('/etc/CANARY.conf'));
  const found = RULES.filter(({ byDefault }) => byDefault === 'on').flatMap((rule) => run(rule, observed(events)));
  expect(found.map(({ rule, finding }) => `${rule} ${finding}`)).toEqual([
    'force-push protected',
    'protected-branch pushed',
    'outside-scope project',
  ]);
  expect(JSON.stringify(found)).not.toContain('CANARY');
});
