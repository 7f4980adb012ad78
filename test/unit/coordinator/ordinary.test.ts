// No rule that is on by default finds anything in what agents were recorded to do in ordinary work.

import { expect, it, vi } from 'vitest';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import { observed, OF_SECRETS, ofClaudeCode, ofCodex, ofGateway, ofOpenClaw, ofPi } from './recorded-events.ts';
import { run } from './rule-harness.ts';

vi.setConfig({ testTimeout: 240_000 });

/** In two recordings Codex was told to write `/home/dev/outside.txt`, so that somebody had to approve it. */
const WRITTEN_OUTSIDE = ['outside-scope: codex changed a file outside of its project'];

it.each([
  ['OpenClaw', ofOpenClaw, 100, []],
  ['Claude Code', ofClaudeCode, 50, []],
  ['Codex', async () => ofCodex(), 30, WRITTEN_OUTSIDE],
  ['pi', ofPi, 5, []],
])('nothing is found in all recordings of %s but what was done on purpose', async (_name, recorded, leastCalls, onPurpose) => {
  const observations = observed(await recorded());
  expect(observations.filter(({ type }) => type === 'tool_started').length).toBeGreaterThan(leastCalls);
  const general = RULES.filter(({ byDefault }) => byDefault === 'on');
  const found = general.flatMap((rule) => run(rule, observations)).map(({ rule, sentence }) => `${rule}: ${sentence}`);
  expect([...new Set(found)]).toEqual(onPurpose);
});

it('in a recording of an agent that writes secrets into its commands, just these are found', async () => {
  const observations = observed(await ofGateway(OF_SECRETS));
  const found = RULES.filter(({ byDefault }) => byDefault === 'on').flatMap((rule) => run(rule, observations));
  expect(new Set(found.map(({ rule, finding }) => `${rule} ${finding}`))).toEqual(new Set(['secret-in-command argument']));
});
