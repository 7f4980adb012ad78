// Who allowed what: each decided approval is one entry of the audit ledger, with what people were shown.

import { describe, expect, it } from 'vitest';
import { isIntact, verifyLedger } from '../../../src/coordinator/ledger/verify.ts';
import type { SessionEvent, WaitOutcome } from '../../../src/core/event.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { asks, keyOf, type Rig, startRig } from './coordinator-rig.ts';

const ID = '49b6f438-0051-4fc2-8542-6a3b7a00d770';
const KEY = keyOf('main');

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;

function emit(rig: Rig, event: Bare, source = 'gateway'): void {
  rig.apply({ ...event, sessionKey: KEY, at: rig.clock.now(), source, namesRuns: true });
}

/** A turn of `main` in a thread waits for an approval. */
async function waiting(redact?: (text: string) => string): Promise<Rig> {
  const rig = await startRig(tempFolder(), {}, redact);
  asks(rig, 'main', 'turn', { kind: 'person' });
  emit(rig, { type: 'tool_started', callId: 'c', tool: 'exec', args: { command: 'make' } });
  emit(rig, { type: 'waiting_started', waitId: ID, callId: 'c', on: 'approval', text: 'make all', until: rig.clock.now() + 60_000 });
  await rig.pass(3);
  return rig;
}

const ended = (outcome?: WaitOutcome, by?: string): Bare => ({
  type: 'waiting_ended',
  waitId: ID,
  ...(outcome === undefined ? {} : { outcome }),
  ...(by === undefined ? {} : { by }),
});

const details = (rig: Rig): string[] => rig.ledger().map(({ action, detail }) => `${action}: ${detail}`);
const entry = (words: string, who: string): string =>
  `approval_decided: ${words} in session ${KEY}, conversation town/root, approval ${ID}, ${who}; it showed: make all`;

describe('an approval that was decided', () => {
  it.each([
    ['allowed', 'allowed'],
    ['allowed_once', 'allowed once'],
    ['allowed_always', 'allowed always'],
    ['denied', 'denied'],
    ['answered', 'answered, how is not told'],
  ] as const)('as %s becomes an entry that says so, and that nobody told who it was', async (outcome, words) => {
    const rig = await waiting();
    emit(rig, ended(outcome));
    await rig.pass(11);
    expect(details(rig)).toEqual([entry(words, 'by whom: not told by the gateway')]);
  });

  it('names the person when the post that answered is found, and the decision that it asked for', async () => {
    const rig = await waiting();
    emit(rig, ended('allowed'));
    await rig.pass(1);
    expect(details(rig)).toEqual([]);
    emit(rig, ended('allowed_once', '@alice'), 'daemon');
    await rig.pass(2);
    expect(details(rig)).toEqual([entry('allowed once', 'by @alice')]);
  });

  it('is not called less exactly than it was, whoever tells it last', async () => {
    const rig = await waiting();
    emit(rig, ended());
    emit(rig, ended('allowed_once', '@alice'), 'daemon');
    emit(rig, ended('allowed'));
    await rig.pass(2);
    expect(details(rig)).toEqual([entry('allowed once', 'by @alice')]);
  });

  it('by the clock has expired', async () => {
    const rig = await waiting();
    rig.clock.pass(60_000);
    emit(rig, { type: 'clock_ticked' });
    await rig.pass(2);
    expect(details(rig)).toEqual([entry('expired', 'nobody answered')]);
  });

  it('is no decision when its run ended without one', async () => {
    const rig = await waiting();
    emit(rig, { type: 'run_ended', outcome: 'aborted' });
    await rig.pass(12);
    expect(details(rig)).toEqual([]);
  });

  it('stands in a chain that ledger verify finds intact', async () => {
    const rig = await waiting();
    emit(rig, ended('denied', '@alice'));
    await rig.pass(2);
    expect(isIntact(await verifyLedger(rig.ledgerPath))).toBe(true);
    expect((await verifyLedger(rig.ledgerPath)).lines).toBe(2);
  });

  it.each([[{ isStored: true }], [{ isStored: false }]])('is written once, however the process dies before it is (%j)', async (options) => {
    const rig = await waiting();
    emit(rig, ended('denied'));
    await rig.pass(2, options);
    await rig.restart();
    if (!options.isStored) emit(rig, ended('denied')); // the source tells again what no checkpoint has
    await rig.pass(12);
    await rig.restart();
    await rig.pass(12);
    expect(details(rig)).toEqual([entry('denied', 'by whom: not told by the gateway')]);
  });

  it('shows no secret', async () => {
    const rig = await waiting((text) => text.replaceAll('make all', '[redacted]'));
    emit(rig, ended('denied', '@alice'));
    await rig.pass(2);
    expect(details(rig)[0]).toMatch(/it showed: \[redacted\]$/);
  });

  it('of a direct conversation is an entry without the words, since no channel showed them', async () => {
    const rig = await startRig(tempFolder());
    const sessionKey = 'agent:main:direct';
    const common = { sessionKey, source: 'gateway', namesRuns: true } as const;
    const route = { kind: 'direct', userId: 'alice' } as const;
    rig.apply({ ...common, at: rig.clock.now(), type: 'session_seen', agentId: 'main', route });
    rig.apply({ ...common, at: rig.clock.now(), type: 'turn_started', trigger: { kind: 'person', userId: 'alice' }, messageId: 'm' });
    rig.apply({ ...common, at: rig.clock.now(), type: 'waiting_started', waitId: ID, on: 'approval', text: 'between us' });
    await rig.pass(1);
    rig.apply({ ...common, at: rig.clock.now(), type: 'waiting_ended', waitId: ID, outcome: 'denied', by: '@alice' });
    await rig.pass(2);
    expect(rig.ledger().map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^denied in session .* by @alice; its text was shown in no channel$/),
    ]);
  });
});
