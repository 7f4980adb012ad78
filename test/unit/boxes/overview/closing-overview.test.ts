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
});
