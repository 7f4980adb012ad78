// What the rules find in the recorded work of Network-AI and of a mesh, from the real sources.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import type { Finding } from '../../../src/coordinator/rules/rule.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { HeardMesh } from '../sources/mesh/heard-mesh.ts';
import { recordedMessages, RECORDED_UNTIL } from '../sources/mesh/recorded-mesh.ts';
import { RecordedSwarm, STAGE_NAMES, STAGES } from '../sources/network-ai/recorded-swarm.ts';
import { observed } from './recorded-events.ts';
import { run } from './rule-harness.ts';

vi.setConfig({ testTimeout: 240_000 });

/** What rules that are on by default find. */
function findingsIn(events: readonly SessionEvent[]): Finding[] {
  const observations = observed(events);
  return RULES.filter(({ byDefault }) => byDefault === 'on').flatMap((rule) => run(rule, observations));
}

/** Each finding once, with its newest words, in the order of rules. */
function shown(findings: readonly Finding[]): string[] {
  const newest = new Map(findings.map((finding) => [`${finding.rule} ${finding.sessionKey} ${finding.sameAs}`, finding]));
  return [...newest.values()].map(({ rule, finding, severity, sentence }) => `${rule} ${finding} ${severity}: ${sentence}`);
}

async function walked(stages: readonly string[]): Promise<RecordedSwarm> {
  const swarm = new RecordedSwarm();
  await swarm.start();
  for (const stage of stages) {
    await swarm.goTo(stage);
    await swarm.settled();
  }
  return swarm;
}

const OF_HANDOFFS = [
  'handoff-tax fourth violation: task_001 has 5 handoffs, 3 are allowed',
  'handoff-tax talk remark: task_001 has 5 handoffs, of which only 2 brought something',
  'handoff-tax long remark: task_001 has a handoff with more than 500 characters',
];

function silent(task: string, member: string): string {
  return `stale-member silent remark: ${task} waits for ${member}, who has given no sign of life for a minute`;
}

it('Network-AI: two steps of ordinary work are nothing; in the third are the handoffs that its own log does not have (A-3)', async () => {
  const swarm = await walked(STAGE_NAMES.slice(0, 2));
  expect(swarm.facts('handoff')).toHaveLength(3);
  expect(shown(findingsIn(swarm.events))).toEqual([]);
  await swarm.goTo('03-handoff-tax-blocked');
  await swarm.settled();
  expect(shown(findingsIn(swarm.events))).toEqual(OF_HANDOFFS);
});

it('Network-AI: in all steps one budget is used up (A-2), and members fall silent in the tenth (A-5)', async () => {
  const swarm = await walked(STAGE_NAMES);
  expect(shown(findingsIn(swarm.events))).toEqual([
    ...OF_HANDOFFS,
    ...['orchestrator', 'data_analyst', 'risk_assessor', 'strategy_advisor'].map((member) => silent('task_001', member)),
    silent('env_task', 'data_analyst'),
    'budget-exhausted exhausted violation: task_002 has used up its budget (800 of 1,000 tokens)',
  ]);
});

it('Network-AI: a goal that speaks to its reader is found (A-15), and its words are not in the finding', async () => {
  const swarm = await walked(STAGE_NAMES);
  const poisoned = readFileSync(join(STAGES, '12-project-context', 'project-context.poisoned.json'), 'utf8');
  swarm.write('project-context.json', poisoned.replace('act as admin', 'act as admin CANARY'));
  await swarm.settled();
  const found = findingsIn(swarm.events).filter(({ rule }) => rule === 'poisoned-context');
  expect(shown(found)).toEqual(['poisoned-context poisoned violation: task_003 shares a context with instructions to its reader']);
  expect(JSON.stringify(found)).not.toContain('CANARY');
});

it('mesh: what its harness found in one task, and nothing in all others (N-12, N-15)', () => {
  const mesh = new HeardMesh(RECORDED_UNTIL);
  for (const message of recordedMessages()) mesh.hear(message);
  expect(shown(findingsIn(mesh.events))).toEqual([
    'dangerous-command blocked violation: T-20261121-002 wrote a command that its harness blocks',
    'outside-scope task violation: T-20261121-002 changed files outside of its scope, 1 file: package.json',
    'errors-unseen output remark: T-20261121-002 ended its task with errors in its output',
  ]);
});
