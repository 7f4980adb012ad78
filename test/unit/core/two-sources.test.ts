// Two sources tell of the same turns, and one of them may be late or gone: what was told in time stands.

import { describe, expect, it } from 'vitest';
import { callOf } from '../../../src/core/calls.ts';
import type { Route, SessionEvent } from '../../../src/core/event.ts';
import { usageOf } from '../../../src/core/turn.ts';
import { answered, asked, at, called, fold, MAIN, said, stateAt, treeAt } from './scenario.ts';

type Trigger = Extract<SessionEvent, { type: 'turn_started' }>['trigger'];

const gateway = (event: SessionEvent): SessionEvent => ({ ...event, source: 'gateway', namesRuns: true });
const begun = (seconds: number, runId: string, trigger: Trigger = { kind: 'unknown' }): SessionEvent =>
  gateway(at(seconds, { type: 'turn_started', trigger, runId }));
const started = (seconds: number, runId: string): SessionEvent => gateway(at(seconds, { type: 'run_started', runId }));
const ended = (seconds: number, runId: string, outcome: 'done' | 'failed' | 'aborted' = 'done'): SessionEvent =>
  gateway(at(seconds, { type: 'run_ended', outcome, runId }));
const lost = (seconds: number): SessionEvent => gateway(at(seconds, { type: 'source_lost' }));
const turnsOf = (events: SessionEvent[]): number => fold(events).get(MAIN)?.turns.length ?? 0;
const textsOf = (events: SessionEvent[], index: number): string[] =>
  treeAt(events, 100, index).turn.lines.flatMap((line) => (line.kind === 'text' ? [line.text] : line.kind === 'call' ? [line.callId] : []));

describe('a source that tells late', () => {
  it('tells of the turn that was there, not of the one that is', () => {
    const events = [begun(0, 'r1'), started(0, 'r1'), ended(2, 'r1'), begun(3, 'r2'), started(3, 'r2'), ended(5, 'r2')];
    const late = [asked(0.1), said(1, 'stop', 'first'), asked(3.1), said(4, 'stop', 'second')];
    expect(turnsOf([...events, ...late])).toBe(2);
    expect(textsOf([...events, ...late], 0)).toEqual(['first']);
    expect(textsOf([...events, ...late], 1)).toEqual(['second']);
  });

  it('does not take the next turn for the current one', () => {
    const events = [asked(0), said(1, 'stop'), asked(2), begun(0, 'r1'), started(0, 'r1'), called(3, 'c')];
    expect(textsOf(events, 1)).toEqual(['c']);
  });

  it('opens the box of a turn that only it saw in front of later ones', () => {
    const command = at(2, { type: 'turn_started', trigger: { kind: 'command' }, messageId: 'c' });
    const events = [begun(0, 'r1'), ended(1, 'r1'), begun(3, 'r2', { kind: 'operator' }), command, gateway(called(4, 'c'))];
    const turns = fold(events)
      .get(MAIN)
      ?.turns.map(({ trigger }) => trigger.kind);
    expect(turns).toEqual(['unknown', 'command', 'operator']);
    expect(textsOf(events, 2)).toEqual(['c']);
  });

  it('does not open again what has ended', () => {
    const events = [begun(0, 'r'), started(0, 'r'), ended(9, 'r')];
    const late = [asked(0.1), said(1, 'tools'), called(2, 'c'), said(3, 'error'), started(4, 'r'), said(8, 'stop', 'all')];
    for (const [index] of late.entries()) expect(stateAt([...events, ...late.slice(0, index + 1)], 10)).toBe('done.');
    expect(stateAt([...events, ...late, called(10, 'd')], 11)).toBe('active');
  });

  it.each([
    ['between the two', (a: SessionEvent, b: SessionEvent, lines: SessionEvent[]) => [a, ...lines, b]],
    ['first', (a: SessionEvent, b: SessionEvent, lines: SessionEvent[]) => [...lines, a, b]],
    ['last', (a: SessionEvent, b: SessionEvent, lines: SessionEvent[]) => [a, b, ...lines]],
  ])('keeps the order of calls made at once, told %s', (_when, order) => {
    const events = order(gateway(called(5.1, 'a')), gateway(called(5.2, 'b')), [called(5, 'a'), called(5, 'b')]);
    expect(textsOf([begun(0, 'r'), ...events], 0)).toEqual(['a', 'b']);
  });

  it('puts its lines where they belong', () => {
    const events = [
      begun(0, 'r'),
      gateway(called(2, 'c')),
      gateway(called(6, 'd')),
      said(1, 'tools', 'before'),
      said(5, 'tools', 'between'),
    ];
    expect(textsOf(events, 0)).toEqual(['before', 'c', 'between', 'd']);
  });

  it('says how a call ended that was thought to have no answer', () => {
    const events = [begun(0, 'r'), ended(5, 'r'), called(1, 'c'), answered(2, 'c', 3)];
    expect(callOf(treeAt(events, 6).turn, 'c')?.outcome).toEqual({ kind: 'failed', exitCode: 3 });
  });
});

describe('a source that comes in the middle', () => {
  it('belongs to the turn with the running call, however long that has been running', () => {
    expect(turnsOf([asked(0), said(1, 'tools'), called(1, 'c'), begun(600, 'r'), started(600, 'r')])).toBe(1);
  });

  it('sees two turns when it says twice that something begins', () => {
    expect(turnsOf([begun(0, 'r1'), ended(1, 'r1'), begun(2, 'r2'), ended(3, 'r2')])).toBe(2);
  });
});

describe('the end of a turn', () => {
  const words: SessionEvent[] = [said(5, 'stop'), ended(5.2, 'r', 'failed')];

  it('is the strongest word of both sources, whichever comes first', () => {
    for (const told of [words, words.toReversed()]) expect(stateAt([begun(0, 'r'), started(0, 'r'), ...told], 10)).toBe('error.');
  });

  it('is not taken back by the model error that caused it', () => {
    expect(stateAt([begun(0, 'r'), started(0, 'r'), ended(5, 'r', 'failed'), said(5.4, 'error')], 10)).toBe('error.');
  });
});

describe('a scheduled run', () => {
  const KEY = 'agent:main:cron:job-1';
  const seen = (route: Route): SessionEvent => {
    const event = at(0, { type: 'session_seen', agentId: 'main', route }, KEY);
    return route.kind === 'channel' ? gateway(event) : event;
  };
  const begun = at(1, { type: 'turn_started', trigger: { kind: 'schedule' } }, KEY);
  const channel = { kind: 'channel', channelId: 'c' } as const;
  const nowhere = { kind: 'elsewhere', audience: 'public' } as const;

  it.each([
    ['first', [seen(channel), seen(nowhere), begun]],
    ['last', [seen(nowhere), begun, seen(channel)]],
    ['before the files do', [seen(channel), begun, seen(nowhere)]],
  ])('reports where its job delivers, though the gateway says so %s', (_when, events) => {
    expect(fold(events).get(KEY)?.turns[0]?.route).toEqual(channel);
  });
});

describe('one of two sources is gone', () => {
  it('and what it called open is closed, though the other one told of the end', () => {
    const events = [asked(0), begun(0, 'r'), started(0, 'r'), said(2, 'stop')];
    expect(stateAt([...events, lost(12)], 200)).toBe('done.');
  });

  it('and a sign of life of the other one is about the turn that seemed lost', () => {
    const events = [asked(0), begun(0, 'r'), started(0, 'r'), called(1, 'c'), lost(12)];
    expect(stateAt(events, 13)).toBe('lost.');
    const alive = [...events, at(15, { type: 'busy_seen', until: Number.MAX_SAFE_INTEGER })];
    expect(turnsOf(alive)).toBe(1);
    expect(stateAt(alive, 16)).toBe('active');
    expect(stateAt([...alive, answered(20, 'c'), said(21, 'stop')], 22)).not.toBe('lost.');
  });

  it('and a run that the gateway still has goes on without its file', () => {
    const events = [asked(0), begun(0, 'r'), started(0, 'r'), at(5, { type: 'source_lost' })];
    expect(stateAt(events, 6)).toBe('active');
    expect(stateAt([...events, ended(9, 'r')], 10)).toBe('done.');
  });

  it('and a compaction that both told of counts once', () => {
    const events = [asked(0), at(1, { type: 'compacted' }), gateway(at(1.4, { type: 'compacted' }))];
    expect(treeAt(events, 2).turn.compactions).toBe(1);
  });
});

describe('words that both sources tell', () => {
  it('by ids of their own stand once and are paid for once', () => {
    const usage = { input: 900, output: 100, cacheRead: 0, cacheWrite: 0, costUsd: 0.01 };
    const say = (seconds: number, messageId: string): SessionEvent =>
      at(seconds, { type: 'message', messageId, stop: 'tools', text: 'Again.', usage });
    const events = [asked(0), say(1, 't1'), gateway(say(1.2, 'g1')), say(3, 't2'), gateway(say(3.2, 'g2')), gateway(say(3.2, 'g2'))];
    expect(textsOf(events, 0)).toEqual(['Again.', 'Again.']);
    expect(usageOf(treeAt(events, 4).turn)).toMatchObject({ input: 1800, output: 200 });
  });

  it('before an abort stand once, where they were said first', () => {
    const partial = gateway(at(5, { type: 'message', messageId: 'partial:r', stop: 'aborted', text: 'I will look', runId: 'r' }));
    const events = [
      begun(0, 'r'),
      started(0, 'r'),
      gateway(called(2, 'c')),
      ended(5, 'r', 'aborted'),
      partial,
      said(1, 'stop', 'I will look'),
    ];
    expect(textsOf(events, 0)).toEqual(['I will look', 'c']);
    expect(stateAt(events, 6)).toBe('aborted.');
  });

  it('come late for the turn that ended, not for an older one with sub-agents', () => {
    const spawned = at(1, { type: 'child_spawned', callId: 'c', childKey: 'agent:main:subagent:c1' });
    const events = [asked(0), spawned, said(2, 'stop'), begun(20, 'r'), ended(25, 'r'), said(24, 'stop', 'late')];
    expect(textsOf(events, 1)).toEqual(['late']);
  });

  it('of a sub-agent nobody has told of yet belong to the newest turn', () => {
    const spawned = at(1, { type: 'child_spawned', callId: 'c', childKey: 'agent:main:subagent:c1' });
    const announced = begun(30, 'announce', { kind: 'announce', childKey: 'agent:main:subagent:c2' });
    expect(stateAt([asked(0), spawned, said(2, 'stop'), begun(20, 'r'), ended(25, 'r'), announced, started(30, 'announce')], 31)).toBe(
      'active',
    );
  });
});
