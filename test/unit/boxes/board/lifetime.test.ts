// Every box ends, and what has ended is forgotten.

import { describe, expect, it } from 'vitest';
import { BoardHarness, MAIN } from './board-harness.ts';

const CHILD = 'agent:main:subagent:c';
const GRANDCHILD = 'agent:main:subagent:g';
const FORGOTTEN_S = 16 * 60;

function spawn(desk: BoardHarness, childKey = CHILD, parentKey = MAIN): void {
  const callId = `spawn ${childKey}`;
  desk.call(callId, parentKey);
  desk.tell({ type: 'child_spawned', callId, childKey }, parentKey);
  desk.answer(callId, parentKey);
  desk.tell({ type: 'turn_started', trigger: { kind: 'parent' }, messageId: `task ${childKey}` }, childKey);
  desk.say('tools', 'Working below.', childKey);
}

describe('a box', () => {
  it('of a turn whose sub-agent works on ends, however much is asked in the same conversation meanwhile', async () => {
    const desk = new BoardHarness();
    desk.ask();
    spawn(desk);
    desk.call('long', CHILD);
    desk.say('stop', 'Delegated.');
    await desk.pass(5);
    for (let index = 0; index < 40; index++) {
      desk.ask();
      desk.say('stop', 'Still waiting.');
      await desk.pass(3);
    }
    expect(desk.titles()[0]).toMatch(/^\[ACTIVE\]/);
    desk.answer('long', CHILD);
    desk.say('stop', 'Found it.', CHILD);
    await desk.pass(15);
    expect(desk.titles().filter((title) => !title.startsWith('[DONE]'))).toEqual([]);
  });

  it('of a question ends when the person asks something else and that is answered', async () => {
    const desk = new BoardHarness();
    desk.ask();
    desk.tell({ type: 'waiting_started', waitId: 'w', on: 'answer' });
    desk.say('stop', 'Which one?');
    await desk.pass(300);
    expect(desk.titles()[0]).toContain('[WAITING] answer');
    desk.ask();
    await desk.pass(3);
    desk.say('stop', 'Fine.');
    await desk.pass(3);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\]/), expect.stringMatching(/^\[DONE\]/)]);
  });

  it('of many turns asked at once ends for each of them', async () => {
    const desk = new BoardHarness({ maxBoxes: 0 });
    for (let index = 0; index < 30; index++) {
      desk.ask();
      await desk.pass(3);
    }
    desk.say('stop');
    await desk.pass(70);
    expect(desk.titles().filter((title) => title.startsWith('[ACTIVE]'))).toEqual([]);
  });
});

describe('what is remembered', () => {
  it('shrinks again after the box has ended, sub-agents included', async () => {
    const desk = new BoardHarness();
    desk.ask();
    spawn(desk);
    spawn(desk, GRANDCHILD, CHILD);
    for (const key of [GRANDCHILD, CHILD, MAIN]) desk.say('stop', 'Done.', key);
    await desk.pass(30);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\]/)]);
    await desk.pass(FORGOTTEN_S);
    expect(desk.forgotten).toHaveLength(1);
    expect(desk.board.entries()).toEqual([]);
    expect([...desk.fold.sessionsByKey.values()].flatMap(({ turns }) => turns)).toEqual([]);
  });

  it('keeps a sub-agent that is shown in a box which goes on', async () => {
    const desk = new BoardHarness();
    desk.ask();
    spawn(desk);
    desk.say('stop', 'Done below.', CHILD);
    desk.call('long');
    await desk.pass(FORGOTTEN_S);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\]/)]);
    expect(desk.views.at(-1)?.card.lines.join('\n')).toContain('Done below.');
  });
});
