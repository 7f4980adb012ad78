// The first start after a watcher that called public whatever was not known to be private (LS-18).

import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PostRecord } from '../../../src/core/post-record.ts';
import { type Checkpoint, openCheckpoint } from '../../../src/store/checkpoint.ts';
import type { Logger } from '../../../src/core/log.ts';
import { createPlacement } from '../../../src/boxes/placement/placement.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { restoreState } from '../../../src/app/restore.ts';
import { BoardHarness } from '../boxes/board/board-harness.ts';
import { HOME, emptyServer } from '../boxes/placement/empty-server.ts';
import { FakeClock } from '../../support/clock.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const MAIN = 'agent:main:main';
const UNINDEXED = 'agent:main:unindexed:5b3f3a52-0000-4000-8000-000000000001';
const CHANNEL = 'agent:main:mattermost:channel:town';

function stateDir(): string {
  const dir = tempFolder('upgrade');
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A turn at work with its box, as 0.1 stored it: no word on why it was placed, and an older form of routes. */
function stored(key: string, channelId: string, route?: object) {
  const turn = {
    boxId: `box of ${key}`,
    trigger: { kind: 'operator' },
    ...(route === undefined ? {} : { route }),
    startedAt: 1_000,
    lastEventAt: 1_000,
    lines: [{ kind: 'text', id: 'm', text: 'Private words.', at: 1_000 }],
    droppedLines: 0,
    callsById: { c: { callId: 'c', tool: 'exec', args: { command: 'make' }, startedAt: 1_000 } },
    childrenByKey: {},
    runsById: {},
    runOpen: true,
    background: [],
    waiting: [],
    busyUntil: 0,
    superseded: false,
    startedBy: ['transcripts'],
    usageById: {},
    messageIds: ['m'],
    compactions: 0,
  };
  const session = { key, agentId: 'main', turns: [turn], currentBoxId: turn.boxId, asOf: 1_000, ...(route === undefined ? {} : { route }) };
  const entry = {
    boxId: turn.boxId,
    sessionKey: key,
    phase: 'placed',
    target: { channelId },
    holdsSlot: true,
    openedAt: 1_000,
    state: 'active',
    final: false,
    isShown: true,
  };
  return { session, entries: [entry] };
}

function owedEnd(key: string, channelId: string): PostRecord {
  const card = {
    state: 'done',
    color: '#000000',
    title: '[DONE] main',
    lines: ['Private end.'],
    droppedLines: 0,
    fallback: '[DONE] main',
    urgentKey: 'done',
    final: true,
  } as const;
  const meta = { session: 's', runs: [], start: 1_000 };
  return {
    boxId: `box of ${key}`,
    target: { channelId },
    phase: 'posted',
    pendingPostId: 'p',
    postId: `post of ${key}`,
    seq: 1,
    owedFinal: true,
    owedView: { card: { ...card, lines: [...card.lines] }, turnStartedAt: 1_000, meta },
    final: true,
    createdAt: 1_000,
  };
}

interface Start {
  desk: BoardHarness;
  adopted: PostRecord[];
  warned: object[];
  warnIfDue(): void;
}

function start(checkpoint: Checkpoint): Start {
  const clock = new FakeClock(2_000);
  const place = createPlacement(emptyServer(), HOME, clock);
  const desk = new BoardHarness({ clock, policy: { openAfterMs: 0 }, place, isCatchingUp: true });
  const [adopted, warned]: [PostRecord[], object[]] = [[], []];
  const quiet = { debug: () => {}, info: () => {}, error: () => {} };
  const log: Logger = { ...quiet, warn: (fields) => void warned.push(fields) };
  const { fold, board } = desk;
  const state = new StateStore(checkpoint, { sessions: () => fold.sessionsByKey, entries: () => board.entries() });
  const warnIfDue = restoreState({ state, publisher: { adopt: (record) => void adopted.push(record) }, fold, board, clock, log });
  desk.board.caughtUp();
  return { desk, adopted, warned, warnIfDue };
}

const quietLog: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function olderCheckpoint(): Checkpoint {
  const checkpoint = openCheckpoint(stateDir(), quietLog);
  onTestFinished(() => checkpoint.close());
  const rows = [
    stored(MAIN, 'home', { kind: 'elsewhere', direct: false }),
    stored(UNINDEXED, 'home'),
    stored(CHANNEL, 'town', { kind: 'channel', channelId: 'town' }),
  ];
  checkpoint.write([
    ...rows.map((value) => ({ kind: 'session' as const, key: value.session.key, value })),
    { kind: 'post', key: `box of ${UNINDEXED}`, value: owedEnd(UNINDEXED, 'home') },
    { kind: 'post', key: `box of ${CHANNEL}`, value: owedEnd(CHANNEL, 'town') },
  ]);
  return checkpoint;
}

const shownIn = (desk: BoardHarness, channelId: string): string =>
  desk.views
    .filter(({ target }) => target.channelId === channelId)
    .map(({ card }) => [card.title, ...card.lines].join('\n'))
    .join('\n');

describe('the first start after the upgrade', () => {
  it('reads once in the keys of stored sessions what sessions say by themselves now', () => {
    const folder = stateDir();
    copyFileSync(new URL('../../fixtures/checkpoint-0.1.0/checkpoint.sqlite', import.meta.url), join(folder, 'checkpoint.sqlite'));
    const checkpoint = openCheckpoint(folder, quietLog);
    onTestFinished(() => checkpoint.close());
    const sessions = [...start(checkpoint).desk.fold.sessionsByKey.values()];
    const told = sessions.map(({ agentId, isScheduled = false, isSubAgent = false, toldBy }) => ({
      agentId,
      isScheduled,
      isSubAgent,
      toldBy,
    }));
    const toldBy = ['transcripts', 'gateway'];
    expect(told).toEqual([
      { agentId: 'main', isScheduled: false, isSubAgent: false, toldBy },
      { agentId: 'main', isScheduled: false, isSubAgent: false, toldBy },
      { agentId: 'main', isScheduled: false, isSubAgent: true, toldBy },
      { agentId: 'ops', isScheduled: true, isSubAgent: false, toldBy },
    ]);
  });

  it('goes on in a conversation’s own channel, and closes what nobody proves to be public without another word', async () => {
    const { desk } = start(olderCheckpoint());
    await desk.pass(1);
    expect(shownIn(desk, 'home')).toBe('');
    await desk.pass(30);
    expect(shownIn(desk, 'town')).toContain('Private words.');
    expect(shownIn(desk, 'home').match(/\[INTERRUPTED\] not shown here any more/g)).toHaveLength(2);
    expect(shownIn(desk, 'home')).not.toContain('Private words.');
  });

  it('goes on where a row proves in time that the session is public', async () => {
    const { desk } = start(olderCheckpoint());
    desk.tell({ type: 'session_seen', agentId: 'main', route: { kind: 'elsewhere', audience: 'own' } });
    await desk.pass(30);
    expect(shownIn(desk, 'home')).toContain('Private words.');
  });

  it('does not deliver the text of an end that was owed, except into the conversation’s own channel', () => {
    const { adopted } = start(olderCheckpoint());
    const textOf = (key: string): string => JSON.stringify(adopted.find(({ boxId }) => boxId === `box of ${key}`)?.owedView);
    expect(textOf(UNINDEXED)).not.toContain('Private end.');
    expect(textOf(UNINDEXED)).toContain('not shown here any more');
    expect(textOf(CHANNEL)).toContain('Private end.');
  });

  it('takes every word of an end that was owed for a foreign one: a new post shows it as code', () => {
    const { adopted } = start(olderCheckpoint());
    const card = adopted.find(({ boxId }) => boxId === `box of ${CHANNEL}`)?.owedView?.card;
    expect(card?.first).toEqual({ title: '`[DONE] main`', lines: ['`Private end.`'] });
  });

  it('warns once, with the number of sessions that lost their box, and remembers that it did', async () => {
    const checkpoint = olderCheckpoint();
    const first = start(checkpoint);
    first.warnIfDue();
    expect(first.warned).toEqual([]);
    await first.desk.pass(30);
    first.warnIfDue();
    first.warnIfDue();
    expect(first.warned).toEqual([{ sessions: 2 }]);
    const second = start(checkpoint);
    await second.desk.pass(30);
    second.warnIfDue();
    expect(second.warned).toEqual([]);
  });

  it('warns at the next start when the first one died before it could', async () => {
    const checkpoint = olderCheckpoint();
    start(checkpoint);
    const second = start(checkpoint);
    await second.desk.pass(30);
    second.warnIfDue();
    expect(second.warned).toEqual([{ sessions: 2 }]);
  });

  it('has nothing to tell where nothing was remembered', async () => {
    const checkpoint = openCheckpoint(stateDir(), quietLog);
    onTestFinished(() => checkpoint.close());
    const { desk, warnIfDue, warned } = start(checkpoint);
    desk.ask();
    desk.say('tools');
    await desk.pass(5);
    expect(desk.board.rows()[0]?.why).toContain('counts as private');
    warnIfDue();
    expect(warned).toEqual([]);
  });

  it('leaves the text of ends that a newer watcher owes as it is', () => {
    const checkpoint = olderCheckpoint();
    start(checkpoint);
    checkpoint.write([{ kind: 'post', key: `box of ${UNINDEXED}`, value: owedEnd(UNINDEXED, 'home') }]);
    const { adopted } = start(checkpoint);
    expect(JSON.stringify(adopted)).toContain('Private end.');
    expect(JSON.stringify(adopted)).not.toContain('not shown here any more');
  });
});
