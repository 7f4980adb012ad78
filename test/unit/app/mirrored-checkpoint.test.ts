import { expect, it } from 'vitest';
import { mirroredCheckpoint } from '../../../src/app/mirrored-checkpoint.ts';
import { newSession } from '../../../src/core/reduce.ts';
import type { PostRecord } from '../../../src/core/post-record.ts';
import type { RunRow } from '../../../src/fleet/run-rows.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { treeAt, asked } from '../core/scenario.ts';

/** What the bus would keep. */
class Rows {
  readonly problem = undefined;
  readonly byKey = new Map<string, RunRow>();
  ofKind(kind: string): RunRow[] {
    return [...this.byKey.values()].filter((row) => row.kind === kind);
  }
  put(row: RunRow): void {
    if (row.value === undefined) this.byKey.delete(`${row.kind} ${row.name}`);
    else this.byKey.set(`${row.kind} ${row.name}`, row);
  }
}

const POST: PostRecord = {
  boxId: 'web-1/box',
  target: { channelId: 'c' },
  phase: 'intent',
  pendingPostId: 'pending',
  seq: 1,
  owedFinal: false,
  final: false,
  createdAt: 1,
};

it('posts and facts of one publisher are those of the next; sessions and positions are not kept, since watchers have them', () => {
  const rows = new Rows();
  const { session } = treeAt([asked(1)], 2);
  const current = { sessions: () => new Map([[session.key, session]]), entries: () => [] };
  const state = new StateStore(mirroredCheckpoint(rows), current);
  state.posts.save(POST);
  state.facts.put('known', { at: 1 });
  state.positions.set('transcripts', '/a', 5);
  state.flush();
  state.flush(true);
  expect([...rows.byKey.keys()].toSorted()).toEqual(['fact known', 'post web-1/box']);
  const next = new StateStore(mirroredCheckpoint(rows), { sessions: () => new Map([['k', newSession('k')]]), entries: () => [] });
  expect(next.posts.records()).toEqual([POST]);
  expect(next.facts.get('known')).toEqual({ at: 1 });
  expect(next.sessions.stored()).toEqual([]);
  next.posts.drop(POST.boxId);
  expect([...rows.byKey.keys()]).toEqual(['fact known']);
});
