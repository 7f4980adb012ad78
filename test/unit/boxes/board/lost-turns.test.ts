// Posts that say nothing but `[LOST]`: a handful of them is news, more are a flood.

import { describe, expect, it } from 'vitest';
import { BoardHarness } from './board-harness.ts';

const TOWN = (n: number): string => `agent:main:mattermost:channel:town${n}`;

function unanswered(desk: BoardHarness, count: number, sessionKey: string): void {
  for (let n = 0; n < count; n++) desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: `q${n}` }, sessionKey);
}

/** Each of many sessions has a turn that is lost at once. */
function lostSessions(desk: BoardHarness, count: number, channelOf: (n: number) => string): void {
  for (let n = 0; n < count; n++) {
    const key = TOWN(n);
    desk.tell({ type: 'session_seen', agentId: 'main', route: { kind: 'channel', channelId: channelOf(n) } }, key);
    desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: 'q' }, key);
    desk.tell({ type: 'source_lost' }, key);
  }
}

const shown = (desk: BoardHarness): number => desk.titles().length;

describe('turns that were lost without a word', () => {
  it('of one session make at most five posts a minute; the last one with its answer has its own', async () => {
    const desk = new BoardHarness();
    unanswered(desk, 120, TOWN(1));
    await desk.pass(3);
    desk.say('stop', 'One answer.', TOWN(1));
    await desk.pass(5);
    expect(desk.titles().filter((title) => title.startsWith('[LOST]')).length).toBeLessThanOrEqual(5);
    expect(desk.views.some(({ card }) => card.lines.join().includes('One answer.'))).toBe(true);
    expect(desk.counters.total('turns_lost_without_post')).toBe(120 - shown(desk));
  });

  it('that come one by one and are never answered do not slip through as boxes that run', async () => {
    const desk = new BoardHarness();
    for (let n = 0; n < 15; n++) {
      desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: `slow${n}` }, TOWN(1));
      await desk.pass(3);
    }
    expect(shown(desk)).toBeLessThanOrEqual(6);
  });

  it('of many sessions make at most twenty posts a minute in one channel, and do not keep other channels from theirs', async () => {
    const desk = new BoardHarness({ maxBoxes: 0 });
    lostSessions(desk, 3_000, (n) => (n < 2_990 ? 'town' : 'other'));
    await desk.pass(2);
    expect(shown(desk)).toBe(30);
    expect(desk.counters.total('turns_lost_without_post')).toBe(2_970);
    expect(desk.board.rows().filter(({ why }) => why?.includes('lost without a word'))).toHaveLength(2_970);
  });

  it('get posts again when the minute is over', async () => {
    const desk = new BoardHarness();
    unanswered(desk, 20, TOWN(1));
    await desk.pass(70);
    const before = shown(desk);
    for (let n = 0; n < 3; n++) desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: `later${n}` }, TOWN(1));
    await desk.pass(5);
    expect(shown(desk)).toBeGreaterThan(before);
  });

  it('that say something after all get their box', async () => {
    const desk = new BoardHarness();
    unanswered(desk, 20, TOWN(1));
    await desk.pass(1);
    for (let n = 0; n < 8; n++) {
      desk.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: `spoken${n}` }, TOWN(1));
      desk.say('tools', `word ${n}`, TOWN(1));
      desk.tell({ type: 'source_lost' }, TOWN(1));
    }
    await desk.pass(1);
    expect(desk.views.filter(({ card }) => card.lines.join().includes('word')).length).toBeGreaterThanOrEqual(8);
  });

  it('are counted in one line of the log a minute', async () => {
    const warned: unknown[] = [];
    const desk = new BoardHarness({ warn: (fields) => void warned.push(fields) });
    unanswered(desk, 120, TOWN(1));
    desk.tell({ type: 'source_lost' }, TOWN(1));
    await desk.pass(30);
    unanswered(desk, 10, TOWN(2));
    desk.tell({ type: 'source_lost' }, TOWN(2));
    await desk.pass(90);
    expect(warned).toEqual([{ turns: 115 }, { turns: 5 }]);
  });
});
