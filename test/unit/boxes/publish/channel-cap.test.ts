import { describe, expect, it } from 'vitest';
import { ChannelCap } from '../../../../src/boxes/publish/channel-cap.ts';
import { withDistance } from '../../../../src/boxes/publish/with-distance.ts';
import { createHarness, type Harness, textOf, view } from './harness.ts';

const HOUR_MS = 3_600_000;

/** Sends whenever the channel is open, but not more often than every `wantedMs`. */
function sendFor(cap: ChannelCap, hours: number, wantedMs: number): number[] {
  const sentAt: number[] = [];
  for (let now = 0; now < hours * HOUR_MS; now = Math.max(now + wantedMs, cap.openAt('town'))) {
    cap.count('town', 1, now);
    sentAt.push(now);
  }
  return sentAt;
}

function mostInAnHour(sentAt: readonly number[]): number {
  return Math.max(...sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + HOUR_MS).length));
}

describe('the hourly count of a channel', () => {
  it.each([100, 1_000, 7_200, 10_000])('is never exceeded, when edits are wanted every %i ms, and is used up', (wantedMs) => {
    const sentAt = sendFor(new ChannelCap(500), 6, wantedMs);
    expect(mostInAnHour(sentAt)).toBeLessThanOrEqual(500);
    expect(sentAt.length).toBeGreaterThanOrEqual(6 * Math.min(490, (0.98 * HOUR_MS) / wantedMs));
  });

  it('keeps no distance up to its half, then a growing one', () => {
    const cap = new ChannelCap(500);
    const distances: number[] = [];
    for (let now = 0; distances.length < 450; now = Math.max(now + 1_000, cap.openAt('town'))) distances.push(cap.count('town', 1, now));
    expect(distances.slice(0, 250)).toEqual(Array.from({ length: 250 }, () => 0));
    expect(distances[250]).toBeLessThan(1_000);
    const grown = [260, 300, 350, 400, 449].map((index) => distances[index] ?? 0);
    expect(grown).toEqual(grown.toSorted((one, other) => one - other));
    for (let index = 251; index < 450; index += 1) expect((distances[index] ?? 0) - (distances[index - 1] ?? 0)).toBeLessThan(1_000);
  });

  it('counts each channel by itself, and none when there is no limit', () => {
    const cap = new ChannelCap(10);
    for (let edit = 0; edit < 10; edit += 1) cap.count('town', 1, 0);
    expect(cap.openAt('town')).toBeGreaterThanOrEqual(HOUR_MS);
    expect(cap.openAt('other')).toBe(0);
    const free = new ChannelCap(0);
    for (let edit = 0; edit < 1_000; edit += 1) expect(free.count('town', 1, 0)).toBe(0);
  });
});

describe('what a box says of it', () => {
  const { card } = view('box', 'title');

  it.each([
    [0, ['line']],
    [29_999, ['line']],
    [30_000, ['line', '◆ updates every 30s']],
    [41_000, ['line', '◆ updates every 40s']],
    [119_000, ['line', '◆ updates every 2m']],
    [600_000, ['line', '◆ updates every 10m']],
  ])('every %i ms', (everyMs, lines) => {
    expect(withDistance(card, everyMs).lines).toEqual(lines);
  });
});

const SESSIONS = 20;
const BUSY_MS = 20 * 60_000;

/** Every box has something new every five seconds. A turn lasts twenty minutes; a question comes in its middle. */
async function workingDay(harness: Harness, hours: number): Promise<void> {
  const { clock, publisher } = harness;
  for (let step = 0; step < (hours * HOUR_MS) / 5_000; step += 1) {
    for (let session = 0; session < SESSIONS; session += 1) {
      const at = step * 5_000 + session * 60_000;
      const [turn, age] = [Math.floor(at / BUSY_MS), at % BUSY_MS];
      const isAsking = age >= BUSY_MS / 2 && age < BUSY_MS / 2 + 60_000;
      const startedAt = clock.now() - age;
      const setting = { channelId: 'town', startedAt, final: age === BUSY_MS - 5_000, ...(isAsking ? { urgentKey: 'waiting' } : {}) };
      publisher.show(view(`turn ${turn} of ${session}`, `step ${step}`, setting));
    }
    await clock.advance(5_000);
  }
}

describe('twenty sessions in one channel over a working day', () => {
  it('at most 500 ordinary edits an hour; questions and ends come at once; boxes say how rarely they are updated', async () => {
    const ordinaryAt: number[] = [];
    const harness: Harness = createHarness({
      options: { channelEditsPerHour: 500 },
      onRequest: ({ need, reason }) => {
        if (need === 'edit' && reason === 'progress') ordinaryAt.push(harness.clock.monotonic());
      },
    });
    await workingDay(harness, 8);
    expect(ordinaryAt.length).toBeGreaterThan(8 * 450);
    expect(mostInAnHour(ordinaryAt)).toBeLessThanOrEqual(500);
    expect(harness.publisher.stats().slowChannels).toMatchObject([{ channelId: 'town' }]);
    expect(harness.publisher.stats().behindMs).toBeLessThan(30_000);
    const posts = [...harness.server.posts.values()];
    const texts = posts.flatMap(({ versions }) => versions.map(({ body }) => textOf(body) ?? ''));
    expect(texts.filter((text) => /◆ updates every \d+[sm]$/.test(text)).length).toBeGreaterThan(1_500);
    const ended = posts.filter(({ body }) => JSON.stringify(body.props['livestatus']).includes('"open":false'));
    expect(ended.length).toBeGreaterThan(SESSIONS * 20);
    for (const { body } of ended) expect(textOf(body)).not.toContain('updates every');
  });
});
