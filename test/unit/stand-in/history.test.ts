import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { created, jsonOf, request, standInAt } from './requests.ts';

describe('what the stand-in remembers', () => {
  it('keeps every accepted version of a post with its time and cause, and no refused one', () => {
    const { standIn, clock } = standInAt();
    const start = clock.time;
    const id = created(standIn, { message: 'one' });
    clock.time += 500;
    standIn.handle(request('PUT', `/posts/${id}/patch`, { message: 'two' }));
    standIn.handle(request('PUT', `/posts/${id}/patch`, { message: 'x'.repeat(16_384) }));
    clock.time += 500;
    standIn.handle(request('DELETE', `/posts/${id}`));
    const seen = standIn.versionsOf(id).map(({ at, cause, userId, post }) => [at - start, cause, userId, post.message]);
    expect(seen).toEqual([
      [0, 'created', SAMPLE.botId, 'one'],
      [500, 'edited', SAMPLE.botId, 'two'],
      [1000, 'deleted', SAMPLE.botId, 'two'],
    ]);
    expect(standIn.posts()).toEqual([]);
  });

  it('logs every request with its time, its sender and the status it got', () => {
    const { standIn, clock } = standInAt();
    standIn.handle(request('GET', '/users/me'));
    clock.time += 10;
    standIn.handle(request('GET', '/users/me', undefined, 'wrong'));
    expect(standIn.requests.map(({ at, path, status, userId }) => [at - clock.time, path, status, userId])).toEqual([
      [-10, '/api/v4/users/me', 200, SAMPLE.botId],
      [0, '/api/v4/users/me', 401, undefined],
    ]);
  });

  it('tells listeners about posts, edits and deletions until they stop listening', () => {
    const { standIn } = standInAt();
    const seen: string[] = [];
    const stop = standIn.onPostEvent(({ kind, post }) => seen.push(`${kind} ${post.message}`));
    const id = created(standIn, { message: 'a' });
    standIn.handle(request('PUT', `/posts/${id}/patch`, { message: 'b' }));
    standIn.handle(request('DELETE', `/posts/${id}`));
    stop();
    created(standIn);
    expect(seen).toEqual(['posted a', 'post_edited b', 'post_deleted b']);
  });

  it('makes different ids for different posts, and the same ones in every run', () => {
    const ids = () => {
      const { standIn } = standInAt();
      return Array.from({ length: 300 }, () => created(standIn));
    };
    const first = ids();
    expect(new Set(first).size).toBe(300);
    expect(first.every((id) => /^[a-z0-9]{26}$/.test(id))).toBe(true);
    expect(ids()).toEqual(first);
  });

  it('keeps history rows out of pages but lets them drown a since list, as the real server does', () => {
    const { standIn, clock } = standInAt();
    const id = created(standIn);
    const since = clock.time - 1;
    for (let edit = 0; edit < 1200; edit += 1) {
      clock.time += 1;
      standIn.handle(request('PUT', `/posts/${id}/patch`, { message: `edit ${edit}` }));
    }
    const page = jsonOf(standIn.handle(request('GET', `/channels/${SAMPLE.publicId}/posts`)));
    expect(page['order']).toEqual([id]);
    const list = jsonOf(standIn.handle(request('GET', `/channels/${SAMPLE.publicId}/posts?since=${since}`)));
    expect(list['order']).toHaveLength(1000);
    expect(list['order']).not.toContain(id);
  });

  it('pages newest first and names the neighbours of a page', () => {
    const { standIn, clock } = standInAt();
    const ids = Array.from({ length: 5 }, () => {
      clock.time += 1;
      return created(standIn);
    });
    const page = jsonOf(standIn.handle(request('GET', `/channels/${SAMPLE.publicId}/posts?page=1&per_page=2`)));
    expect([page['order'], page['next_post_id'], page['prev_post_id']]).toEqual([[ids[2], ids[1]], ids[3], ids[0]]);
  });

  it('counts replies in threads and writes, not in single reads', () => {
    const { standIn } = standInAt();
    const root = created(standIn);
    created(standIn, { root_id: root });
    created(standIn, { root_id: root });
    const thread = jsonOf(standIn.handle(request('GET', `/posts/${root}/thread`)));
    expect(thread['posts']).toMatchObject({ [root]: { reply_count: 2 } });
    expect(jsonOf(standIn.handle(request('GET', `/posts/${root}`)))['reply_count']).toBe(0);
  });
});
