// What the fold tells of each event: the session before and after it, and the turns with a box that it touched.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import { orphanLinks, straysOf } from '../../../src/core/orphans.ts';

const MAIN = 'agent:main:main';
const CHILD = 'agent:main:subagent:1';
const AT = 1_000_000;

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

const event = (bare: Bare, at = AT, sessionKey = MAIN): SessionEvent => ({ ...bare, sessionKey, at, source: 'transcripts' });
const asked: Bare = { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'asked' };
const called: Bare = { type: 'tool_started', callId: 'c', tool: 'exec', args: { command: 'make' } };

/** A fold in which the sub-agent works for a turn of the main session. */
function withChild(): Fold {
  const fold = new Fold();
  fold.apply(event(asked));
  fold.apply(event({ type: 'child_spawned', callId: 's', childKey: CHILD }));
  fold.apply(event({ type: 'session_seen', agentId: 'main', isSubAgent: true }, AT, CHILD));
  fold.apply(event({ type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task' }, AT, CHILD));
  return fold;
}

describe('an event', () => {
  it('gives the session as it was right before, and as it is after', () => {
    const fold = new Fold();
    const first = fold.apply(event(asked));
    const second = fold.apply(event(called));
    expect(first.before.turns).toEqual([]);
    expect(second.before).toBe(first.after);
    expect(second.after).toBe(fold.sessionsByKey.get(MAIN));
    expect(second.after.turns[0]?.callsById['c']?.tool).toBe('exec');
    expect(second.event).toEqual(event(called));
  });

  it('touches the turn that has the box: of a sub-agent the one it works for', () => {
    const fold = withChild();
    const { roots } = fold.apply(event(called, AT, CHILD));
    expect(roots.map(({ session, turn }) => [session.key, turn.trigger.kind])).toEqual([[MAIN, 'person']]);
  });

  it('of a session that nobody introduced is of no known agent until somebody does', () => {
    const fold = new Fold();
    expect(fold.apply(event(asked)).after).toMatchObject({ agentId: 'unknown', turns: [{ trigger: { kind: 'person' } }] });
    const { after, roots } = fold.apply(event({ type: 'session_seen', agentId: 'main', isScheduled: true }));
    expect(after).toMatchObject({ agentId: 'main', isScheduled: true, toldBy: ['transcripts'] });
    expect(roots).toHaveLength(1);
  });

  it('touches nothing when it was told before', () => {
    const fold = new Fold();
    fold.apply(event(asked));
    fold.apply(event(called));
    expect(fold.apply(event(called)).roots).toEqual([]);
  });

  const ofAllTurns: Bare[] = [
    { type: 'clock_ticked' },
    { type: 'clock_jumped', byMs: 5_000 },
    { type: 'writer_clock_learned', byMs: 5_000 },
    { type: 'session_seen', agentId: 'main' },
  ];
  it.each(ofAllTurns)('of the time or of the whole session touches every turn of it: $type', (bare) => {
    const fold = new Fold();
    fold.apply(event(asked));
    fold.apply(event({ ...asked, messageId: 'again' }, AT + 60_000));
    expect(fold.apply(event(bare, AT + 90_000)).roots).toHaveLength(2);
    expect(fold.apply(event(called, AT + 91_000)).roots).toHaveLength(1);
  });

  it('that touches several turns of a sub-agent touches the turn that has their box once', () => {
    const fold = withChild();
    fold.apply(event({ type: 'turn_started', trigger: { kind: 'operator' }, messageId: 'next' }, AT + 60_000, CHILD));
    expect(fold.sessionsByKey.get(CHILD)?.turns).toHaveLength(2);
    expect(fold.apply(event({ type: 'clock_ticked' }, AT + 90_000, CHILD)).roots).toHaveLength(1);
  });

  it('that adds a line to many keeps the newest and counts the others', () => {
    const fold = new Fold(20);
    const texts = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    fold.apply(event(asked));
    for (const text of texts) fold.apply(event({ type: 'message', messageId: text, text, stop: 'tools' }));
    const [turn] = fold.sessionsByKey.get(MAIN)?.turns ?? [];
    expect(turn?.lines.map((line) => (line.kind === 'text' ? line.text : line.kind))).toEqual(texts.slice(-20));
    expect(turn?.droppedLines).toBe(30);
  });

  it.each([
    [CHILD, [62_000, 61_000]],
    ['agent:main:subagent:2', [60_000, 62_000]],
  ])('that announces %s by the id of its session is of the turn that waits for that one', (key, lastEvents) => {
    const fold = new Fold();
    for (const [index, childKey] of [CHILD, 'agent:main:subagent:2'].entries()) {
      const at = AT + 60_000 + index * 1_000;
      fold.apply(event({ ...asked, messageId: `asked ${index}` }, at));
      fold.apply(event({ type: 'child_spawned', callId: `s${index}`, childKey }, at));
      fold.apply(event({ type: 'session_seen', agentId: 'main', isSubAgent: true, sessionId: `id of ${childKey}` }, at, childKey));
    }
    const trigger = { kind: 'announce', childSessionId: `id of ${key}` } as const;
    const { after } = fold.apply(event({ type: 'turn_started', trigger, messageId: 'announced' }, AT + 62_000));
    expect(after.turns.map(({ lastEventAt }) => lastEventAt - AT)).toEqual(lastEvents);
  });
});

describe('what an earlier process left', () => {
  it('is no longer interrupted, and its signs of life are believed for half a minute', () => {
    const before = new Fold();
    before.apply(event(asked));
    before.apply(event({ type: 'busy_seen', until: AT + 3_600_000 }));
    before.apply(event({ type: 'watcher_stopped' }));
    const fold = new Fold();
    for (const session of before.sessionsByKey.values()) fold.restore(session, AT + 10_000);
    const [turn] = fold.sessionsByKey.get(MAIN)?.turns ?? [];
    expect(before.sessionsByKey.get(MAIN)?.turns[0]?.interruptedAt).toBe(AT);
    expect(turn?.interruptedAt).toBeUndefined();
    expect(turn?.busyUntil).toBe(AT + 40_000);
  });
});

describe('a turn that is forgotten', () => {
  it('goes with the sub-agents that only it shows', () => {
    const fold = withChild();
    fold.forgetTurn(MAIN, fold.sessionsByKey.get(MAIN)?.turns[0]?.boxId ?? '');
    expect([...fold.sessionsByKey.values()].map(({ key, turns }) => [key, turns.length])).toEqual([[MAIN, 0]]);
  });

  it('leaves behind what its sub-agents are, so that one that goes on gets no box of its own', () => {
    const fold = withChild();
    fold.forgetTurn(MAIN, fold.sessionsByKey.get(MAIN)?.turns[0]?.boxId ?? '');
    const { after, roots } = fold.apply(event({ ...asked, messageId: 'later' }, AT + 3_600_000, CHILD));
    expect(after).toMatchObject({ agentId: 'main', isSubAgent: true, turns: [{ startedAt: AT + 3_600_000 }] });
    expect(roots).toEqual([]);
  });

  it('takes no sub-agent with it that another turn shows', () => {
    const fold = withChild();
    fold.apply(event({ ...asked, messageId: 'again' }, AT + 60_000));
    fold.apply(event({ type: 'child_spawned', callId: 's2', childKey: CHILD }, AT + 61_000));
    expect(fold.sessionsByKey.get(MAIN)?.turns.map(({ childrenByKey }) => Object.keys(childrenByKey))).toEqual([[CHILD], [CHILD]]);
    fold.forgetTurn(MAIN, fold.sessionsByKey.get(MAIN)?.turns[0]?.boxId ?? '');
    expect([...fold.sessionsByKey.keys()]).toEqual([MAIN, CHILD]);
  });

  it('takes no session with it that has boxes of its own', () => {
    const fold = new Fold();
    fold.apply(event(asked, AT, 'agent:other:main'));
    fold.apply(event(asked));
    fold.apply(event({ type: 'child_spawned', callId: 's', childKey: 'agent:other:main' }));
    fold.forgetTurn(MAIN, fold.sessionsByKey.get(MAIN)?.turns[0]?.boxId ?? '');
    expect(fold.sessionsByKey.get('agent:other:main')?.turns).toHaveLength(1);
  });
});

describe('a sub-agent whose spawn was never seen', () => {
  it('belongs nowhere until it is linked to the turn that was going on when it began', () => {
    const fold = new Fold();
    fold.apply(event(asked));
    fold.apply(event({ type: 'session_seen', agentId: 'main', parentKey: MAIN }, AT, CHILD));
    fold.apply(event({ type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task' }, AT + 1_000, CHILD));
    expect(straysOf(fold.sessionsByKey)).toHaveLength(1);
    expect(orphanLinks(fold.sessionsByKey, AT + 2_000)).toEqual([]); // its spawn may still be told
    const links = orphanLinks(fold.sessionsByKey, AT + 7_000);
    expect(links.map((link) => fold.apply(link).roots[0]?.turn.trigger.kind)).toEqual(['person']);
    expect(straysOf(fold.sessionsByKey)).toEqual([]);
    expect(orphanLinks(fold.sessionsByKey, AT + 8_000)).toEqual([]);
  });
});
