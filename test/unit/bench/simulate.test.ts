import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../bench/simulate/clock.ts';
import { chanceOf } from '../../../bench/simulate/chance.ts';
import { readOptions } from '../../../bench/simulate/options.ts';
import { type Figures, jain, mostInHour } from '../../../bench/simulate/records.ts';
import { readSettings } from '../../../bench/simulate/settings.ts';
import { type Scene, simulate } from '../../../bench/simulate/simulate.ts';
import { linesOf } from '../../../bench/simulate/table.ts';

const SMALL: Scene = { sessions: 4, channels: 1, agents: 2, hours: 1, rate: 0.2, turnMs: 240_000, busy: 0.6, latencyMs: 20, seed: 1 };

function played(scene: Partial<Scene> = {}, settings: Record<string, string> = {}): Promise<Figures> {
  const read = readSettings(settings);
  if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
  return simulate(read.config, { ...SMALL, ...scene });
}

let usual: Promise<Figures> | undefined; // the hour that several tests look at

describe('a simulated hour', () => {
  it('gives every turn one box and one end, and counts what it cost', async () => {
    const figures = await (usual ??= played());
    expect(figures.turns).toBeGreaterThan(10);
    expect(figures.neverShown).toBe(0);
    expect(figures.creates).toBe(figures.turns - figures.tooShort);
    expect(figures.byReason['edit ended'] ?? 0).toBeLessThanOrEqual(figures.creates);
    expect(figures.requests).toBe(figures.creates + figures.edits);
    expect(figures.historyRows).toBe(figures.edits);
    expect(figures.endDelay.most).toBeLessThan(2_000);
    expect(figures.fairness).toBeGreaterThan(0.9);
  });

  it('is the same again with the same seed, and another with another', async () => {
    const [first, same, other] = [await (usual ??= played()), await played(), await played({ seed: 2 })];
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('keeps to the number of ordinary edits that the channel may have, and then boxes are later, but not ends', async () => {
    const [free, capped] = [await played({}, { CHANNEL_EDITS_PER_HOUR: '0' }), await played({}, { CHANNEL_EDITS_PER_HOUR: '60' })];
    expect(free.mostOrdinaryEditsInHour).toBeGreaterThan(200);
    expect(capped.mostOrdinaryEditsInHour).toBeLessThanOrEqual(63);
    expect(capped.staleness.p95 ?? 0).toBeGreaterThan(2 * (free.staleness.p95 ?? 0));
    expect(capped.endDelay.most).toBeLessThan(2_000);
  });

  it('takes settings as the watcher does: no box before OPEN_AFTER_MS, and slots for some only', async () => {
    const late = await played({}, { OPEN_AFTER_MS: '180000' });
    expect(late.tooShort).toBeGreaterThan(3);
    const few = await played({ busy: 0.9 }, { MAX_ACTIVE_SESSIONS: '1' });
    expect(few.edits).toBeLessThan((await played({ busy: 0.9 })).edits);
  });
});

describe('the command line', () => {
  it('has numbers that were thought about', () => {
    expect(readOptions([])).toMatchObject({ scene: { sessions: 20, channels: 1, hours: 8, turnMs: 300_000 }, json: false });
    expect(readOptions(['--sessions', '7', '--rate', '0.5', '--json'])).toMatchObject({ scene: { sessions: 7, rate: 0.5 }, json: true });
    expect(readOptions(['--help', '--sessions', '7'])).toBeUndefined();
  });

  it.each([
    [['--sessions', '0'], '--sessions must be a whole number from 1 to 10000, not "0".'],
    [['--hours', '1.5'], '--hours must be a whole number from 1 to 168, not "1.5".'],
    [['--rate', ''], '--rate must be a number from 0.001 to 100, not "".'],
    [['--busy', 'x', '--seed', '-'], '--busy must be a number from 0.001 to 1, not "x".\n--seed must be'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('says what is wrong with %j', (args, words) => expect(readOptions(args)).toContain(words));
});

describe('the figures', () => {
  it('are of any sixty minutes, not of those that a clock shows', () => {
    const minutes = (...all: number[]): number[] => all.map((minute) => minute * 60_000);
    expect(mostInHour([])).toBe(0);
    expect(mostInHour(minutes(1, 2, 61.5, 62.5, 63))).toBe(3);
    expect(mostInHour(minutes(50, 55, 65, 70))).toBe(4);
    expect(mostInHour(minutes(0, 60))).toBe(1);
  });

  it('call it fair where all have the same', () => {
    expect(jain([3, 3, 3])).toBeCloseTo(1);
    expect(jain([1, 0, 0, 0])).toBeCloseTo(0.25);
    expect(jain([])).toBe(1);
  });

  it('are one line each, with times that people read', async () => {
    const figures = await (usual ??= played());
    const text = linesOf({ ...figures, endDelay: { median: 12.4, p95: 1_234, p99: 65_000, most: 65_432 }, waitDelay: {} }).join('\n');
    expect(text).toContain('median 12 ms, 95 % 1.23 s, 99 % 65 s, at most 65.4 s');
    expect(text).toMatch(/a question until it is shown +none/);
  });
});

describe('simulated time', () => {
  it('fires timers in the order in which they are due, and what they start has run before the next', async () => {
    const clock = new SimulatedClock();
    const chance = chanceOf(1);
    const fired: [number, number][] = [];
    for (let number = 0; number < 300; number += 1) {
      const due = Math.floor(chance.next() * 50);
      const cancel = clock.after(due, () => void Promise.resolve().then(() => fired.push([due, number])));
      if (chance.happens(0.2)) cancel();
      else clock.after(due, () => expect(fired.at(-1)?.[0]).toBe(due));
    }
    await clock.advance(25);
    expect(clock.monotonic()).toBe(25);
    expect(fired.every(([due]) => due <= 25)).toBe(true);
    await clock.advance(100);
    expect(fired.length).toBeGreaterThan(200);
    expect(fired).toEqual(fired.toSorted(([a, first], [b, second]) => a - b || first - second));
  });
});
