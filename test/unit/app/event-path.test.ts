// Board and rules see the same changes in the same order, whoever emitted the event.

import { describe, expect, it } from 'vitest';
import { EventPath } from '../../../src/app/event-path.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { type Change, Fold } from '../../../src/core/fold.ts';

const MAIN = 'agent:main:main';
const CHILD = 'agent:main:subagent:1';
const AT = 1_000_000;
const NOW = AT + 60_000;

interface Station {
  changes: Change[];
  calls: string[];
}

/** A path between two stations that write down what they are given. The board lets time pass for a session at each beat. */
function laid(): { path: EventPath; fold: Fold; board: Station; rules: Station } {
  const fold = new Fold();
  const board: Station = { changes: [], calls: [] };
  const rules: Station = { changes: [], calls: [] };
  const station = ({ changes, calls }: Station) => ({
    apply: (change: Change) => void changes.push(change),
    tick: () => void calls.push('tick'),
    shiftClock: (byMs: number) => void calls.push(`shift ${byMs}`),
    interrupt: () => void calls.push('interrupt'),
  });
  const tick = (): void => {
    board.calls.push('tick');
    path.apply({ type: 'clock_ticked', source: 'daemon', sessionKey: MAIN, at: NOW });
  };
  const path = new EventPath({
    clock: { now: () => NOW },
    tickAt: () => {},
    fold,
    board: () => ({ ...station(board), tick }),
    coordinator: () => station(rules),
  });
  return { path, fold, board, rules };
}

function told(path: EventPath): void {
  const common = { source: 'transcripts', at: AT } as const;
  const events: SessionEvent[] = [
    { ...common, type: 'turn_started', trigger: { kind: 'person' }, messageId: 'asked', sessionKey: MAIN },
    { ...common, type: 'tool_started', callId: 'c', tool: 'exec', args: {}, sessionKey: MAIN },
    { ...common, type: 'session_seen', agentId: 'main', parentKey: MAIN, sessionKey: CHILD },
    { ...common, type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task', sessionKey: CHILD },
  ];
  for (const event of events) path.apply(event);
}

const types = ({ changes }: Station): string[] => changes.map(({ event }) => event.type);

describe('the way of an event', () => {
  it('leads a source’s event through the fold to the board and to the rules', () => {
    const { path, fold, board, rules } = laid();
    told(path);
    expect(types(board)).toEqual(['turn_started', 'tool_started', 'session_seen', 'turn_started']);
    expect(rules.changes).toEqual(board.changes);
    expect(board.changes[1]?.before).toBe(board.changes[0]?.after);
    expect(fold.sessionsByKey.get(MAIN)).toBe(board.changes[1]?.after);
  });

  it('is the same for a link to a sub-agent, a tick, a jump of the clock and the end of the watch', () => {
    const { path, board, rules } = laid();
    told(path);
    const known = board.changes.length;
    path.tick();
    path.shiftClock(5_000);
    path.interrupt();
    expect(types(board).slice(known)).toEqual([
      'child_spawned',
      'clock_ticked',
      'clock_jumped',
      'clock_jumped',
      'watcher_stopped',
      'watcher_stopped',
    ]);
    expect(rules.changes).toEqual(board.changes);
    expect(board.calls).toEqual(['tick', 'shift 5000', 'interrupt']);
    expect(rules.calls).toEqual(['tick', 'shift 5000']);
  });
});
