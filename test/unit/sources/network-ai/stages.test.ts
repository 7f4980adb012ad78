// The recorded steps, walked on a real folder. The golden files were read against `cli-results.jsonl`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../support/clock.ts';
import { applyStage, endOf, RecordedSwarm, STAGE_NAMES } from './recorded-swarm.ts';

vi.setConfig({ testTimeout: 240_000 });

const GOLDEN = fileURLToPath(new URL('../../../golden/network-ai/', import.meta.url));
const LAST = '12-project-context';
const THROTTLE_MS = 500; // by default

function factsText(swarm: RecordedSwarm): string {
  return `${swarm
    .facts()
    .map(({ sessionKey, what, facts }) => `${sessionKey} ${what} ${JSON.stringify(facts)}`)
    .join('\n')}\n`;
}

/** Notes stand in the order in which they came, which a late start does not know. */
function sorted(boxes: string): string {
  return boxes
    .split('\n\n')
    .map((box) => box.trim().split('\n').toSorted().join('\n'))
    .join('\n\n');
}

/** Walked step by step by one process. */
async function walked(): Promise<RecordedSwarm> {
  const swarm = new RecordedSwarm();
  await swarm.start();
  for (const stage of STAGE_NAMES) {
    await swarm.goTo(stage);
    await swarm.settled();
  }
  return swarm;
}

describe('the recorded steps', () => {
  it('walked in order give each box, meter, note and end as it was', async () => {
    const swarm = new RecordedSwarm();
    await swarm.start();
    for (const stage of STAGE_NAMES) {
      await swarm.goTo(stage);
      await swarm.settled();
      await expect(swarm.boxes(endOf(stage))).toMatchFileSnapshot(join(GOLDEN, `${stage}.txt`));
    }
    await expect(factsText(swarm)).toMatchFileSnapshot(join(GOLDEN, 'facts.txt'));
    expect(swarm.source.health()).toMatchObject({ condition: { state: 'readable' }, unknownKinds: {}, problems: {} });
  });

  it('bring the refusal of the fourth handoff into the box within one throttle step of the change of the file', async () => {
    const swarm = new RecordedSwarm();
    await swarm.start();
    for (const stage of STAGE_NAMES.slice(0, 2)) await swarm.goTo(stage);
    await swarm.until(() => expect(swarm.notes('task_001')['handoffs']).toContain('3/3'));
    await swarm.goTo('03-handoff-tax-blocked');
    const changedAt = swarm.clock.now();
    await swarm.until(() => expect(swarm.notes('task_001')['refused']).toContain('refused'));
    expect(swarm.clock.now() - changedAt).toBeLessThanOrEqual(THROTTLE_MS);
  });

  it('give the same when a restart lies between all of them, and nothing is told twice', async () => {
    const [golden, swarm] = [await walked(), new RecordedSwarm()];
    await swarm.start();
    for (const stage of STAGE_NAMES) {
      await swarm.goTo(stage);
      await swarm.settled();
      const before = swarm.events.length;
      await swarm.restart();
      await swarm.settled();
      expect(
        swarm.events
          .slice(before)
          .map(({ type }) => type)
          .filter((type) => type !== 'session_seen'),
      ).toEqual([]);
    }
    expect(swarm.boxes(endOf(LAST))).toBe(golden.boxes(endOf(LAST)));
    expect(factsText(swarm)).toBe(factsText(golden));
  });

  it('give the same boxes when all of it happened before the start', async () => {
    const [golden, swarm] = [await walked(), new RecordedSwarm({ clock: new FakeClock(endOf(LAST)) })];
    for (const stage of STAGE_NAMES) applyStage(stage, swarm.dir);
    await swarm.start();
    await swarm.settled();
    expect(sorted(swarm.boxes(endOf(LAST)))).toBe(sorted(golden.boxes(endOf(LAST))));
  });

  it('give the same boxes when the source starts in the middle', async () => {
    const [golden, swarm] = [await walked(), new RecordedSwarm()];
    for (const stage of STAGE_NAMES.slice(0, 6)) await swarm.goTo(stage);
    await swarm.start();
    for (const stage of STAGE_NAMES.slice(6)) {
      await swarm.goTo(stage);
      await swarm.settled();
    }
    expect(sorted(swarm.boxes(endOf(LAST)))).toBe(sorted(golden.boxes(endOf(LAST))));
  });
});
