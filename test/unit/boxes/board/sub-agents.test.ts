// Sub-agents in the box of the turn that spawned them: also where nobody saw the spawning, and where they outlive it.

import { describe, expect, it } from 'vitest';
import { BoardHarness, MAIN } from './board-harness.ts';

const CHILD = 'agent:main:subagent:c1';

function begin(desk: BoardHarness, parentKey?: string): void {
  desk.tell({ type: 'session_seen', agentId: 'main', label: 'counter', ...(parentKey === undefined ? {} : { parentKey }) }, CHILD);
  desk.tell({ type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task' }, CHILD);
  desk.say('tools', 'Counting.', CHILD);
  desk.call('count', CHILD);
}

const boxText = (desk: BoardHarness): string => [desk.titles().at(-1), ...(desk.views.at(-1)?.card.lines ?? [])].join('\n');

describe('a sub-agent whose spawning was not seen', () => {
  it('is shown in the box of its parent after five seconds, and has none of its own', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.say('tools');
    begin(desk, MAIN);
    await desk.pass(4.5);
    expect(boxText(desk)).not.toContain('Counting.');
    await desk.pass(1);
    expect(boxText(desk)).toContain('counter');
    expect(boxText(desk)).toContain('Counting.');
    expect(desk.titles()).toHaveLength(1);
  });

  it('is not shown twice when the spawn call turns up after all', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.say('tools');
    begin(desk, MAIN);
    await desk.pass(6);
    desk.tell({ type: 'child_spawned', callId: 'spawn', childKey: CHILD, label: 'counter' });
    await desk.pass(3);
    expect(boxText(desk).match(/counter/g)).toHaveLength(1);
  });

  it('waits for a parent whose turn is told late', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    const at = desk.clock.now();
    begin(desk, MAIN);
    await desk.pass(20);
    expect(desk.titles()).toEqual([]);
    desk.path.apply({
      type: 'turn_started',
      trigger: { kind: 'person' },
      messageId: 'asked',
      sessionKey: MAIN,
      source: 'transcripts',
      at,
    });
    desk.say('tools');
    await desk.pass(3);
    expect(boxText(desk)).toContain('Counting.');
  });

  it('is not drawn into the next turn of its parent, and health says why it has no box', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    begin(desk, MAIN);
    await desk.pass(20);
    desk.ask();
    desk.say('tools');
    await desk.pass(60);
    expect(desk.views.some(({ card }) => card.lines.join().includes('Counting.'))).toBe(false);
    expect(desk.titles()).toHaveLength(1);
    expect(desk.board.rows().find(({ sessionKey }) => sessionKey === CHILD)?.why).toContain('the turn that spawned it is not known');
  });

  it('is not drawn into a turn of its parent that had ended before it began', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.say('stop', 'Done.');
    await desk.pass(30);
    begin(desk, MAIN);
    await desk.pass(20);
    expect(desk.views.some(({ card }) => card.lines.join().includes('Counting.'))).toBe(false);
  });

  it('has no box where nobody ever says whose it is', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    begin(desk);
    await desk.pass(120);
    expect(desk.views.some(({ card }) => card.lines.join().includes('Counting.'))).toBe(false);
    expect(desk.titles()).toHaveLength(1);
  });
});

describe('a sub-agent that outlives the turn that spawned it', () => {
  async function failedParent(): Promise<BoardHarness> {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    desk.ask();
    desk.tell({ type: 'child_spawned', callId: 'spawn', childKey: CHILD, label: 'counter' });
    begin(desk, MAIN);
    desk.say('error');
    await desk.pass(40);
    expect(desk.titles()).toEqual([expect.stringContaining('[ERROR] HTTP 500')]);
    return desk;
  }

  it('is drawn to its end', async () => {
    const desk = await failedParent();
    expect(boxText(desk)).toContain('exec: `make` …');
    desk.answer('count', CHILD);
    desk.say('stop', 'Counted.', CHILD);
    await desk.pass(1);
    expect(boxText(desk)).toMatch(/\[DONE\]/);
    expect(boxText(desk)).not.toContain('[ACTIVE]');
  });

  it('is drawn to its end also when that is only its silence', async () => {
    const desk = await failedParent();
    desk.answer('count', CHILD);
    await desk.pass(70);
    expect(boxText(desk)).toContain('[DONE] no end seen');
    expect(boxText(desk)).not.toContain('[ACTIVE]');
  });

  it('keeps the box from being forgotten', async () => {
    const desk = await failedParent();
    await desk.pass(20 * 60);
    expect(desk.forgotten).toEqual([]);
    desk.answer('count', CHILD);
    desk.say('stop', 'Counted.', CHILD);
    await desk.pass(1);
    expect(desk.forgotten).toHaveLength(1);
  });
});

describe('a sub-agent whose lock comes and goes', () => {
  const sign = (desk: BoardHarness): void => {
    const now = desk.clock.now();
    desk.tell({ type: 'busy_seen', until: now + 30_000, since: now, renewedAt: now, isRun: true }, CHILD);
  };
  const cleared = (desk: BoardHarness): void => desk.tell({ type: 'busy_cleared', crashed: false }, CHILD);
  const spawn = (desk: BoardHarness): void => {
    desk.ask();
    desk.say('tools');
    desk.tell({ type: 'session_seen', agentId: 'main', label: 'counter', parentKey: MAIN }, CHILD);
  };
  const works = async (desk: BoardHarness): Promise<void> => {
    desk.say('tools', 'Counting.', CHILD);
    desk.call('count', CHILD);
    await desk.pass(2);
    desk.answer('count', CHILD);
    desk.say('stop', 'Two files.', CHILD);
    cleared(desk);
  };

  it.each([1, 2, 3])('%i times before its lines are read says in the box what it did', async (times) => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    spawn(desk);
    const at = desk.clock.now() + 1_000;
    for (let nth = 0; nth < times; nth++) {
      sign(desk);
      await desk.pass(3);
      cleared(desk);
      await desk.pass(3);
    }
    const line = { sessionKey: CHILD, source: 'transcripts', at } as const;
    desk.path.apply({ ...line, type: 'turn_started', trigger: { kind: 'parent' }, messageId: 'task' });
    desk.path.apply({ ...line, type: 'message', messageId: 'c1', stop: 'tools', text: 'Counting.' });
    desk.path.apply({ ...line, type: 'message', messageId: 'c2', stop: 'stop', text: 'Two files.', at: desk.clock.now() });
    await desk.pass(3);
    expect(boxText(desk)).toContain('Counting.');
    expect(boxText(desk)).toContain('Two files.');
    expect(boxText(desk).match(/counter/g)).toHaveLength(1);
  });

  it('after its last word is shown with its words all the same', async () => {
    const desk = new BoardHarness({ policy: { openAfterMs: 0 } });
    spawn(desk);
    begin(desk, MAIN);
    await desk.pass(6);
    await works(desk);
    await desk.pass(2);
    sign(desk);
    await desk.pass(6);
    cleared(desk);
    await desk.pass(2);
    expect(boxText(desk)).toContain('Two files.');
    desk.say('stop', 'All done.');
    await desk.pass(15);
    expect(desk.titles()).toEqual([expect.stringContaining('[DONE]')]);
  });
});

describe('a sub-agent that two turns have spawned', () => {
  it('ends in the boxes of both when it ends', async () => {
    const desk = new BoardHarness();
    const [one, other, kid] = ['agent:main:main', 'agent:other:main', 'agent:main:subagent:kid'];
    for (const key of [one, other]) {
      desk.ask(key);
      desk.tell({ type: 'child_spawned', callId: 'spawn', childKey: kid }, key);
    }
    desk.call('build', kid);
    await desk.pass(5);
    for (const key of [one, other]) desk.say('stop', 'started it', key);
    await desk.pass(7 * 60); // no tick is due soon
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\]/), expect.stringMatching(/^\[ACTIVE\]/)]);
    desk.answer('build', kid);
    desk.say('stop', 'built', kid);
    await desk.pass(20);
    expect(desk.titles()).toEqual([expect.stringMatching(/^\[DONE\]/), expect.stringMatching(/^\[DONE\]/)]);
  });
});
