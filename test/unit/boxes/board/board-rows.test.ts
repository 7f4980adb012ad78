import { describe, expect, it } from 'vitest';
import { BoardHarness, MAIN } from './board-harness.ts';

const CHILD = 'agent:main:subagent:c1';

const asks = (waitId: string, sessionKey: string, desk: BoardHarness): void =>
  desk.tell({ type: 'waiting_started', waitId, on: 'approval', text: 'rm -rf build' }, sessionKey);

describe('the row of a turn', () => {
  it('has what waits for people in it and in its sub-agents, for as long as it waits', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.say('tools');
    desk.tell({ type: 'child_spawned', callId: 'spawn', childKey: CHILD, label: 'counter' });
    desk.tell({ type: 'session_seen', agentId: 'main', parentKey: MAIN }, CHILD);
    desk.tell({ type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task' }, CHILD);
    const waits = () => desk.board.rows().map((row) => row.waits.map(({ waitId, on, since }) => [waitId, on, since]));
    const at = desk.clock.now();
    asks('below', CHILD, desk);
    await desk.pass(1);
    expect(waits()).toEqual([[['below', 'approval', at]]]);
    asks('above', MAIN, desk);
    await desk.pass(1);
    expect(waits()[0]?.map(([waitId]) => waitId)).toEqual(['above', 'below']);
    desk.tell({ type: 'waiting_ended', waitId: 'below', outcome: 'denied' }, CHILD);
    desk.tell({ type: 'waiting_ended', waitId: 'above', outcome: 'denied' });
    await desk.pass(1);
    expect(waits()).toEqual([[]]);
  });

  it('has no wait once the watcher stopped looking', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    asks('w', MAIN, desk);
    await desk.pass(1);
    expect(desk.board.rows().map(({ waits }) => waits.length)).toEqual([1]);
    desk.path.interrupt();
    expect(desk.board.rows().map(({ waits }) => waits.length)).toEqual([0]);
  });

  it('names the first source that told of its session', async () => {
    const desk = new BoardHarness();
    desk.ask();
    desk.path.apply({ type: 'session_seen', agentId: 'main', sessionKey: MAIN, source: 'gateway', at: desk.clock.now() });
    await desk.pass(1);
    expect(desk.board.rows().map(({ source }) => source)).toEqual(['transcripts']);
  });
});
