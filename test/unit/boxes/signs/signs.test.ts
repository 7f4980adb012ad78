import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../../src/boxes/signs/mark.ts';
import { rounds } from '../../../support/rounds.ts';
import { EMOJI_OF, type Fate, signing, turn } from './reacting-server.ts';

describe('a sign of life', () => {
  it('is put on the post that asked at once, and is replaced by the end', async () => {
    const { signs, server, clock } = signing();
    signs.show(turn('p'), 'works');
    await clock.advance(20);
    expect(server.on('p')).toEqual(['eyes']);
    signs.show(turn('p'), 'done');
    await clock.advance(50);
    expect(server.on('p')).toEqual(['white_check_mark']);
    expect(server.asked).toEqual(['+eyes p', '+white_check_mark p', '-eyes p']);
  });

  it.each([['waits'], ['failed'], ['done']] as const)('shows %s alone, whatever was shown before', async (mark) => {
    const { signs, server, clock } = signing();
    for (const before of ['works', 'waits', 'works', mark] as const) {
      signs.show(turn('p'), before);
      await clock.advance(1_000);
    }
    expect(server.on('p')).toEqual(EMOJI_OF[mark]);
  });

  it('costs three requests for a turn, and none for a state that is shown already', async () => {
    const { signs, server, clock } = signing();
    for (const mark of ['works', 'works', 'works', 'done', 'done'] as const) {
      signs.show(turn('p'), mark);
      await clock.advance(1_000);
    }
    signs.forget('box p');
    await clock.advance(60_000);
    expect(server.asked).toHaveLength(3);
  });

  it('is not put on a post whose turn is over when it is first seen', async () => {
    const { signs, server, clock } = signing();
    for (const mark of ['done', 'failed', 'none'] as const) signs.show(turn(mark), mark);
    await clock.advance(60_000);
    expect(server.asked).toEqual([]);
  });

  it('that could not be sent before the end shows the end alone', async () => {
    const { signs, server, clock, budget } = signing();
    for (let token = 0; token < 40; token += 1) budget.take('end', clock.monotonic());
    signs.show(turn('p'), 'works');
    await clock.advance(1_000);
    expect(server.asked).toEqual([]);
    signs.show(turn('p'), 'failed');
    await clock.advance(30_000);
    expect(server.asked).toEqual(['+x p']);
  });

  it('of a post that several turns answer shows whom a person has to look after first', async () => {
    const { signs, server, clock } = signing();
    const [one, other] = ['one', 'other'].map((boxId) => ({ ...turn('p'), boxId }));
    const seen: string[][] = [];
    for (const [which, mark] of [
      [one, 'works'],
      [other, 'works'],
      [other, 'waits'],
      [one, 'done'],
      [other, 'failed'],
    ] as const) {
      if (which !== undefined) signs.show(which, mark);
      await clock.advance(2_000);
      seen.push(server.on('p'));
    }
    expect(seen).toEqual([['eyes'], ['eyes'], ['raised_hand'], ['raised_hand'], ['x']]);
  });

  it('comes back when a turn goes on after its end', async () => {
    const { signs, server, clock } = signing();
    for (const mark of ['works', 'done', 'works'] as const) {
      signs.show(turn('p'), mark);
      await clock.advance(2_000);
    }
    expect(server.on('p')).toEqual(['eyes']);
  });

  it('that somebody works is taken away when the turn is not known any more', async () => {
    const { signs, server, clock, disk } = signing();
    signs.show(turn('p'), 'works');
    await clock.advance(100);
    signs.forget('box p');
    await clock.advance(100);
    expect(server.on('p')).toEqual([]);
    expect(disk.size).toBe(0);
  });

  it('is taken away at a stop, though the budget is spent', async () => {
    const { signs, server, clock, budget } = signing();
    for (const name of ['a', 'b', 'c']) signs.show(turn(name), 'works');
    await clock.advance(100);
    for (let token = 0; token < 60; token += 1) budget.take('end', clock.monotonic());
    for (const name of ['a', 'b', 'c']) signs.show(turn(name), 'none');
    const flushed = signs.flush(4_000);
    await clock.advance(400);
    await flushed;
    expect(['a', 'b', 'c'].flatMap((name) => server.on(name))).toEqual([]);
  });
});

describe('within the budget', () => {
  it.each([
    [10, { perSecond: 5, burst: 20 }],
    [50, { perSecond: 50, burst: 100 }],
  ])('%s turns at once have their signs within a second with %j', async (count, limits) => {
    const { signs, server, clock } = signing(limits);
    const names = Array.from({ length: count }, (_, index) => `p${index}`);
    for (const name of names) signs.show(turn(name), 'works');
    await clock.advance(1_000);
    expect(names.filter((name) => server.on(name).includes('eyes'))).toHaveLength(count);
  });

  it('at most three are in flight, so that a connection is left for an end', async () => {
    const { signs, server, clock } = signing({ perSecond: 50, burst: 100 });
    for (let index = 0; index < 50; index += 1) signs.show(turn(`p${index}`), 'works');
    await clock.advance(1_000);
    expect(server.mostInFlight).toBe(3);
  });

  it('a flood leaves half of the burst to boxes, and all that ends may borrow', async () => {
    const { signs, clock, budget } = signing();
    for (let index = 0; index < 1_000; index += 1) signs.show(turn(`p${index}`), 'works');
    await clock.advance(200);
    expect(budget.at(clock.monotonic()).tokens).toBeGreaterThanOrEqual(4);
    expect(budget.tokenAt('urgent', clock.monotonic())).toBeLessThanOrEqual(clock.monotonic());
    expect(budget.tokenAt('end', clock.monotonic())).toBeLessThanOrEqual(clock.monotonic());
  });

  it('while ordinary edits take whatever they get, signs have a quarter of the rate', async () => {
    const { signs, server, clock, budget } = signing();
    for (let index = 0; index < 1_000; index += 1) signs.show(turn(`p${index}`), 'works');
    let edits = 0;
    for (let step = 0; step < 6_000; step += 1) {
      if (budget.tokenAt('ordinary', clock.monotonic()) <= clock.monotonic()) {
        budget.take('ordinary', clock.monotonic());
        edits += 1;
      }
      await clock.advance(10);
    }
    expect(server.asked.length).toBeGreaterThan(60 * 1.2);
    expect(server.asked.length).toBeLessThan(60 * 1.25 + 25);
    expect(edits).toBeGreaterThan(60 * 3.5);
  });
});

describe('where reactions are refused', () => {
  it('the channel is left alone for an hour, the log says so once, and other channels go on', async () => {
    const { signs, server, clock, warnings } = signing();
    server.fateOf = (request) => (request.includes('closed') ? 'no_access' : 'ok');
    for (const name of ['closed1', 'closed2', 'closed3', 'closed4', 'closed5']) signs.show(turn(name, 'closed'), 'works');
    signs.show(turn('open', 'open'), 'works');
    await clock.advance(60_000);
    for (const name of ['closed6', 'closed7']) signs.show(turn(name, 'closed'), 'works');
    await clock.advance(3_000_000);
    expect(server.on('open')).toEqual(['eyes']);
    expect(server.asked.filter((request) => request.includes('closed')).length).toBeLessThanOrEqual(3);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('SIGNS=off');
    const before = server.asked.length;
    await clock.advance(3_600_000);
    signs.show(turn('closed8', 'closed'), 'works');
    await clock.advance(1_000);
    expect(server.asked.length).toBe(before + 1);
    expect(warnings).toHaveLength(1);
  });

  it('a sign from before is taken away when they are permitted again', async () => {
    const { signs, server, clock, disk } = signing();
    signs.show(turn('p'), 'works');
    await clock.advance(1_000);
    server.fateOf = () => 'no_access';
    signs.show(turn('p'), 'done');
    await clock.advance(10_000);
    signs.forget('box p');
    expect(server.on('p')).toEqual(['eyes']);
    server.fateOf = () => 'ok';
    await clock.advance(3_600_000);
    expect(server.on('p')).not.toContain('eyes');
    expect(disk.size).toBe(0);
  });

  it.each([['gone'], ['rejected']] as const)('a post that is %s is left alone, however often its turn has news', async (reason) => {
    const { signs, server, clock, disk } = signing();
    server.fateOf = () => reason;
    for (let step = 0; step < 50; step += 1) {
      signs.show(turn('p'), step % 2 === 0 ? 'works' : 'waits');
      await clock.advance(5_000);
    }
    expect(server.asked.length).toBeLessThanOrEqual(3);
    expect(disk.size).toBe(0);
  });
});

describe('an outage', () => {
  it('is asked about with one request at a time, and afterwards each post shows the newest state', async () => {
    const { signs, server, clock } = signing();
    server.fateOf = () => 'unreachable';
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) signs.show(turn(name), 'works');
    await clock.advance(60_000);
    expect(server.asked.length).toBeLessThan(40);
    for (const name of names.slice(0, 3)) signs.show(turn(name), 'done');
    server.fateOf = () => 'ok';
    await clock.advance(30_000);
    expect(names.map((name) => server.on(name).join())).toEqual([
      'white_check_mark',
      'white_check_mark',
      'white_check_mark',
      'eyes',
      'eyes',
    ]);
  });
});

describe('after a kill', () => {
  it('a sign whose turn ended meanwhile is settled', async () => {
    const { signs, server, clock, start } = signing();
    signs.show(turn('p'), 'works');
    await clock.advance(100);
    await signs.stop();
    const { signs: next } = start();
    next.settleAfter(60_000);
    next.show(turn('p'), 'failed');
    await clock.advance(1_000);
    expect(server.on('p')).toEqual(['x']);
  });

  it('nothing is requested before the turn is known, and a turn that does not appear leaves no sign that it works', async () => {
    const { signs, server, clock, disk, start } = signing();
    signs.show(turn('p'), 'works');
    await clock.advance(100);
    await signs.stop();
    start().signs.settleAfter(60_000);
    await clock.advance(59_000);
    expect(server.asked).toEqual(['+eyes p']);
    await clock.advance(2_000);
    expect(server.on('p')).toEqual([]);
    expect(disk.size).toBe(0);
  });

  it('a reaction that was on its way is found: it was on disk before it was sent', async () => {
    const { signs, server, clock, disk, start } = signing();
    server.fateOf = () => {
      expect(disk.get('p')?.on).toEqual(['eyes']);
      return 'ok';
    };
    signs.show(turn('p'), 'works');
    await clock.advance(1); // not answered yet
    await signs.stop();
    await clock.advance(100);
    server.fateOf = () => 'ok';
    start().signs.settleAfter(1_000);
    await clock.advance(3_000);
    expect(server.on('p')).toEqual([]);
  });
});

const MARKS = ['works', 'waits', 'done', 'failed', 'none'] as const;
const FATES: readonly Fate[] = ['ok', 'ok', 'ok', 'lost', 'unreachable', 'server', 'rate_limited'];
const action = fc.oneof(
  fc.record({ kind: fc.constant('show' as const), post: fc.nat(3), box: fc.nat(1), mark: fc.constantFrom<Mark>(...MARKS) }),
  fc.record({ kind: fc.constant('kill' as const), fates: fc.array(fc.constantFrom(...FATES), { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('fail' as const), fates: fc.array(fc.constantFrom(...FATES), { maxLength: 6 }) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 4_000 }) }),
);

/** What each post should show: the mark of the turn that a person has to look after first. */
function expected(marks: ReadonlyMap<string, Mark>): readonly string[] {
  const all = new Set(marks.values());
  return EMOJI_OF[(['waits', 'works', 'failed', 'done'] as const).find((mark) => all.has(mark)) ?? 'none'];
}

it('whatever fails and however often it is killed, in the end each post shows its own state and nothing else of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
      const rig = signing({ perSecond: 50, burst: 100 });
      const { clock, server } = rig;
      let { signs } = rig;
      const marksByPost = new Map<string, Map<string, Mark>>();
      const tellAll = (): void => {
        for (const [postId, marks] of marksByPost) for (const [boxId, mark] of marks) signs.show({ boxId, postId, place: 'town' }, mark);
      };
      const failing: Fate[] = [];
      server.fateOf = () => failing.shift() ?? 'ok';
      for (const each of actions) {
        if (each.kind === 'show') {
          const postId = `p${each.post}`;
          const marks = marksByPost.get(postId) ?? new Map<string, Mark>();
          const isFirst = !marks.has(`${each.box} of ${postId}`);
          if (isFirst && each.mark !== 'works' && each.mark !== 'waits') continue; // it was over when it was first seen
          marksByPost.set(postId, marks.set(`${each.box} of ${postId}`, each.mark));
          signs.show({ boxId: `${each.box} of ${postId}`, postId, place: 'town' }, each.mark);
        } else if (each.kind === 'pass') await clock.advance(each.ms);
        else failing.push(...each.fates);
        if (each.kind === 'kill') {
          await signs.stop();
          ({ signs } = rig.start());
          signs.settleAfter(30_000);
          tellAll();
        }
      }
      failing.length = 0;
      await clock.advance(120_000);
      const wrong = [...marksByPost].filter(([postId, marks]) => {
        const want = expected(marks);
        const on = server.on(postId);
        const isOver = ![...marks.values()].some((mark) => mark === 'works' || mark === 'waits');
        // An end whose sign a kill took along before anything was requested is not told any more.
        return on.join() !== want.join() && !(isOver && on.length === 0);
      });
      expect(wrong.map(([postId]) => [postId, server.on(postId)])).toEqual([]);
      await signs.stop();
    }),
    { numRuns: rounds({ inCheck: 100, thorough: 3_000 }) },
  );
});
