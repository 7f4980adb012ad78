// At most MAX_ACTIVE_SESSIONS boxes at once (LS-16).

import { describe, expect, it } from 'vitest';
import { BoardHarness } from './board-harness.ts';

const key = (index: number): string => `agent:a${index}:main`;

/** Sessions 1 … `count` at work with a running command, begun one second after the other. */
async function working(count: number, maxBoxes: number): Promise<BoardHarness> {
  const desk = new BoardHarness({ maxBoxes, policy: { openAfterMs: 0 } });
  for (let index = 1; index <= count; index++) {
    desk.ask(key(index));
    desk.say('tools', 'Working.', key(index));
    desk.call('c', key(index));
    await desk.pass(1);
  }
  return desk;
}

const names = (desk: BoardHarness): string[] => desk.titles().map((title) => /a\d/.exec(title)?.[0] ?? title);

describe('the limit on boxes', () => {
  it('keeps those above it without a post, and says why', async () => {
    const desk = await working(4, 2);
    expect(names(desk)).toEqual(['a1', 'a2']);
    expect(desk.board.rows().map(({ why }) => why)).toEqual([
      undefined,
      undefined,
      expect.stringContaining('MAX_ACTIVE_SESSIONS'),
      expect.stringContaining('MAX_ACTIVE_SESSIONS'),
    ]);
  });

  it('gives the slot of a box that ended to the one that waited longest', async () => {
    const desk = await working(4, 2);
    desk.answer('c', key(1));
    desk.say('stop', 'Done.', key(1));
    await desk.pass(1);
    expect(names(desk)).toEqual(['a1', 'a2', 'a3']);
  });

  it('gives the slot of the longest-quiet box to a turn that waits', async () => {
    const desk = await working(2, 2);
    desk.answer('c', key(1));
    await desk.pass(5);
    desk.answer('c', key(2));
    for (const index of [1, 2]) desk.tell({ type: 'busy_seen', until: Number.MAX_SAFE_INTEGER }, key(index));
    await desk.pass(45);
    expect(desk.titles().every((title) => title.includes('quiet for'))).toBe(true);
    desk.ask(key(3));
    await desk.pass(1);
    expect(names(desk)).toEqual(['a1', 'a2', 'a3']);
    const before = desk.views.length;
    desk.say('tools', 'Working again.', key(1));
    await desk.pass(1);
    const shown = desk.views.slice(before).map(({ card }) => card.title);
    expect(shown.some((title) => title.includes('a1'))).toBe(true); // the other one, still quiet, gave way in its turn
  });

  it('still posts the end of a turn that ended while it waited, once', async () => {
    const desk = await working(3, 2);
    desk.answer('c', key(3));
    desk.say('stop', 'Done.', key(3));
    await desk.pass(5);
    const own = desk.views.filter(({ card }) => card.title.includes('a3'));
    expect(own.map(({ card }) => card.final)).toEqual([true]);
  });

  it('makes no post for a waiting turn just because the watcher stops', async () => {
    const desk = await working(3, 2);
    desk.path.interrupt();
    expect(desk.titles().map((title) => /\[INTERRUPTED\].*(a\d)/.exec(title)?.[1])).toEqual(['a1', 'a2']);
  });

  it('does not count sub-agents, and is off at 0', async () => {
    const desk = await working(1, 1);
    for (let index = 0; index < 5; index++) {
      const childKey = `agent:a1:subagent:${index}`;
      desk.tell({ type: 'child_spawned', callId: `s${index}`, childKey }, key(1));
      desk.say('tools', `child ${index} here`, childKey);
    }
    await desk.pass(1);
    expect(desk.views.at(-1)?.card.lines.join('\n')).toContain('child 4 here');
    expect(names(await working(30, 0))).toHaveLength(30);
  });
});
