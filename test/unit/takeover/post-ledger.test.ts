import { describe, expect, it } from 'vitest';
import type { PostRecord } from '../../../src/boxes/publish/post-record.ts';
import { Memory } from '../../../src/takeover/memory.ts';
import { PostLedger } from '../../../src/takeover/post-ledger.ts';

const RECORD: PostRecord = {
  boxId: 'box',
  target: { channelId: 'town' },
  phase: 'intent',
  pendingPostId: 'x',
  seq: 1,
  owedFinal: false,
  final: false,
  createdAt: 0,
};

describe('the ledger of posts', () => {
  it('has the turn written down before the first word about its post, and then not again', () => {
    const written: string[] = [];
    const write: (changes: readonly { kind: string }[]) => boolean = (changes) => written.push(...changes.map(({ kind }) => kind)) > 0;
    const memory = new Memory({ rows: () => [], write, problem: () => undefined, close: () => undefined });
    const ledger = new PostLedger(memory, () => void written.push('turns'));
    ledger.save(RECORD);
    ledger.save({ ...RECORD, phase: 'posted', postId: 'p' });
    expect(written).toEqual(['turns', 'post', 'post']);
  });
});
