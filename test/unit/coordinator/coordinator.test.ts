import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusedLines } from './ledger-recipe.ts';
import { asks, keyOf, type Rig, says, startRig, turnOf } from './coordinator-rig.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { eventually } from '../../support/until.ts';

const SKIPPED = '◆ [VIOLATION] auditor (observer) answered although the secondary was expected';

describe('three agents in one thread', () => {
  it('find nothing when they answer in order', async () => {
    const rig = await startRig(tempFolder());
    for (const agent of ['main', 'reviewer', 'auditor']) await turnOf(rig, agent);
    expect({ findings: rig.findings(), ledger: rig.ledger(), alerts: rig.alerts }).toEqual({ findings: [], ledger: [], alerts: [] });
  });

  it('show who was out of turn in the box of the answer, write it down and alert the operators once', async () => {
    const rig = await startRig(tempFolder());
    await turnOf(rig, 'main');
    await turnOf(rig, 'auditor');
    const card = [...rig.cardsById.values()].find(({ lines }) => lines.includes(SKIPPED));
    expect(card).toMatchObject({ title: expect.stringContaining('1 violation'), color: '#e8590c' });
    expect(rig.ledger()).toMatchObject([{ agent: 'coordinator', action: 'sequence_violation', outcome: 'logged' }]);
    expect(rig.ledger()[0]?.detail).toContain(`skipped (violation) in session ${keyOf('auditor')}`);
    expect(rig.alerts).toMatchObject([
      {
        place: { channelId: 'town', rootId: 'root' },
        text: expect.stringMatching(/^@alice @bob Violation \(sequence\): `auditor [^`]+`\.$/),
      },
    ]);
    expect(refusedLines(readFileSync(rig.ledgerPath, 'utf8'))).toEqual([]);
  });

  it('count repeats without writing or posting them again', async () => {
    const rig = await startRig(tempFolder());
    for (const agent of ['reviewer', 'auditor', 'reviewer', 'auditor']) await turnOf(rig, agent);
    expect(rig.findings().at(-1)).toBe('◆ [VIOLATION] auditor (observer) answered although the primary was expected (×4)');
    expect(rig.ledger()).toHaveLength(1);
    expect(rig.alerts).toHaveLength(1);
    expect(rig.coordinator().health().findingsByRule).toEqual({ sequence: 4 });
  });

  it('alert in every conversation, but only once in each', async () => {
    const rig = await startRig(tempFolder());
    for (const root of ['a', 'b', 'a']) await turnOf(rig, 'auditor', root);
    expect(rig.alerts.map(({ place }) => place?.rootId)).toEqual(['a', 'b']);
  });

  it('report the missing observer in the newest box, and its late answer', async () => {
    const rig = await startRig(tempFolder(), { missingAfterMs: 60_000 });
    await turnOf(rig, 'main');
    await turnOf(rig, 'reviewer');
    await rig.pass(61);
    expect(rig.findings()).toEqual(['◆ [VIOLATION] the observer has not answered 60s after reviewer (secondary) did']);
    await turnOf(rig, 'auditor');
    expect(rig.findings().at(-1)).toBe('◆ [NOTICE] auditor (observer) answered after all: order is restored');
    expect(rig.ledger().at(-1)?.detail).toMatch(/^late \(notice\) in session /);
    expect(rig.alerts).toHaveLength(1);
  });
});

describe('a finding', () => {
  /** The auditor answers although the secondary was expected, and nothing is stored meanwhile. */
  async function found(): Promise<Rig> {
    const rig = await startRig(tempFolder());
    await turnOf(rig, 'main');
    asks(rig, 'auditor', 'out of turn', { kind: 'person' });
    await rig.pass(3, { isStored: false });
    says(rig, 'auditor', 'out of turn');
    await rig.pass(3, { isStored: false });
    expect(rig.findings()).toEqual([SKIPPED]);
    return rig;
  }

  it('is written and posted as soon as its rows are safe, whenever the next beat comes', async () => {
    const rig = await found();
    expect([rig.ledger(), rig.alerts]).toEqual([[], []]);
    rig.store();
    await eventually(() => expect([rig.ledger().length, rig.alerts.length]).toEqual([1, 1]));
  });

  it('is none of ours any more when another watcher has taken over', async () => {
    const rig = await found();
    rig.isReplaced = true;
    rig.store();
    await rig.pass(3);
    expect([rig.ledger(), rig.alerts]).toEqual([[], []]);
  });
});

describe('what is no completed answer', () => {
  it.each([
    ['a heartbeat', { trigger: { kind: 'heartbeat' } as const }],
    ['a scheduled run', { trigger: { kind: 'schedule' } as const }],
    ['an announcement', { trigger: { kind: 'announce' } as const }],
    ['a recovery', { trigger: { kind: 'recovery' } as const }],
    ["an operator's own", { trigger: { kind: 'operator' } as const }],
    ['a silent reply', { message: { text: '' } }],
    ['an aborted turn', { message: { stop: 'aborted' as const } }],
    ['a failed turn', { message: { stop: 'error' as const } }],
    ['a half answer', { message: { stop: 'tools' as const } }],
    ['a mirror of the gateway', { message: { injected: true } }],
  ])(
    '%s',
    async (_name, {
      trigger = { kind: 'person' as const },
      message = {},
    }: { trigger?: Parameters<typeof asks>[3]; message?: Parameters<typeof says>[3] }) => {
      const rig = await startRig(tempFolder());
      asks(rig, 'auditor', 't', trigger);
      says(rig, 'auditor', 't', message);
      await rig.pass(20);
      expect(rig.coordinator().health().findingsByRule).toEqual({});
    },
  );

  it('an abort that a normal stop precedes', async () => {
    const rig = await startRig(tempFolder());
    asks(rig, 'auditor', 't', { kind: 'person' });
    says(rig, 'auditor', 't');
    await rig.pass(1);
    says(rig, 'auditor', 'again', { stop: 'aborted' });
    await rig.pass(20);
    expect(rig.coordinator().health().findingsByRule).toEqual({});
  });

  it('the second reply of the same turn', async () => {
    const rig = await startRig(tempFolder());
    await turnOf(rig, 'main');
    asks(rig, 'main', 'more', { kind: 'announce' });
    says(rig, 'main', 'more', { text: 'the sub-agent is done' });
    await rig.pass(20);
    expect(rig.coordinator().health().findingsByRule).toEqual({});
  });
});

describe('a restart in the middle of a sequence', () => {
  it('neither forgets nor repeats anything', async () => {
    const rig = await startRig(tempFolder());
    await turnOf(rig, 'main');
    await rig.restart();
    await turnOf(rig, 'auditor');
    await rig.restart();
    await rig.pass(20);
    await turnOf(rig, 'reviewer');
    expect(rig.ledger().map(({ detail }) => detail.split(' ')[0])).toEqual(['skipped', 'late']);
    expect(rig.alerts).toHaveLength(1);
    expect(rig.coordinator().health().findingsByRule).toEqual({ sequence: 2 });
  });

  it('finds an answer again that was not stored yet', async () => {
    const rig = await startRig(tempFolder());
    asks(rig, 'auditor', 't', { kind: 'person' });
    await rig.pass(1);
    const answeredAt = rig.clock.now();
    says(rig, 'auditor', 't');
    await rig.pass(5, { isStored: false });
    expect(rig.ledger()).toEqual([]);
    await rig.restart();
    says(rig, 'auditor', 't', { at: answeredAt });
    await rig.pass(5);
    expect(rig.ledger()).toHaveLength(1);
    expect(rig.alerts).toHaveLength(1);
  });

  it('does not write a ledger line twice that was written but not struck off', async () => {
    const rig = await startRig(tempFolder());
    asks(rig, 'auditor', 't', { kind: 'person' });
    says(rig, 'auditor', 't');
    await rig.pass(3, { isStored: false });
    await rig.pass(0.5);
    await rig.pass(2, { isStored: false });
    expect(rig.ledger()).toHaveLength(1);
    await rig.restart();
    await rig.pass(5);
    expect(rig.ledger()).toHaveLength(1);
    expect(rig.alerts.map(({ isDoubtful }) => isDoubtful)).toEqual([false, true]);
  });

  it('judges what happened meanwhile in order of time, whichever session is read first', async () => {
    const rig = await startRig(tempFolder());
    const at = rig.clock.now();
    const turns = [
      ['auditor', 30],
      ['reviewer', 20],
      ['main', 10],
    ] as const;
    for (const [agent, seconds] of turns) {
      asks(rig, agent, agent, { kind: 'person' });
      says(rig, agent, agent, { at: at + seconds * 1_000 });
    }
    rig.clock.pass(60_000);
    await rig.pass(1);
    expect(rig.coordinator().health().findingsByRule).toEqual({});
  });

  it('leaves what happened before the first start alone', async () => {
    const rig = await startRig(tempFolder());
    asks(rig, 'auditor', 't', { kind: 'person' });
    says(rig, 'auditor', 't', { at: rig.clock.now() - 1_000 });
    await rig.pass(20);
    expect(rig.coordinator().health().findingsByRule).toEqual({});
  });
});

describe('a short turn', () => {
  it('gets a box when something was found about it', async () => {
    const rig = await startRig(tempFolder());
    asks(rig, 'main', 'a', { kind: 'person' });
    says(rig, 'main', 'a');
    asks(rig, 'auditor', 'b', { kind: 'person' });
    says(rig, 'auditor', 'b', { at: rig.clock.now() + 100 });
    await rig.pass(5);
    expect([...rig.cardsById.values()].map(({ lines }) => lines.at(-1))).toEqual([SKIPPED]);
  });
});
