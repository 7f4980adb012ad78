// The promises of the digest: its sums are those of the turns that boxes have shown, each turn once, and no digest twice.

import { describe, expect, it } from 'vitest';
import { dayAfter, dayDue, dueAt, localClock } from '../../../../src/calls/digest/local-day.ts';
import { seeded } from '../../../integration/harness.ts';
import { rounds } from '../../../support/rounds.ts';
import { DigestWorld, type DigestPost, type ModelTurn, rowsOf } from './digest-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function turn(boxId: string, parts: Partial<ModelTurn> = {}): ModelTurn {
  return { boxId, channelId: 'town', agentId: 'main', tokens: 1_000, costUsd: 0.5, findings: 0, ...parts };
}

async function pass(world: DigestWorld, ms: number): Promise<void> {
  const end = world.now + ms;
  while (world.now < end) {
    world.now = Math.min(end, world.now + MINUTE_MS);
    await world.tick();
  }
}

function started(now: string, options: { dueMinutes?: number; zone?: string } = {}): DigestWorld {
  const world = new DigestWorld(now, options);
  world.start();
  return world;
}

function marks(posts: readonly DigestPost[]): unknown[] {
  return posts.map(({ meta }) => (meta as { digest?: string }).digest);
}

describe('a digest', () => {
  it('is a table of the turns that have ended since the last one, by agent, in each channel', async () => {
    const world = started('2026-11-27T10:00:00Z');
    await world.tick();
    const ended = { state: 'done' as const, at: world.now };
    world.see(turn('a', { ended, tokens: 12_345, costUsd: 1.25, findings: 2 }));
    world.see(turn('b', { ended: { ...ended, state: 'error' } }));
    world.see(turn('c', { ended: { ...ended, state: 'aborted' }, agentId: 'helper', costUsd: 0 }));
    world.see(turn('d', { ended, channelId: 'lab' }));
    world.see(turn('e'));
    await pass(world, 8 * HOUR_MS);
    expect(world.posts.map(({ target, message }) => [target.channelId, message])).toEqual([
      [
        'town',
        [
          '**Turns up to 2026-11-27 18:00**',
          '',
          '| agent | turns | done | failed | waited | tokens | cost | findings |',
          '|:--|--:|--:|--:|--:|--:|--:|--:|',
          '| `main` | 2 | 1 | 1 |  | 13,345 | $1.75 | 2 |',
          '| `helper` | 1 | 0 | 0 |  | 1,000 |  | 0 |',
          '| **all** | 3 | 1 | 1 |  | 14,345 | $1.75 | 2 |',
        ].join('\n'),
      ],
      ['lab', expect.stringContaining('| `main` | 1 | 1 | 0 |  | 1,000 | $0.50 | 0 |')],
    ]);
  });

  it('says how long turns have waited for people, also over a restart and a clock that was set', async () => {
    const world = started('2026-11-27T10:00:00Z');
    world.see(turn('a', { waitsSince: world.now }));
    await pass(world, 10 * MINUTE_MS);
    world.kill();
    world.now += 10 * MINUTE_MS;
    world.start();
    world.jump(2 * HOUR_MS);
    world.see(turn('a', { waitsSince: world.now - 20 * MINUTE_MS }));
    world.see(turn('a'));
    await pass(world, HOUR_MS);
    world.see(turn('a', { waitsSince: world.now }));
    world.now += 5 * MINUTE_MS;
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    await pass(world, 8 * HOUR_MS);
    expect(world.posts[0]?.message).toContain('| `main` | 1 | 1 | 0 | 25m | 1,000 |');
  });

  it('counts a turn once, though it goes on after its digest', async () => {
    const world = started('2026-11-27T10:00:00Z');
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    await pass(world, 8 * HOUR_MS);
    world.see(turn('a'));
    world.see(turn('a', { ended: { state: 'error', at: world.now }, tokens: 9_000 }));
    world.see(turn('b', { ended: { state: 'done', at: world.now } }));
    await pass(world, DAY_MS);
    expect(world.posts.map((post) => rowsOf(post).get('main')?.turns)).toEqual([1, 1]);
    await pass(world, DAY_MS);
    await pass(world, DAY_MS);
    expect(world.storedRows()).toBeLessThanOrEqual(2);
  });

  it('is not made of nothing, nor at the first start for a time that has gone by', async () => {
    const world = started('2026-11-27T20:00:00Z');
    await world.tick();
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    await pass(world, HOUR_MS);
    expect(world.posts).toEqual([]);
    await pass(world, 3 * DAY_MS);
    expect(marks(world.posts)).toEqual(['town-2026-11-28']);
  });

  it('that was missed comes with the next start', async () => {
    const world = started('2026-11-27T10:00:00Z');
    await world.tick();
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    world.kill();
    world.now += 20 * HOUR_MS;
    world.start();
    await world.tick();
    expect(marks(world.posts)).toEqual(['town-2026-11-27']);
  });

  it.each(['hangs', 'unheard', 'lost'] as const)('is there once when the watcher is killed while the post %s', async (weather) => {
    const world = started('2026-11-27T16:59:00Z');
    await world.tick();
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    world.weather = weather;
    await pass(world, 2 * MINUTE_MS);
    world.kill();
    world.weather = 'fine';
    world.start();
    await pass(world, HOUR_MS);
    expect(marks(world.posts)).toEqual(['town-2026-11-27']);
  });

  it('is not silenced by a clock that was years ahead', async () => {
    const world = started('2026-11-27T10:00:00Z');
    await world.tick();
    world.jump(4 * 365 * DAY_MS);
    await world.tick();
    world.jump(-4 * 365 * DAY_MS);
    await world.tick();
    world.see(turn('a', { ended: { state: 'done', at: world.now } }));
    await pass(world, 2 * DAY_MS);
    expect(world.posts).toHaveLength(1);
  });
});

describe.each([
  ['Europe/Berlin', '2026-03-28T00:00:00Z'],
  ['Europe/Berlin', '2026-10-24T00:00:00Z'],
  ['America/New_York', '2026-03-07T00:00:00Z'],
  ['America/New_York', '2026-10-31T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T00:00:00Z'],
  ['Asia/Kolkata', '2026-03-28T00:00:00Z'],
])('in %s around %s', (zone, from) => {
  it.each([0, 1 * 60 + 59, 2 * 60, 2 * 60 + 30, 3 * 60, 18 * 60, 24 * 60 - 1])(
    'every day has one digest, due at minute %i',
    async (dueMinutes) => {
      const world = started(from, { zone, dueMinutes });
      await world.tick();
      const begin = world.madeFor() ?? '';
      for (let minute = 0; minute < 3 * 24 * 60; minute += 5) {
        if (minute % 60 === 0) world.see(turn(`t${minute}`, { ended: { state: 'done', at: world.now } }));
        await pass(world, 5 * MINUTE_MS);
      }
      expect(marks(world.posts)).toEqual(world.posts.map((_, index) => `town-${dayAfter(begin, index + 1)}`));
      expect(world.posts.length).toBeGreaterThanOrEqual(2); // three days of 24 hours have two or four such times where clocks are changed
    },
  );
});

it('the next time it is due is known to the minute', () => {
  const read = localClock('Europe/Berlin');
  const now = Date.parse('2026-11-27T16:59:30Z');
  expect(new Date(dueAt(read(now), now, 18 * 60)).toISOString()).toBe('2026-11-27T17:00:00.000Z');
  const due = Date.parse('2026-11-27T17:00:00Z');
  expect(new Date(dueAt(read(due), due, 18 * 60)).toISOString()).toBe('2026-11-28T17:00:00.000Z');
  expect(dayDue(read(now), 18 * 60)).toBe('2026-11-26');
});

const DAYS = 8;
const SCRIPTS = rounds({ inCheck: 150, thorough: 3_000 });

it(`${SCRIPTS} scripts of ${DAYS} days with kills, outages and clocks that are set: sums are those of the turns, no digest twice`, {
  timeout: 3_600_000,
}, async () => {
  let posts = 0;
  for (let seed = 1; seed <= SCRIPTS; seed += 1) posts += await play(seed);
  expect(posts).toBeGreaterThan(SCRIPTS * DAYS);
});

/** Plays one script and gives the number of digests. */
async function play(seed: number): Promise<number> {
  const random = seeded(seed);
  const world = started('2026-10-22T00:00:00Z');
  const told = new Map<string, ModelTurn>();
  const closed = new Map<string, ModelTurn>();
  let made = world.madeFor();
  const settle = async (): Promise<void> => {
    await world.tick();
    if (world.madeFor() === made) return;
    made = world.madeFor();
    for (const [boxId, each] of closed) if (!told.has(boxId)) told.set(boxId, each);
  };
  const end = world.now + DAYS * DAY_MS;
  for (let count = 0; world.now < end; count += 1) {
    world.now += Math.floor(random() * 90) * MINUTE_MS;
    await settle();
    disturb(world, random);
    await settle();
    if (!world.isAlive) continue;
    for (const each of changed(world, `s${seed}n${count}`, random)) {
      world.see(each);
      if (each.ended === undefined) closed.delete(each.boxId);
      else closed.set(each.boxId, each);
    }
  }
  world.weather = 'fine';
  world.kill();
  world.start();
  for (let hours = 0; hours < 96; hours += 1) {
    world.now += HOUR_MS;
    await settle();
  }
  judge(seed, world, [...told.values()]);
  expect(
    [...closed.keys()].filter((boxId) => !told.has(boxId)),
    `seed ${seed}: none lost`,
  ).toEqual([]);
  return world.posts.length;
}

function disturb(world: DigestWorld, random: () => number): void {
  const dice = random();
  if (dice < 0.1) world.kill();
  else if (dice < 0.2) world.weather = random() < 0.5 ? 'lost' : 'unheard';
  else if (dice < 0.25) world.weather = 'hangs';
  else if (dice < 0.3) world.jump(Math.floor((random() - 0.5) * 6 * HOUR_MS));
  else if (dice < 0.7) {
    if (world.weather === 'hangs') world.kill(); // a request that is never answered ends with its process
    world.weather = 'fine';
    if (!world.isAlive) world.start();
  }
}

/** A new turn, or one of the last that ends or goes on. */
function changed(world: DigestWorld, boxId: string, random: () => number): ModelTurn[] {
  const pick = <T>(from: readonly T[]): T[] => from.slice(Math.floor(random() * from.length)).slice(0, 1);
  if (random() < 0.4) {
    const [channelId = '', agentId = ''] = [...pick(['town', 'lab']), ...pick(['main', 'helper', 'third'])];
    return [
      turn(boxId, {
        channelId,
        agentId,
        tokens: Math.floor(random() * 1e6),
        costUsd: Math.floor(random() * 100) / 100,
        findings: Math.floor(random() * 2),
      }),
    ];
  }
  const recent = world.known().slice(-6);
  return pick(recent).map(({ ended, ...open }) => {
    if (ended !== undefined) return random() < 0.2 ? open : { ...open, ended };
    return { ...open, ended: { state: pick(['done', 'error', 'aborted', 'done_unseen'] as const)[0] ?? 'done', at: world.now } };
  });
}

function judge(seed: number, world: DigestWorld, told: readonly ModelTurn[]): void {
  expect(new Set(marks(world.posts)).size, `seed ${seed}: no digest twice`).toBe(world.posts.length);
  for (const channelId of ['town', 'lab']) {
    const own = told.filter((each) => each.channelId === channelId);
    const tables = world.posts.filter(({ target }) => target.channelId === channelId).map(rowsOf);
    const rows = tables.flatMap((table) => [...table].filter(([name]) => name !== 'all').map(([, row]) => row));
    const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0);
    const count = (is: (each: ModelTurn) => boolean): number => own.filter(is).length;
    const at = `seed ${seed} ${channelId}`;
    expect(
      sum(({ turns }) => turns),
      at,
    ).toBe(own.length);
    expect(
      sum(({ done }) => done),
      at,
    ).toBe(count(({ ended }) => ended?.state === 'done' || ended?.state === 'done_unseen'));
    expect(
      sum(({ failed }) => failed),
      at,
    ).toBe(count(({ ended }) => ended?.state === 'error'));
    expect(
      sum(({ tokens }) => tokens),
      at,
    ).toBe(own.reduce((total, { tokens }) => total + tokens, 0));
    expect(
      sum(({ findings }) => findings),
      at,
    ).toBe(own.reduce((total, { findings }) => total + findings, 0));
    expect(Math.abs(sum(({ cost }) => cost) - own.reduce((total, { costUsd }) => total + costUsd, 0)), at).toBeLessThan(
      0.01 * (rows.length + 1),
    );
    for (const table of tables) {
      const parts = [...table].filter(([name]) => name !== 'all').map(([, { turns }]) => turns);
      expect(table.get('all')?.turns ?? parts[0], at).toBe(parts.reduce((total, turns) => total + turns, 0));
    }
  }
}
