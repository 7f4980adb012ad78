// No rule that is on by default finds anything in what agents were recorded to do in ordinary work.

import { expect, it, vi } from 'vitest';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import { observed, OF_SECRETS, ofClaudeCode, ofCodex, ofGateway, ofOpenClaw, ofPi } from './recorded-events.ts';
import { run } from './rule-harness.ts';

vi.setConfig({ testTimeout: 240_000 });

it.each([
  ['OpenClaw', ofOpenClaw, 100],
  ['Claude Code', ofClaudeCode, 50],
  ['Codex', async () => ofCodex(), 30],
  ['pi', ofPi, 5],
])('nothing is found in all recordings of %s', async (_name, recorded, leastCalls) => {
  const observations = observed(await recorded());
  expect(observations.filter(({ type }) => type === 'tool_started').length).toBeGreaterThan(leastCalls);
  const general = RULES.filter(({ byDefault }) => byDefault === 'on');
  const found = general
    .flatMap((rule) => run(rule, observations))
    .map(({ rule, sentence, sessionKey }) => `${rule}: ${sentence} (${sessionKey})`);
  expect([...new Set(found)]).toEqual([]);
});

it('in a recording of an agent that writes secrets into its commands, just these are found', async () => {
  const observations = observed(await ofGateway(OF_SECRETS));
  const found = RULES.filter(({ byDefault }) => byDefault === 'on').flatMap((rule) => run(rule, observations));
  expect(new Set(found.map(({ rule, finding }) => `${rule} ${finding}`))).toEqual(new Set(['secret-in-command argument']));
});
