// Boxes of conversations that turn out not to be public (LS-18, P14): nothing more of them is said where everybody reads it.

import { describe, expect, it } from 'vitest';
import type { BoxEntry } from '../../../../src/boxes/board/box-entry.ts';
import type { Audience, Route, SessionEvent, Trigger } from '../../../../src/core/event.ts';
import { createPlacement, type PlacementOptions } from '../../../../src/boxes/placement/placement.ts';
import { HOME, emptyServer } from '../placement/empty-server.ts';
import { BoardHarness, MAIN } from './board-harness.ts';
import { FakeClock } from '../../../support/clock.ts';

const OPERATOR: Trigger = { kind: 'operator' };
const GROUP = 'agent:main:telegram:group:1';

const elsewhere = (audience: Audience): Route => ({ kind: 'elsewhere', audience });

function deskOf(options: Partial<PlacementOptions> = {}): BoardHarness {
  const clock = new FakeClock();
  const place = createPlacement(emptyServer('town'), { ...HOME, ...options }, clock);
  return new BoardHarness({ clock, policy: { openAfterMs: 0 }, place });
}

function tell(desk: BoardHarness, route: Route, source: SessionEvent['source'] = 'transcripts', sessionKey = MAIN): void {
  desk.path.apply({ type: 'session_seen', agentId: 'main', route, sessionKey, source, at: desk.clock.now() });
}

function begin(desk: BoardHarness, trigger: Trigger, sessionKey = MAIN, id = 'begun'): void {
  desk.tell({ type: 'turn_started', trigger, messageId: id }, sessionKey);
}

/** Everything that was shown after `from` views, where everybody reads it. */
const wordsSince = (desk: BoardHarness, from: number): string =>
  desk.views
    .slice(from)
    .filter(({ target }) => target.channelId === 'home')
    .map(({ card }) => [card.title, ...card.lines].join('\n'))
    .join('\n');

async function operatorAtWork(desk = deskOf(), sessionKey = MAIN): Promise<BoardHarness> {
  tell(desk, sessionKey === MAIN ? elsewhere('own') : elsewhere('public'), 'transcripts', sessionKey);
  begin(desk, OPERATOR, sessionKey);
  desk.say('tools', 'Public words.', sessionKey);
  await desk.pass(2);
  expect(wordsSince(desk, 0)).toContain('Public words.');
  return desk;
}

describe('a box in DEFAULT_CHANNEL', () => {
  it.each<[string, string, Route]>([
    ['the row of the main session becomes direct', MAIN, elsewhere('direct')],
    ['the row of the main session becomes that of a person on Mattermost', MAIN, { kind: 'direct', userId: 'u1', moves: true }],
    ['the row of a group says direct', GROUP, elsewhere('disputed')],
  ])('is closed without another word when %s in the middle of a turn', async (_what, key, route) => {
    const desk = await operatorAtWork(deskOf(), key);
    const shown = desk.views.length;
    tell(desk, route, 'transcripts', key);
    desk.say('tools', 'Private words.', key);
    await desk.pass(30);
    desk.say('stop', 'Private end.', key);
    await desk.pass(30);
    expect(wordsSince(desk, shown)).toContain('[INTERRUPTED] not shown here any more');
    expect(wordsSince(desk, shown)).not.toMatch(/Private|Public words/);
    expect(desk.titles()).toHaveLength(1);
    expect(desk.board.rows()[0]?.why).toContain('its box was closed');
  });

  it('is closed when another source says that it is direct', async () => {
    const desk = await operatorAtWork();
    tell(desk, elsewhere('direct'), 'gateway');
    desk.say('tools', 'Private words.');
    await desk.pass(5);
    expect(wordsSince(desk, 0)).not.toContain('Private');
  });

  it('is closed when the turn turns out to be a person’s', async () => {
    const desk = await operatorAtWork();
    begin(desk, { kind: 'person', chat: 'direct' });
    desk.say('tools', 'Private words.');
    await desk.pass(5);
    expect(wordsSince(desk, 0)).not.toContain('Private');
    expect(desk.titles()).toEqual([expect.stringContaining('[INTERRUPTED]')]);
  });

  it('goes on when its row vanishes; the next turn of that session has none', async () => {
    const desk = await operatorAtWork();
    tell(desk, elsewhere('unknown'));
    desk.say('stop', 'The end.');
    await desk.pass(5);
    expect(wordsSince(desk, 0)).toContain('The end.');
    begin(desk, OPERATOR, MAIN, 'next');
    desk.say('tools', 'Private words.');
    await desk.pass(5);
    expect(wordsSince(desk, 0)).not.toContain('Private');
    expect(desk.board.rows().at(-1)?.why).toContain('counts as private');
  });

  it('goes on in a private session where DEFAULT_CHANNEL_DIRECT asks for that', async () => {
    const desk = await operatorAtWork(deskOf({ defaultChannelDirect: true }));
    tell(desk, elsewhere('direct'));
    desk.say('stop', 'The end.');
    await desk.pass(5);
    expect(wordsSince(desk, 0)).toContain('The end.');
  });
});

describe('a session of which nobody has told whose it is', () => {
  it('has no box, and has one as soon as a row proves that it is public', async () => {
    const desk = deskOf();
    begin(desk, OPERATOR, GROUP);
    desk.say('tools', 'Words.', GROUP);
    await desk.pass(5);
    expect(desk.views).toEqual([]);
    expect(desk.board.rows()[0]?.why).toContain('SESSIONS_JSON');
    tell(desk, elsewhere('public'), 'transcripts', GROUP);
    await desk.pass(1);
    expect(wordsSince(desk, 0)).toContain('Words.');
  });

  it('is shown where one source knows nothing of it and the other proves that it is public, in either order', async () => {
    for (const [first, second] of [
      ['unknown', 'public'],
      ['public', 'unknown'],
    ] as const) {
      const desk = deskOf();
      tell(desk, elsewhere(first), 'transcripts', GROUP);
      begin(desk, OPERATOR, GROUP);
      tell(desk, elsewhere(second), 'gateway', GROUP);
      desk.say('tools', 'Words.', GROUP);
      await desk.pass(2);
      expect(wordsSince(desk, 0)).toContain('Words.');
    }
  });

  it('stays private where the same source says something else only later: that is of another message', async () => {
    const desk = deskOf();
    tell(desk, elsewhere('unknown'));
    begin(desk, OPERATOR);
    desk.say('tools', 'Words.');
    tell(desk, elsewhere('own'));
    await desk.pass(5);
    expect(desk.views).toEqual([]);
  });
});

describe('where the last message of a shared session went', () => {
  const channel: Route = { kind: 'channel', channelId: 'town', otherwise: 'own' };

  it.each<[string, Trigger, string | undefined]>([
    ['is where a turn of a person on Mattermost belongs', { kind: 'person', postId: 'p' }, 'town'],
    ['is not where an operator’s turn belongs', OPERATOR, 'home'],
    ['is not where a turn of a person on another messenger belongs', { kind: 'person' }, undefined],
    ['is not where a direct conversation belongs', { kind: 'person', postId: 'p', chat: 'direct' }, undefined],
    ['is not where a turn belongs of which nobody knows who asked', { kind: 'unknown' }, undefined],
  ])('%s', async (_what, trigger, channelId) => {
    const desk = deskOf();
    tell(desk, channel);
    begin(desk, trigger);
    desk.say('tools', 'Words.');
    await desk.pass(20);
    expect(desk.views[0]?.target.channelId).toBe(channelId);
  });
});

describe('sub-agents', () => {
  it('of a private parent are as private as it is', async () => {
    const desk = deskOf();
    tell(desk, elsewhere('direct'), 'transcripts', 'agent:main:telegram:direct:1');
    begin(desk, { kind: 'person' }, 'agent:main:telegram:direct:1');
    const child = 'agent:main:subagent:1';
    desk.tell({ type: 'child_spawned', callId: 'c', childKey: child }, 'agent:main:telegram:direct:1');
    tell(desk, elsewhere('own'), 'transcripts', child);
    begin(desk, { kind: 'parent' }, child);
    desk.say('stop', 'Private words.', child);
    await desk.pass(30);
    expect(desk.views).toEqual([]);
  });
});

describe('a post that an earlier process left in DEFAULT_CHANNEL', () => {
  /** What an older watcher remembered: a box in the default channel, without a word on why. */
  function older(desk: BoardHarness, final = false): BoardHarness {
    const session = desk.fold.sessionsByKey.get(MAIN);
    const [entry] = desk.board.entries();
    if (session === undefined || entry === undefined) throw new Error('nothing to take over');
    const { home: _home, why: _why, ...bare } = entry;
    const { route: _route, routesBySource: _routes, ...rest } = session;
    const turns = session.turns.map(({ route: _frozen, ...turn }) => turn);
    const clock = desk.clock;
    const place = createPlacement(emptyServer('town'), HOME, clock);
    const next = new BoardHarness({ clock, policy: { openAfterMs: 0 }, place, isCatchingUp: true });
    const old: BoxEntry = { ...bare, phase: 'placed', target: { channelId: 'home' }, holdsSlot: true, isShown: true, final };
    next.fold.restore({ ...rest, turns }, clock.now());
    next.board.restore([old]);
    return next;
  }

  async function privateAtWork(): Promise<BoardHarness> {
    const desk = deskOf();
    begin(desk, { kind: 'person' });
    desk.say('tools', 'Private words.');
    await desk.pass(2);
    return desk;
  }

  it('is closed without another word when nobody proves that it belongs there', async () => {
    const desk = older(await privateAtWork());
    desk.board.caughtUp();
    desk.tell({ type: 'message', messageId: 'later', stop: 'tools', text: 'More private words.' });
    await desk.pass(40);
    expect(wordsSince(desk, 0)).toContain('[INTERRUPTED] not shown here any more');
    expect(wordsSince(desk, 0)).not.toContain('rivate words');
    expect(desk.board.entries()[0]).toMatchObject({ phase: 'withdrawn' });
  });

  it('goes on where a row proves that it does', async () => {
    const desk = older(await privateAtWork());
    tell(desk, elsewhere('public'));
    desk.board.caughtUp();
    desk.tell({ type: 'message', messageId: 'later', stop: 'tools', text: 'Words.' });
    await desk.pass(5);
    expect(wordsSince(desk, 0)).toContain('Words.');
    expect(wordsSince(desk, 0)).not.toContain('INTERRUPTED');
  });

  it('is left as it is when it had its end', async () => {
    const before = await privateAtWork();
    before.say('stop', 'Private end.');
    await before.pass(1);
    const desk = older(before, true);
    desk.board.caughtUp();
    await desk.pass(40);
    expect(desk.views).toEqual([]);
  });

  it('is not taken over by a private turn that it is found to be of', async () => {
    const desk = await privateAtWork();
    desk.board.claim(desk.board.entries()[0]?.boxId ?? '', { channelId: 'home' });
    desk.say('tools', 'More private words.');
    await desk.pass(40);
    expect(wordsSince(desk, 0)).not.toContain('rivate words');
    expect(wordsSince(desk, 0)).toContain('[INTERRUPTED]');
  });
});
