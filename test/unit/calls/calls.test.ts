// Who is called when, told one promise at a time. `call-scripts.test.ts` has them all at once.

import { describe, expect, it } from 'vitest';
import type { Address, CallRecord } from '../../../src/calls/call-record.ts';
import { CallWorld, type WorldOptions } from './call-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const MAIN = { sessionKey: 'main' };

/** A turn of a person that runs. */
function world(options: WorldOptions = {}): CallWorld {
  const made = new CallWorld(options);
  made.start();
  begin(made);
  return made;
}

function begin(made: CallWorld, at = made.clock.now()): void {
  made.emit({ ...MAIN, type: 'session_seen', agentId: 'main', tellsLoss: true, route: { kind: 'channel', channelId: 'town' } });
  made.emit({ ...MAIN, type: 'turn_started', trigger: { kind: 'person', userId: 'alice' }, messageId: 'm', at });
  made.emit({ ...MAIN, type: 'run_started', runId: 'r', at });
}

function asks(made: CallWorld, waitId = 'w', at = made.clock.now()): void {
  made.emit({ ...MAIN, type: 'waiting_started', waitId, callId: waitId, on: 'approval', text: `may I ${waitId}`, at });
}

it('a call that was not sent before its box was withdrawn is never sent', async () => {
  const gone = { isWithdrawn: false };
  const made = world({ isWithdrawn: () => gone.isWithdrawn, placeOf: () => (gone.isWithdrawn ? undefined : { channelId: 'town' }) });
  made.weather = 'lost';
  asks(made);
  await made.advance(12 * SECOND);
  gone.isWithdrawn = true;
  made.emit({ ...MAIN, type: 'session_seen', agentId: 'main', tellsLoss: true, route: { kind: 'direct', userId: 'alice' } });
  await made.advance(2 * SECOND);
  made.weather = 'fine';
  await made.advance(5 * MINUTE);
  expect(made.posts).toEqual([]);
});

it('a call takes back what it says when its box is withdrawn, also of a turn that nothing more is heard of', async () => {
  const box = { isGone: false, isWithdrawn: false };
  const made = world({ isWithdrawn: () => box.isWithdrawn, placeOf: () => (box.isGone ? undefined : { channelId: 'town' }) });
  asks(made);
  await made.advance(12 * SECOND);
  made.emit({ ...MAIN, type: 'watcher_stopped' });
  await made.advance(SECOND);
  made.kill();
  box.isGone = true;
  made.start();
  await made.advance(15 * SECOND);
  expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I w`']);
  box.isWithdrawn = true;
  await made.advance(5 * SECOND);
  expect(made.texts()).toEqual(['@alice **not shown here any more** · `main`']);
});

it('a call that another channel refuses for good is posted where its box is, once, also after a kill', async () => {
  const elsewhere = { target: { channelId: 'ops' }, mentions: '@alice ', pointer: 'In channel `town`.' };
  const address = ({ isHome, place }: CallRecord): Address => (isHome === true ? { target: place, mentions: '@alice ' } : elsewhere);
  const made = world({ archived: 'ops', address });
  asks(made);
  await made.advance(12 * SECOND);
  expect(made.posts.map(({ target }) => target.channelId)).toEqual(['town']);
  expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I w`']);
  made.kill();
  made.start();
  await made.advance(15 * SECOND);
  expect(made.posts).toHaveLength(1);
});

describe('a wait', () => {
  it('calls nobody before it has lasted ten seconds, and once after them', async () => {
    const made = world();
    asks(made);
    await made.advance(9_900);
    expect(made.posts).toEqual([]);
    await made.advance(5 * MINUTE);
    expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I w`']);
  });

  it('of a sub-agent calls as well', async () => {
    const made = world();
    made.emit({ ...MAIN, type: 'child_spawned', callId: 'c', childKey: 'child' });
    made.emit({ sessionKey: 'child', type: 'session_seen', agentId: 'helper', parentKey: 'main', tellsLoss: true });
    made.emit({ sessionKey: 'child', type: 'turn_started', trigger: { kind: 'parent' }, messageId: 't' });
    made.emit({ sessionKey: 'child', type: 'run_started', runId: 'k' });
    made.emit({ sessionKey: 'child', type: 'waiting_started', waitId: 'w', on: 'answer', text: 'which' });
    await made.advance(20 * SECOND);
    expect(made.texts()).toEqual(['@alice `main` waits for an answer: `which`']);
    made.emit({ sessionKey: 'child', type: 'waiting_ended', waitId: 'w', outcome: 'answered', by: 'bob' });
    await made.advance(5 * SECOND);
    expect(made.texts()).toEqual(['@alice **answered by `bob` after 20s** · `main` waited for an answer: `which`']);
  });

  it('says who answered and how as soon as somebody knows it', async () => {
    const made = world();
    asks(made);
    await made.advance(20 * SECOND);
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w', outcome: 'allowed' });
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w', outcome: 'allowed_once', by: '@alice', at: made.clock.now() + SECOND });
    await made.advance(5 * SECOND);
    expect(made.texts()).toEqual([expect.stringContaining('by `@alice` after 20s** · `main` waited for approval')]);
    expect(made.texts()[0]).toContain('allowed once');
  });

  it('that is told again by its source calls nobody again, also when it had been told as over', async () => {
    const made = world();
    const startedAt = made.clock.now();
    asks(made);
    await made.advance(20 * SECOND);
    asks(made, 'w', startedAt + SECOND);
    await made.advance(SECOND);
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w' });
    await made.advance(5 * SECOND);
    asks(made, 'w', startedAt);
    await made.advance(20 * SECOND);
    expect(made.posts).toHaveLength(1);
    expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I w`']);
  });

  it('of the same name that begins when another has ended calls again', async () => {
    const made = world();
    asks(made);
    await made.advance(20 * SECOND);
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w', outcome: 'denied' });
    asks(made);
    await made.advance(20 * SECOND);
    expect(made.texts()).toEqual([
      '@alice **answered: denied after 20s** · `main` waited for approval: `may I w`',
      '@alice `main` waits for approval: `may I w`',
    ]);
  });

  it('whose box has no place calls as soon as it has one', async () => {
    const places: { channelId: string }[] = [];
    const made = world({ placeOf: () => places[0] });
    asks(made);
    await made.advance(MINUTE);
    expect(made.posts).toEqual([]);
    places.push({ channelId: 'town' });
    await made.advance(5 * SECOND);
    expect(made.posts).toHaveLength(1);
  });

  it('is measured by what has passed, not by a clock that was set', async () => {
    const made = world();
    asks(made);
    await made.advance(5 * SECOND);
    made.emit({ ...MAIN, type: 'clock_jumped', byMs: 5 * SECOND });
    made.shiftClock(5 * SECOND);
    await made.advance(9 * SECOND);
    expect(made.posts).toEqual([]);
    await made.advance(3 * SECOND);
    expect(made.posts).toHaveLength(1);
  });
});

describe('an end', () => {
  it.each([
    ['failed', 4.9, []],
    ['failed', 5.1, ['@alice `main`: failed after 5m 6s']],
    ['timed_out', 6, ['@alice `main`: timed out after 6m']],
    ['done', 14.9, []],
    ['done', 22, ['@alice `main`: done after 22m']],
    ['aborted', 30, []],
    ['cancelled', 30, []],
    ['rejected', 30, ['@alice `main`: rejected after 30m']],
  ] as const)('%s after %s minutes calls %j', async (outcome, minutes, texts) => {
    const made = world();
    await made.advance(minutes * MINUTE);
    made.emit({ ...MAIN, type: 'run_ended', runId: 'r', outcome });
    await made.advance(MINUTE);
    expect(made.texts()).toEqual(texts);
  });

  it('that was none is told in the same post, and so is what it comes to', async () => {
    const made = world();
    await made.advance(6 * MINUTE);
    made.emit({ ...MAIN, type: 'run_ended', runId: 'r', outcome: 'failed', reason: 'overloaded' });
    await made.advance(MINUTE);
    made.emit({ ...MAIN, type: 'turn_started', trigger: { kind: 'recovery' } });
    made.emit({ ...MAIN, type: 'run_started', runId: 'r2' });
    await made.advance(5 * SECOND);
    expect(made.texts()).toEqual(['@alice **it goes on** · `main`: failed after 6m: `overloaded`']);
    await made.advance(2 * MINUTE);
    made.emit({ ...MAIN, type: 'run_ended', runId: 'r2', outcome: 'done' });
    await made.advance(MINUTE);
    expect(made.texts()).toEqual(['@alice **done after 9m 5s** · `main`: failed after 6m: `overloaded`']);
  });

  it('of the watch is none', async () => {
    const made = world();
    asks(made);
    await made.advance(20 * MINUTE);
    made.emit({ ...MAIN, type: 'watcher_stopped' });
    await made.advance(MINUTE);
    expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I w`']);
  });
});

describe('after a kill', () => {
  it.each(['hangs', 'unheard'] as const)('a call that was posted though its answer %s is found, not repeated', async (weather) => {
    const made = world();
    asks(made);
    made.weather = weather;
    await made.advance(12 * SECOND);
    made.kill();
    made.weather = 'fine';
    await made.advance(MINUTE);
    made.start();
    await made.advance(MINUTE);
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w', outcome: 'allowed_once' });
    await made.advance(MINUTE);
    expect(made.posts.map(({ texts }) => texts.length)).toEqual([2]);
    expect(made.texts()[0]).toMatch(/^@alice \*\*answered: allowed once after /);
  });

  it('a call is found though nothing is stored any more', async () => {
    const made = world();
    const askedAt = made.clock.now();
    asks(made);
    await made.advance(20 * SECOND);
    made.kill();
    made.forgetAll();
    made.start();
    begin(made, askedAt);
    asks(made, 'w', askedAt);
    await made.advance(MINUTE);
    made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'w', outcome: 'denied' });
    await made.advance(MINUTE);
    expect(made.texts()).toEqual(['@alice **answered: denied after 1m 20s** · `main` waited for approval: `may I w`']);
  });

  it('a wait that was over meanwhile calls nobody, and one that was called for says so', async () => {
    const made = world();
    asks(made, 'told');
    await made.advance(20 * SECOND);
    asks(made, 'quick');
    made.kill();
    await made.advance(MINUTE);
    made.start();
    made.emit({ ...MAIN, type: 'run_ended', runId: 'r', outcome: 'failed' });
    await made.advance(MINUTE);
    expect(made.texts()).toEqual([
      expect.stringMatching(/^@alice \*\*the run ended after 1m 20s\*\* · `main` waited for approval: `may I told`$/),
    ]);
  });
});

it('beyond the cap of an hour nothing is posted, and one line of the channel says later how many were held back', async () => {
  const made = world({ perHour: 2 });
  for (const name of ['a', 'b', 'c', 'd']) asks(made, name);
  await made.advance(30 * MINUTE);
  expect(made.texts()).toHaveLength(2);
  await made.advance(31 * MINUTE);
  expect(made.texts().slice(2)).toEqual([
    '@alice 2 more calls were held back, because 2 calls an hour are the limit; the boxes show what they were about',
  ]);
});

it('with a cap of nothing nobody is called', async () => {
  const made = world({ perHour: 0 });
  asks(made);
  await made.advance(3 * 60 * MINUTE);
  expect(made.posts).toEqual([]);
});

it('a call that has nobody to notice it is none', async () => {
  const made = world({ address: () => undefined });
  asks(made);
  await made.advance(MINUTE);
  expect(made.posts).toEqual([]);
});

it('an outage delays a call, and a call whose wait is over by then is none', async () => {
  const made = world();
  asks(made, 'long');
  asks(made, 'short');
  made.weather = 'lost';
  await made.advance(MINUTE);
  made.emit({ ...MAIN, type: 'waiting_ended', waitId: 'short', outcome: 'allowed_once' });
  await made.advance(MINUTE);
  made.weather = 'fine';
  await made.advance(3 * MINUTE);
  expect(made.texts()).toEqual(['@alice `main` waits for approval: `may I long`']);
});
