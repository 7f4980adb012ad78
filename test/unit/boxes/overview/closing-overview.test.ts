// What a board says when the watcher stops, whatever is under way.

import { describe, expect, it } from 'vitest';
import { OverviewRig, working } from './overview-rig.ts';

describe('the board of a channel', () => {
  it('says that nobody keeps it any more when the watcher stops, and is kept again by the next', async () => {
    const rig = await working('scout');
    const closing = rig.overview.close();
    await rig.clock.advance(1_000);
    await closing;
    expect(rig.card?.title).toBe('[BOARD] the watcher has stopped');
    rig.kill();
    await rig.house.pass(10);
    expect(rig.card?.title).toBe('[BOARD] 1 working');
    expect(rig.boards).toHaveLength(1);
  });

  it.each(['create', 'edit', 'pin'])('is closed also when the watcher stops in the middle of its %s', async (what) => {
    const rig = what === 'edit' ? await working('scout') : new OverviewRig();
    rig.session('miner');
    rig.house.ask('miner');
    rig.house.call('call of miner', 'miner');
    for (let count = 0; count < 3_000 && rig.asked.at(-1)?.what !== what; count += 1) await rig.clock.advance(10);
    expect(rig.asked.at(-1)?.what).toBe(what);
    const closing = rig.overview.close();
    await rig.house.pass(60);
    await closing;
    expect(rig.card?.title).toBe('[BOARD] the watcher has stopped');
    expect(rig.boards).toHaveLength(1);
  });

  it('is closed at once also while an edit of it waits for its turn, and that edit is never sent', async () => {
    const rig = await working('scout');
    const before = rig.count('edit');
    rig.budget.shrink(rig.clock.monotonic());
    rig.session('miner');
    rig.house.ask('miner');
    rig.house.call('call of miner', 'miner');
    const looking = rig.overview.look();
    const closing = rig.overview.close();
    await rig.clock.advance(1_000);
    await Promise.all([looking, closing]);
    expect(rig.card?.title).toBe('[BOARD] the watcher has stopped');
    await rig.house.pass(60);
    expect(rig.count('edit')).toBe(before + 1);
  });

  it('is not called kept again when what should mend it only waited for its turn', async () => {
    const rig = await working('scout');
    rig.fateOf = (what) => (what === 'edit' ? 'server' : 'ok');
    rig.session('miner');
    rig.house.ask('miner');
    rig.house.call('call of miner', 'miner');
    await rig.house.pass(14);
    expect(rig.log.filter((line) => line.includes('cannot be kept'))).toHaveLength(1);
    const failedAt = rig.asked.at(-1)?.at ?? 0;
    await rig.clock.advance(failedAt + 10_100 - rig.clock.monotonic()); // it may be tried again, and nobody has looked since
    rig.budget.shrink(rig.clock.monotonic());
    const looking = rig.overview.look();
    const closing = rig.overview.close();
    await rig.clock.advance(1_000);
    await Promise.all([looking, closing]);
    expect(rig.log.filter((line) => line.includes('kept again'))).toEqual([]);
  });

  it('is not begun by a stop, where the board of before belongs to another gateway by now', async () => {
    const rig = await working('scout');
    const [theirs] = rig.boards;
    if (theirs !== undefined) theirs.meta = { ...(theirs.meta as object), gateway: 'neighbour' };
    const edits = rig.count('edit');
    rig.kill();
    const closing = rig.overview.close();
    await rig.house.pass(30);
    await closing;
    expect([rig.boards.length, rig.count('create'), rig.count('edit')]).toEqual([1, 1, edits]);
  });
});
