// The identity of a box: which observations belong to one turn, and which open the next.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { callOf, failedCallCount } from '../../../src/core/calls.ts';
import { usageOf, withNewestLines } from '../../../src/core/turn.ts';
import { answered, asked, at, CHILD, called, fold, MAIN, said, stateAt, treeAt } from './scenario.ts';

const turnsOf = (events: Parameters<typeof fold>[0]): number => fold(events).get(MAIN)?.turns.length ?? 0;

describe('one turn', () => {
  it('opens with each outside trigger', () => {
    expect(turnsOf([asked(0), said(1, 'stop'), asked(5), said(6, 'stop')])).toBe(2);
  });

  it('is the one the lock announced before its user line was written', () => {
    expect(turnsOf([at(0, { type: 'busy_seen', until: 1 }), asked(0.03), said(38, 'stop')])).toBe(1);
  });

  it('takes the lock of the next turn as the next turn', () => {
    expect(turnsOf([asked(0), said(1, 'stop'), at(10, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER })])).toBe(2);
  });

  it('is not the next one because a row still says that it runs', () => {
    const { at: startedAt } = asked(0);
    const left = at(16, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER, since: startedAt });
    const next = at(16, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER, since: startedAt + 2_000 });
    const stopped = [asked(0), said(1, 'tools'), at(1.5, { type: 'run_ended', outcome: 'aborted' })];
    expect(turnsOf([...stopped, left])).toBe(1);
    expect(stateAt([...stopped, left], 17)).toBe('aborted.');
    expect(turnsOf([...stopped, next])).toBe(2);
  });

  it('takes the sign of a run that began before it was thought lost', () => {
    const lost = [asked(0), said(1, 'tools'), called(1, 'c'), at(5, { type: 'busy_cleared', crashed: true })];
    expect(stateAt(lost, 6)).toBe('lost.');
    expect(stateAt([...lost, at(7, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER, since: asked(0).at })], 8)).toBe('active');
  });

  it('is one for both sources though they share no id', () => {
    const gateway = at(0, { type: 'turn_started', trigger: { kind: 'person', postId: 'p1' }, messageId: 'g1' }, MAIN, 'gateway');
    expect(turnsOf([gateway, at(0.2, { type: 'run_started', runId: 'r' }, MAIN, 'gateway'), asked(0.4)])).toBe(1);
    expect(turnsOf([asked(0.4), said(3, 'stop'), { ...gateway, at: gateway.at + 600 }])).toBe(1);
  });

  it('is not two because a source repeats the message id, the run or the post', () => {
    const told = at(0, { type: 'turn_started', trigger: { kind: 'person', postId: 'p1' }, messageId: 'u', runId: 'r' });
    const retold = [
      at(30, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u' }),
      at(30, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'x', runId: 'r' }),
      at(30, { type: 'turn_started', trigger: { kind: 'person', postId: 'p1' }, messageId: 'y' }),
    ] as const;
    for (const again of retold) expect(turnsOf([told, said(1, 'stop'), again])).toBe(1);
  });

  it('goes on with the announcement of its own sub-agent, even after a newer turn', () => {
    const events = [
      asked(0),
      said(1, 'tools'),
      called(1, 'c'),
      at(2, { type: 'child_spawned', callId: 'c', childKey: CHILD }),
      answered(2, 'c'),
      said(3, 'stop'),
      asked(5),
      said(6, 'stop'),
      at(9, { type: 'turn_started', trigger: { kind: 'announce', childKey: CHILD }, messageId: 'a' }),
      said(10, 'stop', 'the sub-agent finished'),
    ];
    const texts = treeAt(events, 11, 0).turn.lines.flatMap((line) => (line.kind === 'text' ? [line.text] : []));
    expect(texts).toContain('the sub-agent finished');
    expect(turnsOf(events)).toBe(2);
  });

  it('works again from the announcement on, not only from the answer to it', () => {
    const announced = at(9, { type: 'turn_started', trigger: { kind: 'announce', childKey: CHILD }, messageId: 'a' });
    const spawned = at(2, { type: 'child_spawned', callId: 'c', childKey: CHILD });
    const childDone = at(8, { type: 'message', messageId: 'k', stop: 'stop', text: 'counted' }, CHILD);
    const before = [asked(0), said(1, 'tools'), called(1, 'c'), spawned, answered(2, 'c'), said(3, 'stop'), childDone];
    expect(stateAt([...before, announced], 80)).toBe('done_unseen.');
    expect(stateAt([...before, announced], 60)).toBe('quiet');
    expect(stateAt([...before, announced, said(12, 'stop')], 13)).toBe('done.');
    expect(stateAt([...before, said(12, 'stop'), announced], 13)).toBe('done.');
  });

  it('goes on with a silent announcement: an answer without a user line', () => {
    const events = [
      asked(0),
      said(1, 'tools'),
      called(1, 'c'),
      at(2, { type: 'child_spawned', callId: 'c', childKey: CHILD }),
      answered(2, 'c'),
      said(3, 'stop'),
      at(9, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER }),
      said(10, 'stop', 'the sub-agent finished'),
    ];
    expect(turnsOf(events)).toBe(1);
  });

  it('takes a late result of an older turn without becoming the current one', () => {
    const events = [asked(0), said(1, 'tools'), called(1, 'c'), asked(3), answered(4, 'c'), said(5, 'stop', 'for the second')];
    expect(callOf(treeAt(events, 6, 0).turn, 'c')?.outcome).toEqual({ kind: 'ok' });
    expect(treeAt(events, 6, 1).turn.lines.some((line) => line.kind === 'text' && line.text === 'for the second')).toBe(true);
  });

  it('does not get the calls of a later turn though their ids repeat', () => {
    const events = [
      asked(0),
      said(1, 'tools'),
      called(1, 'c'),
      answered(2, 'c'),
      said(3, 'stop'),
      asked(5),
      said(6, 'tools'),
      called(6, 'c'),
      answered(7, 'c', 3),
      said(8, 'stop'),
    ];
    expect(callOf(treeAt(events, 9, 0).turn, 'c')?.outcome).toEqual({ kind: 'ok' });
    expect(callOf(treeAt(events, 9, 1).turn, 'c')?.outcome).toEqual({ kind: 'failed', exitCode: 3 });
  });

  it('keeps its route when the session moves on (LS-27)', () => {
    const seen = (seconds: number, channelId: string) =>
      at(seconds, { type: 'session_seen', agentId: 'main', route: { kind: 'channel', channelId } });
    const events = [seen(0, 'first'), asked(1), seen(2, 'second'), asked(9)];
    expect(treeAt(events, 10, 0).turn.route).toEqual({ kind: 'channel', channelId: 'first' });
    expect(treeAt(events, 10, 1).turn.route).toEqual({ kind: 'channel', channelId: 'second' });
  });

  it('goes on with a second try of its prompt, even after a command that was answered meanwhile', () => {
    const command = at(3, { type: 'turn_started', trigger: { kind: 'command' }, messageId: 'status' });
    const again = at(6, { type: 'turn_started', trigger: { kind: 'recovery', promptId: 'u0' }, messageId: 'u6' });
    const answered3 = at(3, { type: 'run_ended', outcome: 'done' });
    const events = [asked(0), said(2, 'error'), command, answered3, again, said(8, 'stop', 'second try')];
    expect(turnsOf(events)).toBe(2);
    expect(treeAt(events, 9, 0).turn.lines).toMatchObject([{ kind: 'text', text: 'second try' }]);
    expect(stateAt(events, 9, 0)).toBe('done.');
  });

  it('has the same box id when its transcript is read again', () => {
    expect(treeAt([asked(0), said(1, 'stop')], 2).turn.boxId).toBe(treeAt([asked(0)], 1).turn.boxId);
    expect(treeAt([asked(0)], 1).turn.boxId).not.toBe(treeAt([asked(1)], 2).turn.boxId);
  });
});

describe('what a turn remembers', () => {
  it('counts the usage of a message once, however many messages there are (LS-21)', () => {
    const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, costUsd: 0.5 };
    const messages = Array.from({ length: 400 }, (_, i) => at(i + 1, { type: 'message', messageId: `m${i}`, stop: 'tools', usage }));
    const { turn } = treeAt([asked(0), ...messages, ...messages.slice(-50)], 500);
    expect(usageOf(turn)).toEqual({ input: 400, output: 800, cacheRead: 1200, cacheWrite: 1600, costUsd: 200 });
    expect(Object.keys(turn.usageById).length).toBeLessThanOrEqual(121);
  });

  it('keeps running calls and sub-agents when old lines are dropped, and counts what went', () => {
    const texts = Array.from({ length: 400 }, (_, i) => said(i + 2, 'tools', `line ${i}`));
    const { turn } = treeAt([asked(0), said(1, 'tools', 'first'), called(1, 'c'), ...texts], 500);
    for (const [kept, most] of [
      [turn, 200],
      [withNewestLines(turn, 60), 60],
    ] as const) {
      expect(kept.lines.length).toBe(most);
      expect(kept.lines[0]).toMatchObject({ kind: 'call', callId: 'c' });
      expect(kept.lines.at(-1)).toMatchObject({ text: 'line 399' });
      expect(kept.droppedLines).toBe(402 - most);
    }
  });

  it('drops failed calls last, and counts those that it had to drop', () => {
    const failed = (id: string, second: number) => [
      called(second, id),
      at(second, { type: 'tool_ended', callId: id, outcome: { kind: 'failed' } }),
    ];
    const texts = Array.from({ length: 200 }, (_, i) => said(i + 2, 'tools', `line ${i}`));
    const one = treeAt([asked(0), said(1, 'tools', 'first'), ...failed('bad', 1), ...texts], 300).turn;
    expect(
      withNewestLines(one, 60)
        .lines.map((line) => line.kind)
        .indexOf('call'),
    ).toBe(0);
    const many = Array.from({ length: 100 }, (_, i) => failed(`bad${i}`, i + 1)).flat();
    const few = withNewestLines(treeAt([asked(0), said(1, 'tools', 'first'), ...many], 300).turn, 60);
    expect(few.lines.length).toBe(60);
    expect(failedCallCount(few)).toBe(100);
  });

  it('shows new text beside any number of running calls', () => {
    const calls = Array.from({ length: 80 }, (_, i) => called(1, `c${i}`));
    const { turn } = treeAt([asked(0), said(1, 'tools'), ...calls, said(2, 'tools', 'newest')], 3);
    expect(turn.lines.at(-1)).toMatchObject({ kind: 'text', text: 'newest' });
    const flood = Array.from({ length: 400 }, (_, i) => called(1, `f${i}`));
    expect(treeAt([asked(0), said(1, 'tools'), ...flood], 3).turn.lines.length).toBeLessThanOrEqual(200);
  });

  it('says once per compaction that it went on (LS-6)', () => {
    const { turn } = treeAt([asked(0), at(1, { type: 'compacted' }), at(1, { type: 'compacted' }), said(2, 'stop')], 3);
    expect(turn.lines.filter((line) => line.kind === 'note')).toMatchObject([
      { kind: 'note', id: expect.any(String), text: '[session compacted - continuing]' },
    ]);
  });

  it('shows neither half an answer before a retry nor an aborted answer twice', () => {
    const { turn } = treeAt([asked(0), said(1, 'error', 'half'), said(5, 'stop', 'whole answer'), said(5.1, 'aborted', 'whole answer')], 6);
    expect(turn.lines.map((line) => (line.kind === 'text' ? line.text : ''))).toEqual(['whole answer']);
  });
});

describe('what a very long turn used', () => {
  it('is the sum of all its messages, and takes no more room than that of a long one', () => {
    const usage = { input: 3, output: 2, cacheRead: 1, cacheWrite: 0, costUsd: 0.5 };
    const events = Array.from(
      { length: 2_000 },
      (_, index): SessionEvent => at(index, { type: 'message', messageId: `m${index}`, stop: 'tools', usage }),
    );
    const { turn } = treeAt(events, 2_000);
    expect(usageOf(turn)).toEqual({ input: 6_000, output: 4_000, cacheRead: 2_000, cacheWrite: 0, costUsd: 1_000 });
    expect(Object.keys(turn.usageById).length).toBeLessThanOrEqual(121);
  });
});
