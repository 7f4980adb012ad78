// What events cost that may not be sent yet: no drawing, no hash, no encoding, no timer, no line on disk.

import { describe, expect, it } from 'vitest';
import type { BoxNews } from '../../../src/boxes/publish/publisher-ports.ts';
import { createHarness, type Harness, shownBy, type ViewSetting, view } from '../boxes/publish/harness.ts';

const BOXES = 100;
const SECONDS = 20;

interface Room extends Harness {
  drawings(): number;
  tell(boxId: string, text: string, setting?: ViewSetting): void;
}

function room(): Room {
  const harness = createHarness();
  let drawings = 0;
  const tell = (boxId: string, text: string, setting?: ViewSetting): void => {
    const { card, meta, ...box } = view(boxId, text, setting);
    const news: BoxNews = {
      ...box,
      card: { final: card.final, urgentKey: card.urgentKey },
      draw: () => (drawings++, { ...box, card, meta }),
    };
    harness.publisher.show(news);
  };
  return Object.assign(harness, { drawings: () => drawings, tell });
}

const pushes = ({ server }: Room): number => server.sent.filter(({ call }) => call === 'create' || call === 'edit').length;

describe('a box that changes more often than it may be sent', () => {
  it('is drawn once for each request, whatever happens in between', async () => {
    const scene = room();
    for (let second = 0; second < SECONDS; second++) {
      for (let box = 0; box < BOXES; box++) scene.tell(`box${box}`, `second ${second}`);
      await scene.clock.advance(1_000);
    }
    expect(pushes(scene)).toBeGreaterThan(BOXES / 2);
    expect(scene.drawings()).toBe(pushes(scene));
    expect(scene.encodings).toBe(pushes(scene));
  });

  it('sets no timer and saves nothing while it waits', async () => {
    const scene = room();
    scene.tell('box', 'first');
    await scene.clock.advance(100);
    scene.tell('box', 'second');
    await scene.clock.advance(1);
    const before = { timers: scene.clock.timers, saves: scene.saves.length };
    for (let event = 0; event < 50; event++) scene.tell('box', `event ${event}`);
    expect({ timers: scene.clock.timers, saves: scene.saves.length }).toEqual(before);
    await scene.clock.advance(2_000);
    expect(shownBy(scene.server, 'box')).toBe('event 49\nline');
  });

  it('is not sent when it shows again what its post says', async () => {
    const scene = room();
    scene.tell('box', 'one');
    await scene.clock.advance(3_000);
    scene.tell('box', 'two');
    scene.tell('box', 'one');
    await scene.clock.advance(3_000);
    expect(pushes(scene)).toBe(1);
    expect(scene.publisher.stats()).toMatchObject({ dirty: 0 });
    expect(scene.counters.total('edits_skipped')).toBe(1);
  });

  it('is drawn at once when it ends, so that the end is on disk before it is sent', () => {
    const scene = room();
    scene.tell('box', 'the end', { final: true });
    expect(scene.drawings()).toBe(1);
    expect(scene.records.get('box')?.owedView?.card.title).toBe('the end');
  });

  it('does not end a stop early when what is skipped leaves room for others', async () => {
    const scene = room();
    for (let box = 0; box < 10; box++) scene.tell(`box${box}`, 'one');
    await scene.clock.advance(3_000);
    for (let box = 0; box < 10; box++) scene.tell(`box${box}`, box < 8 ? 'one' : 'two');
    const stopped = scene.publisher.flush(4_000);
    await scene.clock.advance(1_000);
    expect(await stopped).toEqual({ owed: [] });
    expect(shownBy(scene.server, 'box9')).toBe('two\nline');
  });
});
