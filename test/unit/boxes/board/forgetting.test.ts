// How long a box is kept after its end.

import { describe, expect, it } from 'vitest';
import { BoardHarness } from './board-harness.ts';

const MINUTE_S = 60;

async function ended(): Promise<BoardHarness> {
  const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
  desk.ask();
  desk.call('c');
  desk.say('stop', 'Done.');
  desk.answer('c');
  await desk.pass(3);
  return desk;
}

describe('a box that has ended', () => {
  it('is forgotten after fifteen minutes, with its turn', async () => {
    const desk = await ended();
    await desk.pass(14 * MINUTE_S);
    expect(desk.board.entries()).toHaveLength(1);
    await desk.pass(MINUTE_S);
    expect(desk.board.entries()).toEqual([]);
    expect([...desk.fold.sessionsByKey.values()].flatMap((session) => session.turns)).toEqual([]);
  });

  it('that goes on and ends again is kept for fifteen minutes from then', async () => {
    const desk = await ended();
    await desk.pass(10 * MINUTE_S);
    desk.tell({ type: 'message', messageId: 'more', stop: 'tools', text: 'One more thing.' });
    desk.tell({ type: 'tool_started', callId: 'd', tool: 'exec', args: {} });
    await desk.pass(3);
    expect(desk.titles()).toEqual([expect.stringContaining('[ACTIVE]')]);
    desk.answer('d');
    desk.say('stop', 'Done again.');
    await desk.pass(14 * MINUTE_S);
    expect(desk.board.entries()).toHaveLength(1);
    await desk.pass(2 * MINUTE_S);
    expect(desk.board.entries()).toEqual([]);
  });

  it('is drawn once more for a late result, and not at all for nothing', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.call('c');
    desk.tell({ type: 'run_ended', outcome: 'aborted' });
    await desk.pass(3);
    const before = desk.views.length;
    await desk.pass(5 * MINUTE_S);
    expect(desk.views).toHaveLength(before);
    desk.tell({ type: 'tool_ended', callId: 'c', outcome: { kind: 'failed', exitCode: 3 } });
    await desk.pass(3);
    expect(desk.views.length).toBe(before + 1);
    expect(desk.views.at(-1)?.card.lines.join('\n')).toContain('exit 3');
    expect(desk.titles()).toEqual([expect.stringContaining('[ABORTED]')]);
  });
});
