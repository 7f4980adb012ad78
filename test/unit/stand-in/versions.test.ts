import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { created, errorOf, jsonOf, request, standInAt } from './requests.ts';

const NEW = { version: '11.6' } as const;

describe('limits that both versions share', () => {
  it('counts a message in code points, wherever the limit was set', () => {
    const { standIn } = standInAt({ maxMessageRunes: 100 });
    const create = (message: string) => standIn.handle(request('POST', '/posts', { channel_id: SAMPLE.publicId, message }));
    expect(create('😀'.repeat(100)).status).toBe(201);
    expect(errorOf(create('😀'.repeat(101)))).toBe('model.post.is_valid.msg.app_error');
    expect(jsonOf(standIn.handle(request('GET', '/config/client?format=old')))['MaxPostSize']).toBe('100');
  });

  it('tells the message limit only to who has a valid token', () => {
    const { standIn } = standInAt();
    expect(jsonOf(standIn.handle(request('GET', '/config/client?format=old', undefined, 'wrong')))['MaxPostSize']).toBeUndefined();
  });

  it('counts escaped angle brackets in props as the six characters Go writes', () => {
    const { standIn } = standInAt();
    const create = (k: string) => standIn.handle(request('POST', '/posts', { channel_id: SAMPLE.publicId, props: { k } })).status;
    expect([create('<'.repeat(1329)), create('<'.repeat(1330))]).toEqual([201, 400]);
  });

  it('keeps custom post types', () => {
    const { standIn } = standInAt();
    created(standIn, { type: 'custom_livestatus' });
    expect(standIn.posts()[0]?.type).toBe('custom_livestatus');
  });
});

describe('what changed from 5.37 to 11.6', () => {
  it('allows 800,000 runes of props but only 300,512 bytes of request', () => {
    const old = standInAt().standIn;
    const young = standInAt(NEW).standIn;
    const draft = (length: number) => request('POST', '/posts', { channel_id: SAMPLE.publicId, props: { k: 'x'.repeat(length) } });
    expect([old.handle(draft(9_000)).status, young.handle(draft(9_000)).status]).toEqual([400, 201]);
    expect(errorOf(young.handle(draft(301_000)))).toBe('api.context.request_body_too_large.app_error');
  });

  it('enforces the edit-time limit on messages, not on edits that leave the message out', () => {
    const { standIn, clock } = standInAt({ ...NEW, editTimeLimitMs: 1000 });
    const id = created(standIn);
    clock.time += 1001;
    const patch = (body: unknown) => standIn.handle(request('PUT', `/posts/${id}/patch`, body));
    expect(errorOf(patch({ message: 'm' }))).toBe('api.post.update_post.permissions_time_limit.app_error');
    expect(patch({ props: { attachments: [{ text: 'later' }] } }).status).toBe(200);
    const put = (message: string) => standIn.handle(request('PUT', `/posts/${id}`, { id, message }));
    expect([put('m').status, put('n').status]).toEqual([200, 400]);
  });

  it('refuses wrong types instead of reading them as empty', () => {
    const draft = request('POST', '/posts', { channel_id: SAMPLE.publicId, message: 42 });
    expect([standInAt().standIn.handle(draft).status, standInAt(NEW).standIn.handle(draft).status]).toEqual([201, 400]);
  });

  it('fails on U+0000 in props too', () => {
    const draft = request('POST', '/posts', { channel_id: SAMPLE.publicId, props: { k: 'a\0b' } });
    expect([standInAt().standIn.handle(draft).status, standInAt(NEW).standIn.handle(draft).status]).toEqual([201, 500]);
  });

  it('answers a repeated delete with 404 instead of 403', () => {
    const repeated = ({ standIn }: ReturnType<typeof standInAt>) => {
      const id = created(standIn);
      return [1, 2].map(() => standIn.handle(request('DELETE', `/posts/${id}`)).status);
    };
    expect([repeated(standInAt()), repeated(standInAt(NEW))]).toEqual([
      [200, 403],
      [200, 404],
    ]);
  });

  it('gives the post of a pending id only to who may read it', () => {
    const pending_post_id = 'p1';
    const second = ({ standIn }: ReturnType<typeof standInAt>) => {
      const first = created(standIn, { channel_id: SAMPLE.privateId, pending_post_id });
      const draft = { channel_id: SAMPLE.publicId, message: 'm', pending_post_id };
      return jsonOf(standIn.handle(request('POST', '/posts', draft, SAMPLE.bobToken)))['id'] === first;
    };
    expect([second(standInAt()), second(standInAt(NEW))]).toEqual([true, false]);
  });

  it('reads several posts at once and lists earlier states of own ones', () => {
    const { standIn } = standInAt(NEW);
    const id = created(standIn, { message: 'one' });
    standIn.handle(request('PUT', `/posts/${id}/patch`, { message: 'two' }));
    const batch = standIn.handle(request('POST', '/posts/ids', [id, 'a'.repeat(26)]));
    expect(JSON.parse(batch.body)).toMatchObject([{ id, message: 'two' }]);
    const history = request('GET', `/posts/${id}/edit_history`);
    expect(JSON.parse(standIn.handle(history).body)).toMatchObject([{ original_id: id, message: 'one' }]);
    expect(standInAt().standIn.handle(history).status).toBe(404);
  });
});
