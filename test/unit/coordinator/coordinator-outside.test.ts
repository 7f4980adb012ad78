import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeEntry, ZERO_HASH } from '../../../src/coordinator/ledger/entry.ts';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import { asks, keyOf, says, startRig, turnOf, writeState } from './coordinator-rig.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('a ledger that cannot be written', () => {
  it('lets findings wait in order and says so; they are shown all the same', async () => {
    const rig = await startRig(tempFolder());
    writeFileSync(join(rig.dir, 'audits'), 'in the way');
    await turnOf(rig, 'auditor', 'a');
    await turnOf(rig, 'auditor', 'b');
    expect(rig.findings()).toHaveLength(2);
    expect(rig.coordinator().health()).toMatchObject({
      ledger: { waiting: 2 },
      problems: expect.arrayContaining([expect.stringContaining('the audit ledger')]),
    });
    await rig.restart();
    rmSync(join(rig.dir, 'audits'));
    await rig.pass(7);
    await rig.pass(2);
    expect(rig.ledger().map(({ detail }) => /town\/(\w)/.exec(detail)?.[1])).toEqual(['a', 'b']);
    expect(rig.coordinator().health()).toMatchObject({ ledger: { waiting: 0, verdict: 'intact, 3 lines' }, problems: [] });
  });
});

describe('the operators', () => {
  it('get their alert later when the server is away, and once', async () => {
    const rig = await startRig(tempFolder());
    rig.answer = 'later';
    await turnOf(rig, 'auditor');
    await rig.pass(20);
    rig.answer = 'posted';
    await rig.pass(20);
    expect(rig.alerts).toHaveLength(1);
  });

  it('get no more than the limit an hour, and one line that says how many were held back', async () => {
    const rig = await startRig(tempFolder(), { alertsPerHour: 2 });
    for (const root of ['a', 'b', 'c', 'd', 'e']) await turnOf(rig, 'auditor', root);
    expect(rig.alerts).toHaveLength(2);
    rig.clock.pass(3_600_000);
    await rig.pass(2);
    expect(rig.alerts).toHaveLength(3);
    expect(rig.alerts[2]?.text).toMatch(/^@alice @bob 3 more findings were held back/);
  });

  it('are never mentioned by what an agent chose to call itself or its tools', async () => {
    const rig = await startRig(tempFolder(), { rules: RULES.filter(({ name }) => name === 'observer-acted') });
    asks(rig, 'auditor', 't', { kind: 'person' });
    const common = { sessionKey: keyOf('auditor'), at: rig.clock.now(), source: 'gateway', namesRuns: true } as const;
    rig.apply({ ...common, type: 'tool_started', callId: 'c', tool: '@channel @carol https://example.org', args: {} });
    await rig.pass(3);
    const text = rig.alerts[0]?.text ?? '';
    expect(text.replaceAll(/`[^`]*`/g, '').match(/@\w+/g)).toEqual(['@alice', '@bob']);
  });

  it('get no alert when nobody is configured', async () => {
    const rig = await startRig(tempFolder(), { operators: [] });
    await turnOf(rig, 'auditor');
    expect(rig.alerts).toEqual([]);
    expect(rig.ledger()).toHaveLength(1);
  });
});

describe('governance', () => {
  it('shows mode and posture in the title and forbids by them, from the moment they hold', async () => {
    const rig = await startRig(tempFolder(), { rules: RULES.filter(({ name }) => name === 'posture') });
    asks(rig, 'main', 't', { kind: 'person' });
    const use = (callId: string) =>
      rig.apply({
        sessionKey: keyOf('main'),
        at: rig.clock.now(),
        source: 'gateway',
        namesRuns: true,
        type: 'tool_started',
        callId,
        tool: 'write',
        args: { path: 'a' },
      });
    use('c1');
    writeState(rig, { mode: 'research', posture: 'scout', last_updated: new Date(rig.clock.now()).toISOString() });
    await rig.pass(3);
    use('c2');
    await rig.pass(3);
    const [card] = [...rig.cardsById.values()];
    expect(card?.title).toContain('research/scout');
    expect(card?.lines.filter((line) => line.includes('[VIOLATION]'))).toEqual([
      '◆ [VIOLATION] main (primary) used the tool write to change something, which posture scout forbids',
    ]);
    expect(rig.ledger()).toMatchObject([{ action: 'posture_violation', mode: 'research' }]);
  });

  it('names a state that is half-written, wrong or gone, and keeps the last good one', async () => {
    const rig = await startRig(tempFolder());
    const health = () => rig.coordinator().health();
    expect(health()).toMatchObject({ governance: { state: 'missing' }, problems: [] });
    writeState(rig, { mode: 'research', posture: 'scout' });
    await rig.pass(2);
    expect(health().governance).toMatchObject({ state: 'good', mode: 'research' });
    for (const bad of ['{"mode": "re', '', '{"mode": "research", "posture": "attack"}']) {
      writeState(rig, bad);
      await rig.pass(2);
      expect(health()).toMatchObject({
        governance: { state: 'wrong', mode: 'research' },
        problems: [expect.stringContaining('governance')],
      });
      expect(rig.coordinator().badge()).toBe('research/scout');
    }
    rmSync(join(rig.dir, 'governance', 'state.json'));
    await rig.pass(2);
    expect(health().governance).toMatchObject({ state: 'wrong', because: expect.stringContaining('gone') });
  });

  it('never waits for a FIFO in the place of a governance file', async () => {
    const rig = await startRig(tempFolder());
    writeState(rig, { mode: 'research', posture: 'scout' });
    rmSync(join(rig.dir, 'governance', 'state.json'));
    execFileSync('mkfifo', [join(rig.dir, 'governance', 'state.json')]);
    await rig.pass(2);
    expect(rig.coordinator().health().governance).toMatchObject({ state: 'wrong', because: expect.stringContaining('not a regular file') });
  });

  it('shows that recovery is asked for', async () => {
    const rig = await startRig(tempFolder());
    writeFileSync(join(rig.dir, 'governance', 'progress.json'), '{"recovery_needed": true}');
    await rig.pass(2);
    expect(rig.coordinator().health().recoveryNeeded).toBe(true);
    expect(rig.coordinator().badge()).toBe('recovery needed');
  });
});

describe('the ledger as the coordinator sees it', () => {
  const audit = (rig: Awaited<ReturnType<typeof startRig>>, agent: string) => {
    const { line } = encodeEntry(
      { at: rig.clock.now(), action: 'a', detail: 'd', mode: 'm', posture: 'p', role: 'r', sessionHash: null },
      ZERO_HASH,
    );
    mkdirSync(dirname(rig.ledgerPath), { recursive: true });
    appendFileSync(rig.ledgerPath, line.replace('"coordinator"', JSON.stringify(agent)));
  };

  it('accuses only who answered without an entry', async () => {
    const rig = await startRig(tempFolder(), { rules: RULES.filter(({ name }) => name === 'audit-before-response') });
    asks(rig, 'main', 't', { kind: 'person' });
    audit(rig, 'primary');
    await rig.pass(2);
    says(rig, 'main', 't');
    await rig.pass(10);
    expect(rig.findings()).toEqual([]);
    await turnOf(rig, 'reviewer');
    await rig.pass(10);
    expect(rig.findings()).toEqual(['◆ [VIOLATION] reviewer (secondary) answered without writing to the audit ledger first']);
  });

  it('shows a chain that breaks while an agent works, and only health shows an old break', async () => {
    const rig = await startRig(tempFolder(), { rules: RULES.filter(({ name }) => name === 'ledger-chain') });
    audit(rig, 'x');
    await rig.restart();
    await rig.pass(2);
    expect(rig.coordinator().health()).toMatchObject({ ledger: { verdict: expect.stringContaining('tampered at line 1') } });
    asks(rig, 'main', 't', { kind: 'person' });
    await rig.pass(3);
    expect(rig.findings()).toEqual([]);
    audit(rig, 'y');
    await rig.pass(3);
    expect(rig.findings()).toEqual(['◆ [VIOLATION] line 2 of the audit ledger was altered after it was written']);
  });
});

describe('drift', () => {
  it('compares the answer with what the person asked, and stores neither', async () => {
    const rig = await startRig(tempFolder(), { rules: RULES.filter(({ name }) => name === 'drift') });
    asks(rig, 'main', 't', { kind: 'person' }, { text: 'Summarise the quarterly report' });
    await rig.pass(1);
    says(rig, 'main', 't', { text: 'Delete the staging database' });
    const stored = JSON.stringify(rig.coordinator().rowsToStore());
    await rig.pass(5);
    expect(rig.findings()).toEqual(['◆ [VIOLATION] the answer of main (primary) drifted 86% from the instruction']);
    expect(stored).not.toMatch(/quarterly|staging/);
  });
});
