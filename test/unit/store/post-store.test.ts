import { describe, expect, it } from 'vitest';
import type { PostRecord } from '../../../src/core/post-record.ts';
import type { Change } from '../../../src/store/checkpoint.ts';
import { PostStore } from '../../../src/store/post-store.ts';
import { rowsInMemory } from './rows-in-memory.ts';

const INTENT: PostRecord = {
  boxId: 'box',
  target: { channelId: 'town' },
  phase: 'intent',
  pendingPostId: 'x',
  seq: 1,
  owedFinal: false,
  final: false,
  createdAt: 0,
};
const POSTED: PostRecord = { ...INTENT, phase: 'posted', postId: 'p' };

/** What was written, in order, by kind. */
function watched(): { store: PostStore; written: string[]; restarted(): PostStore } {
  const written: string[] = [];
  const note = (changes: readonly Change[]): boolean =>
    written.push(...changes.map(({ kind, value }) => (value === undefined ? `no ${kind}` : kind))) > 0;
  const checkpoint = rowsInMemory(note);
  return {
    store: new PostStore(checkpoint, () => void written.push('turns')),
    written,
    restarted: () => new PostStore(checkpoint, () => {}),
  };
}

describe('the record of a post', () => {
  it('is written after the turn of its box, and that only before the first word about the post', () => {
    const { store, written } = watched();
    store.save(INTENT);
    store.save(POSTED);
    expect(written).toEqual(['turns', 'post', 'post']);
  });

  it('is written again only where something in it changed, also after a restart', () => {
    const { store, written, restarted } = watched();
    store.save(POSTED);
    store.save(structuredClone(POSTED));
    restarted().save(structuredClone(POSTED));
    expect(written).toEqual(['turns', 'post']);
  });

  it('is there after a restart until it is dropped, and dropped once', () => {
    const { store, written, restarted } = watched();
    store.save(POSTED);
    expect(restarted().records()).toEqual([POSTED]);
    store.drop('box');
    store.drop('box');
    store.drop('another');
    expect(restarted().records()).toEqual([]);
    expect(written).toEqual(['turns', 'post', 'no post']);
  });

  it('may say which box has a post: the newer one while two share it', () => {
    const { store } = watched();
    for (const boxId of ['older', 'newer']) store.save({ ...POSTED, boxId });
    expect([store.boxOf('p'), store.postIdOf('older'), store.postIdOf('newer')]).toEqual(['newer', 'p', 'p']);
    store.drop('newer');
    expect([store.boxOf('p'), store.boxOf('another')]).toEqual(['older', undefined]);
  });

  it('may say that another post tells the end of its turn', () => {
    const { store } = watched();
    store.save({ ...INTENT, replaces: 'old' });
    expect(store.replacedIds()).toEqual(['old']);
  });

  it('counts as open while it has a post that has not ended', () => {
    const { store } = watched();
    store.save(POSTED);
    store.save({ ...POSTED, boxId: 'ended', postId: 'e', final: true });
    store.save({ ...POSTED, boxId: 'closed to us', postId: 'c', phase: 'parked' });
    store.save({ ...INTENT, boxId: 'not there yet' });
    expect(store.openPostIds()).toEqual(['p']);
  });
});

describe('a row that is none of ours', () => {
  it.each([
    ['nothing', null],
    ['a word', 'box'],
    ['half a record', { boxId: 'box', phase: 'posted' }],
    ['a record without a channel', { ...POSTED, target: {} }],
  ])('is skipped: %s', (_name, value) => {
    const checkpoint = rowsInMemory();
    checkpoint.write([
      { kind: 'post', key: 'box', value },
      { kind: 'post', key: 'other', value: { ...POSTED, boxId: 'other' } },
    ]);
    expect(new PostStore(checkpoint, () => {}).records()).toEqual([{ ...POSTED, boxId: 'other' }]);
  });

  it('costs the record no more than the end in it, where only that is not as expected', () => {
    const checkpoint = rowsInMemory();
    checkpoint.write([{ kind: 'post', key: 'box', value: { ...POSTED, owedFinal: true, owedView: { card: { title: 'x' } } } }]);
    expect(new PostStore(checkpoint, () => {}).records()).toEqual([{ ...POSTED, owedFinal: true }]);
  });
});
