// How turns really ended: by what was found with real gateways, and by further ways in which versions tell of the same.

import { describe, expect, it } from 'vitest';
import { boxSequences } from './box-sequence.ts';
import { Decoding, KEY, T0 } from './decoding.ts';
import { type FoundOptions, playFound } from './play-capture.ts';

async function sequences(name: string, options: FoundOptions = {}): Promise<string[]> {
  const { events, endedAt, health } = await playFound(name, options);
  expect(health).toMatchObject({ unknownKinds: {}, garbage: 0 });
  return boxSequences(events, endedAt).map(({ session, states }) => `${session}: ${states.join(', ')}`);
}

const SIX_TURNS = [
  'c9yyyyy7: active, done',
  'z7yyyybb: active, done',
  'ewyyyybf: active, done',
  'j3yyyyy3: active, done',
  'o6yyyybj: active, done',
  // Stopped with `/stop`, of which this gateway says nothing to anybody.
  '4jyyyybp: active',
  'o6yyyybj: active, done',
];

describe('found with real gateways', () => {
  it.each(['5.28-stop-in-mid-tool', '6.11-stop-in-mid-tool'])('%s: stopped by a person', async (name) => {
    expect(await sequences(name)).toEqual(['79yyyybg: active, aborted']);
  });

  it('9.6-new-in-mid-turn: ended by a person who began anew', async () => {
    expect(await sequences('9.6-new-in-mid-turn')).toEqual(['afyyyy19: active, aborted', 'afyyyy19: active, done']);
  });

  it('9.6-three-people-at-once: the run that failed has a box that says so, with its reason and its warning', async () => {
    const { events, endedAt } = await playFound('9.6-three-people-at-once');
    const boxes = boxSequences(events, endedAt);
    expect(boxes.map(({ states }) => states.at(-1))).toEqual(['done', 'error', 'done']);
    expect(boxes[1]?.reason).toBe('session writer claim changed before transcript persistence');
    const warned = events.findIndex((event) => event.type === 'message' && event.text?.startsWith('⚠️') === true);
    expect(events.slice(0, warned).findLast(({ type }) => type === 'run_ended')).toMatchObject({ outcome: 'failed' });
  });

  it('9.6-ask-answered-in-thread: waits, is answered, and fails', async () => {
    expect(await sequences('9.6-ask-answered-in-thread')).toEqual(['gryyyyj3: active, waiting, active, error']);
  });

  it('8.2: a call that no tool event told of is shown all the same', async () => {
    const { events } = await playFound('8.2-read-scope-subscribe-refused');
    expect(events.find(({ type }) => type === 'tool_started')).toMatchObject({
      tool: 'exec',
      args: { command: 'echo turn-omini && sleep 2' },
      at: 1_795_734_237_923,
    });
    expect(events.find(({ type }) => type === 'tool_ended')).toMatchObject({ outcome: { kind: 'ok' }, at: 1_795_734_240_091 });
  });

  const holes: [string, NonNullable<FoundOptions['missedBefore']>][] = [
    ['without a hole in its numbers', () => 0],
    ['with a hole before what it was sent for pairing', ({ event }) => (event === 'device.pair.resolved' ? 1 : 0)],
    ['with a hole before every end', ({ payload }) => (payload?.['state'] === 'final' ? 1 : 0)],
    ['with a hole before every frame', () => 3],
  ];
  it.each(holes)('2.26: seven turns in six threads, %s', async (_what, missedBefore) => {
    expect(await sequences('2.26-six-turns', { missedBefore })).toEqual(SIX_TURNS);
  });

  it('2.26: a run whose end nobody tells is given up when it has been silent for long', async () => {
    const states = await sequences('2.26-six-turns', { afterMs: 12 * 60_000 });
    expect(states[5]).toBe('4jyyyybp: active, quiet, lost');
    expect(states[6]).toBe('o6yyyybj: active, done');
  });
});

const row = (more: Record<string, unknown>) => ({ key: KEY, status: 'running', startedAt: T0, updatedAt: T0 + 1_000, ...more });
const changed = (decoding: Decoding, session: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  decoding.event('sessions.changed', { sessionKey: KEY, ts: T0 + 1_500, session, ...more });
const ends = (decoding: Decoding) => decoding.emitted().flatMap((line) => /run_ended outcome=(\S+)/.exec(line)?.slice(1) ?? []);

/** A run at work, with a row that says that nobody has stopped anything. */
function working(): Decoding {
  const decoding = changed(new Decoding().asked().lifecycle('start').at(1), row({ abortedLastRun: false }));
  decoding.tool('start', 'c1', { args: { command: 'sleep 60' } }).emitted();
  return decoding;
}

describe('a run that was stopped', () => {
  const stopped = (): Decoding => changed(working().at(2), row({ abortedLastRun: true, updatedAt: T0 + 2_000 }));

  it.each<[string, (decoding: Decoding) => Decoding]>([
    ['final', (d) => d.chat('final')],
    ['final with the reason of its last call', (d) => d.chat('final', { stopReason: 'toolUse' })],
    ['lifecycle end', (d) => d.lifecycle('end', { stopReason: 'toolUse' })],
    ['a row that calls it done', (d) => changed(d, row({ status: 'done', endedAt: T0 + 2_500 }), { runId: 'run-1', phase: 'end' })],
    [
      'a row that calls it out of time',
      (d) => changed(d, row({ status: 'timeout', endedAt: T0 + 2_500 }), { runId: 'run-1', phase: 'end' }),
    ],
    ['chat error', (d) => d.chat('error', { errorMessage: 'aborted' })],
    ['a history', (d) => (d.at(30).history({ sessionInfo: { status: 'done', hasActiveRun: false, endedAt: T0 + 2_500 } }), d)],
  ])('by its row is aborted, although its end is told as: %s', (_how, end) => {
    expect(ends(end(stopped()))).toEqual(['aborted']);
  });

  it('by its last message is aborted, although its end is told as done', () => {
    expect(ends(working().said('Half', 'aborted').chat('final'))).toEqual(['aborted']);
  });

  it('by its last message is out of time if its row says so after all', () => {
    const decoding = working().said('Half', 'aborted').chat('final');
    const late = changed(decoding, row({ status: 'timeout', endedAt: T0 + 2_500 }), { runId: 'run-1', phase: 'end' });
    expect(ends(late)).toEqual(['aborted', 'timed_out']);
  });

  it('by a row, but answered all the same, is done', () => {
    expect(ends(stopped().said('Done.').chat('final'))).toEqual(['done']);
  });

  it('is not the next one, whose rows still say that the one before was', () => {
    const decoding = stopped().chat('final').at(3).asked('postpostpostpostpostpost02').at(4).lifecycle('start', {}, { runId: 'run-2' });
    changed(decoding.at(5), row({ abortedLastRun: true, startedAt: T0 + 4_000, updatedAt: T0 + 5_000 }));
    decoding.emitted();
    expect(ends(decoding.at(6).chat('final', {}, { runId: 'run-2' }))).toEqual(['done']);
  });

  it('is not one that only began after the row was written', () => {
    const decoding = new Decoding().at(10).asked().lifecycle('start');
    changed(decoding, row({ abortedLastRun: true, updatedAt: T0 + 9_000 }));
    decoding.emitted();
    expect(ends(decoding.at(11).chat('final'))).toEqual(['done']);
  });
});

describe('a run that was cut off for a restart', () => {
  const cut: [string, (decoding: Decoding) => Decoding][] = [
    ['lifecycle end', (d) => d.lifecycle('end', { aborted: true, stopReason: 'restart' })],
    ['lifecycle error', (d) => d.lifecycle('error', { aborted: true, stopReason: 'restart', error: 'agent run aborted for restart' })],
    ['chat aborted', (d) => d.chat('aborted', { stopReason: 'restart' })],
  ];
  it.each(cut)('of its session by a person is aborted (%s)', (_how, end) => {
    expect(ends(end(working()))).toEqual(['aborted']);
  });

  it.each(cut)('of a gateway that has said that it stops is lost (%s)', (_how, end) => {
    expect(ends(end(working().event('shutdown', { reason: 'gateway restarting' })))).toEqual(['lost']);
  });

  it.each(cut)('of a gateway that says only then that it stops is lost in the end (%s)', (_how, end) => {
    const decoding = end(working()).at(3).event('shutdown', { reason: 'gateway restarting' });
    expect(decoding.emitted().at(-1)).toContain('run_ended outcome=lost runId=run-1 takesBack=true');
    expect(boxSequences(decoding.all, T0 + 20_000)[0]?.states).toEqual(['active', 'aborted', 'lost']);
  });

  it('long before the gateway stops was stopped by a person', () => {
    const decoding = working().lifecycle('end', { aborted: true, stopReason: 'restart' }).at(60).event('shutdown', {});
    expect(ends(decoding)).toEqual(['aborted']);
  });
});

describe('a run that failed', () => {
  const other = (decoding: Decoding, end: (d: Decoding) => void): string[] => {
    decoding.emitted();
    end(decoding);
    return decoding.emitted();
  };

  it.each<[string, (d: Decoding) => void]>([
    ['lifecycle', (d) => void d.lifecycle('error', { error: 'no writer', startedAt: T0 + 1_500 }, { runId: 'run-2' })],
    ['chat', (d) => void d.chat('error', { errorMessage: 'no writer' }, { runId: 'run-2' })],
  ])('beside a running one, without a beginning, has a box of its own (%s)', (_how, end) => {
    const decoding = working().at(2);
    const emitted = other(decoding, end);
    expect(emitted.map((line) => line.split(' ')[1])).toEqual(['turn_started', 'run_ended']);
    expect(emitted[1]).toContain('outcome=failed runId=run-2 reason=no writer');
    decoding.at(9).said('Done.').chat('final');
    const boxes = boxSequences(decoding.all, T0 + 20_000);
    expect(boxes.map(({ states }) => states.at(-1)).toSorted()).toEqual(['done', 'error']);
  });

  it('for a message that was waiting beside a running one names that message', () => {
    const decoding = working().at(2).asked('postpostpostpostpostpost02');
    const emitted = other(decoding, (d) => void d.lifecycle('error', { error: 'x', startedAt: T0 + 2_500 }, { runId: 'run-2' }));
    expect(emitted[0]).toContain('postpostpostpostpostpost02');
  });

  it('is said once, however often it is told', () => {
    const decoding = working().at(2);
    const emitted = other(decoding, (d) => {
      d.lifecycle('error', { error: 'x', startedAt: T0 }, { runId: 'run-2' });
      d.chat('error', { errorMessage: 'x' }, { runId: 'run-2' });
    });
    expect(emitted).toHaveLength(2);
  });

  it('before anything of its session was seen is not ours to tell when nothing says that it began', () => {
    expect(new Decoding().chat('error', { errorMessage: 'old' }).emitted()).toEqual([]);
  });

  it('as a heartbeat says nothing', () => {
    const decoding = new Decoding().lifecycle('error', { error: 'x', startedAt: T0 }, { isHeartbeat: true });
    expect(decoding.emitted()).toEqual([]);
  });
});

describe('a run that was called lost', () => {
  const lost = (): Decoding => {
    const decoding = working().at(20);
    decoding.history({ sessionInfo: { hasActiveRun: false } });
    expect(ends(decoding)).toEqual(['lost']);
    return decoding.at(30);
  };

  it.each<[string, (d: Decoding) => Decoding, string]>([
    ['done', (d) => d.chat('final'), 'done'],
    ['failed', (d) => d.lifecycle('error', { error: 'no credit' }), 'failed'],
    ['aborted', (d) => d.chat('aborted'), 'aborted'],
    ['done by a row', (d) => changed(d, row({ status: 'done', endedAt: T0 + 3 }), { runId: 'run-1', phase: 'end' }), 'done'],
  ])('and ends after all is corrected: %s', (_how, end, outcome) => {
    const decoding = lost();
    expect(ends(end(decoding))).toEqual([outcome]);
    const states = boxSequences(decoding.all, T0 + 60_000)[0]?.states;
    expect(states?.at(-1)).toBe({ done: 'done', failed: 'error', aborted: 'aborted' }[outcome]);
  });

  it('and works on is at work again, and ends', () => {
    const decoding = lost().tool('result', 'c1', { result: {} }).at(31).said('Done.').chat('final');
    expect(boxSequences(decoding.all, T0 + 60_000)).toMatchObject([{ states: ['active', 'lost', 'active', 'done'] }]);
  });

  it('does not come back in the place of the next one', () => {
    const decoding = lost().asked('postpostpostpostpostpost02').lifecycle('start', {}, { runId: 'run-2' });
    decoding.emitted();
    expect(decoding.chat('delta').emitted()).toEqual([]);
  });

  it.each<[string, (d: Decoding) => Decoding]>([
    ['message first', (d) => d.asked('postpostpostpostpostpost02').lifecycle('start', {}, { runId: 'run-2' })],
    ['run first', (d) => d.lifecycle('start', {}, { runId: 'run-2' }).asked('postpostpostpostpostpost02')],
    ['no message', (d) => d.lifecycle('start', {}, { runId: 'run-2' })],
  ])('never swallows the next turn: %s', (_order, next) => {
    const decoding = working().at(20);
    decoding.history({}, { wasRestarted: true });
    next(decoding.at(30)).at(31).said('Hello.', 'stop', 'run-2').chat('final', {}, { runId: 'run-2' });
    const boxes = boxSequences(decoding.all, T0 + 60_000);
    expect(boxes.map(({ states }) => states)).toEqual([
      ['active', 'lost'],
      ['active', 'done'],
    ]);
  });
});

describe('a gateway that was asked about an open run', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['says nothing of runs', {}, []],
    ['gives a row without a state', { sessionInfo: { updatedAt: T0 } }, []],
    ['gives the row of an older run', { sessionInfo: { status: 'done', endedAt: T0 - 5_000 } }, []],
    ['gives a row that is running', { sessionInfo: { status: 'running', startedAt: T0 } }, []],
    ['gives the row of this run', { sessionInfo: { status: 'done', endedAt: T0 + 5_000 } }, ['done']],
    ['has nothing at work', { sessionInfo: { hasActiveRun: false } }, ['lost']],
  ])('and %s ends only what it says has ended', (_what, payload, outcomes) => {
    const decoding = working().at(20);
    decoding.history(payload);
    expect(ends(decoding)).toEqual(outcomes);
  });
});

describe('a run that is stopped in a call', () => {
  it('was aborted when 2026.6 calls final what waited for a call and never tells how that one ended', () => {
    const decoding = working().tool('start', 'call-1').at(5);
    expect(ends(decoding.chat('final', { stopReason: 'toolUse' }))).toEqual(['aborted']);
    expect(ends(changed(decoding, row({ status: 'failed', endedAt: T0 + 5_000 }), { phase: 'end', runId: 'run-1' }))).toEqual([]);
  });

  it('ran out of its time when a row says so after that', () => {
    const decoding = working().tool('start', 'call-1').at(5).chat('final', { stopReason: 'toolUse' });
    expect(ends(changed(decoding, row({ status: 'timeout', endedAt: T0 + 5_000 }), { phase: 'end', runId: 'run-1' }))).toEqual([
      'aborted',
      'timed_out',
    ]);
  });

  it('was aborted when 2026.4 tells no more than its last words and a row', () => {
    const decoding = changed(working().tool('start', 'call-1').at(3), row({ abortedLastRun: true, updatedAt: T0 + 3_000 }));
    expect(ends(decoding.said('', 'aborted').at(4))).toEqual([]);
    expect(ends(decoding.at(6))).toEqual(['aborted']);
  });

  it('was aborted when the row that says so is told to nobody who does not ask for it (2026.4)', () => {
    const decoding = working().tool('start', 'call-1').at(3).said('', 'aborted').at(5);
    expect({ doubted: decoding.doubted, ends: ends(decoding) }).toEqual({ doubted: [KEY], ends: [] });
    decoding.decoder.runs.setStoppedByRow(KEY, true, T0 + 3_040);
    expect(ends(decoding.at(7))).toEqual(['aborted']);
  });

  it('is not over by its last words alone: its end says whether its time was over', () => {
    const decoding = working().tool('start', 'call-1').at(3).said('', 'aborted').at(6);
    expect(ends(decoding)).toEqual([]);
    expect(ends(decoding.lifecycle('end', { aborted: true, stopReason: 'timeout' }))).toEqual(['timed_out']);
  });
});
