// Agents choose their names, the keys of their sessions, their tools and the arguments: no secret of these leaves through a finding.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import type { Role } from '../../../src/coordinator/rules/role.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { asks, keyOf, type Rig, says, startRig, writeState } from './coordinator-rig.ts';

const CONFIGURED = 'correct horse battery staple and four more words of it'.replaceAll(' ', '-'); // longer than a tool's name in a sentence
const KNOWN_SHAPE = `ghp_${'a1B2'.repeat(9)}`;
const RECOGNISABLE = 12; // characters of a secret that a cut must not leave either

/** An observer of this name asks a tool of this name to change something, and answers without an audit. */
async function misbehave(rig: Rig, agent: string, tool: string): Promise<void> {
  writeState(rig, { mode: 'research', posture: 'scout', session_hash: CONFIGURED, last_updated: new Date(0).toISOString() });
  await rig.pass(2);
  asks(rig, agent, 'turn', { kind: 'person' });
  const common = { sessionKey: keyOf(agent), at: rig.clock.now(), source: 'gateway', namesRuns: true } as const;
  rig.apply({ ...common, type: 'tool_started', callId: 'c', tool, args: { command: `write ${CONFIGURED}`, token: KNOWN_SHAPE } });
  await rig.pass(3);
  says(rig, agent, 'turn');
  await rig.pass(10);
}

it.each([
  ['an agent and its session', (secret: string) => ({ agent: secret, tool: 'write' })],
  ['a tool', (secret: string) => ({ agent: 'auditor', tool: `write ${secret}` })],
  ['arguments', () => ({ agent: 'auditor', tool: 'write' })],
])('a secret in the name of %s reaches neither box, ledger nor operators', async (_where, namesWith) => {
  for (const secret of [CONFIGURED, KNOWN_SHAPE]) {
    const { agent, tool } = namesWith(secret);
    const options = { rules: RULES, roles: new Map<string, Role>([[agent.toLowerCase(), 'observer']]) };
    const rig = await startRig(tempFolder(), options, createRedactor([CONFIGURED]));
    await misbehave(rig, agent, tool);
    const shown = [JSON.stringify([...rig.cardsById.values()]), readFileSync(rig.ledgerPath, 'utf8'), JSON.stringify(rig.alerts)];
    expect(rig.coordinator().health().findingsByRule).toMatchObject({ posture: 1, 'observer-acted': 1, 'audit-before-response': 1 });
    for (const text of [
      ...shown,
      rig
        .coordinator()
        .violationsFor([...rig.cardsById.keys()][0] ?? '')
        .join(),
    ]) {
      expect(text.length).toBeGreaterThan(2);
      for (const known of [CONFIGURED, KNOWN_SHAPE]) expect(text).not.toContain(known.slice(0, RECOGNISABLE));
    }
  }
});
