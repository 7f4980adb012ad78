// How many edits a turn costs: PACE while things happen, the quiet ticks while nothing does.

import { describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../publish/harness.ts';
import { BoardHarness, MAIN } from './board-harness.ts';

const MINUTE_S = 60;

interface Room extends Harness {
  desk: BoardHarness;
}

/** A board that shows to a real publisher with the default pace. */
function room(): Room {
  const harness = createHarness();
  const desk = new BoardHarness({ clock: harness.clock, show: (view) => harness.publisher.show(view) });
  return { ...harness, desk };
}

/** Edits sent in that span of seconds; the fake clock begins at 0. */
const edits = ({ server }: Room, from: number, to: number): number =>
  server.sent.filter(({ at, call }) => call === 'edit' && at >= from * 1_000 && at < to * 1_000).length;

async function busyFor(desk: BoardHarness, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const id = `c${second}`;
    desk.call(id);
    await desk.pass(0.5);
    desk.answer(id);
    await desk.pass(0.5);
  }
}

describe('a turn of ten minutes with two events a second', () => {
  it('is edited every 2 s, after a minute every 5 s, after five minutes every 15 s', async () => {
    const scene = room();
    scene.desk.ask();
    await busyFor(scene.desk, 10 * MINUTE_S);
    expect(edits(scene, 0, 60)).toBeLessThanOrEqual(30);
    expect(edits(scene, 60, 300)).toBeLessThanOrEqual(49);
    expect(edits(scene, 300, 600)).toBeLessThanOrEqual(21);
    expect(edits(scene, 0, 600)).toBeGreaterThan(80);
    expect(scene.server.sent.filter(({ call }) => call === 'create')).toHaveLength(1);
  });

  it('tells a failure, a question and the end at once all the same', async () => {
    const scene = room();
    scene.desk.ask();
    await busyFor(scene.desk, 6 * MINUTE_S);
    const atOnce = async (): Promise<string | undefined> => {
      await scene.desk.pass(1);
      const [post] = [...scene.server.posts.values()];
      const attachments = post?.body.props['attachments'];
      return Array.isArray(attachments) ? String(attachments[0]?.text).split('\n')[0] : undefined;
    };
    scene.desk.tell({ type: 'waiting_started', waitId: 'w', on: 'approval' });
    expect(await atOnce()).toContain('[WAITING]');
    scene.desk.tell({ type: 'waiting_ended', waitId: 'w' });
    expect(await atOnce()).toContain('[ACTIVE]');
    scene.desk.say('error');
    expect(await atOnce()).toContain('[RETRY]');
    scene.desk.say('stop');
    expect(await atOnce()).toContain('[DONE]');
  });
});

describe('a turn in which nothing happens', () => {
  it.each([
    ['a silent generation', (desk: BoardHarness) => desk.tell({ type: 'busy_seen', until: Number.MAX_SAFE_INTEGER })],
    ['a long command', (desk: BoardHarness) => desk.call('build')],
    [
      'a sub-agent at a long command',
      (desk: BoardHarness) => {
        desk.tell({ type: 'child_spawned', callId: 's', childKey: 'agent:main:subagent:x' });
        desk.call('build', 'agent:main:subagent:x');
      },
    ],
  ])('%s is edited at 30 s, 1, 2, 5 and 10 minutes and then every ten, never more', async (_name, begin) => {
    const scene = room();
    scene.desk.ask();
    begin(scene.desk);
    await scene.desk.pass(5);
    const before = scene.server.sent.filter(({ call }) => call === 'edit').length;
    await scene.desk.pass(61 * MINUTE_S);
    const at = scene.server.sent.filter(({ call }) => call === 'edit').slice(before);
    expect(at.map((edit) => Math.round(edit.at / 30_000) / 2)).toEqual([0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60]);
    expect(scene.desk.titles()).toEqual([expect.stringMatching(/^\[ACTIVE\] main \| 1h/)]);
  });

  it('costs nothing more once it has ended', async () => {
    const scene = room();
    scene.desk.ask();
    await scene.desk.pass(5);
    scene.desk.say('stop');
    await scene.desk.pass(5);
    const before = scene.server.sent.length;
    await scene.desk.pass(20 * MINUTE_S);
    expect(scene.server.sent.length).toBe(before);
    expect(scene.desk.fold.sessionsByKey.get(MAIN)?.turns).toEqual([]);
  });

  it('refreshed signs of life cost no edit', async () => {
    const scene = room();
    scene.desk.ask();
    for (let second = 0; second < 120; second += 2) {
      scene.desk.tell({ type: 'busy_seen', until: scene.clock.now() + 10_000 });
      await scene.desk.pass(2);
    }
    expect(edits(scene, 0, 120)).toBeLessThanOrEqual(4);
  });
});
