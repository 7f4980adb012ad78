import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { created, errorOf, jsonOf, request, standInAt } from './requests.ts';

describe('what happens behind the bot’s back', () => {
  it('a database outage looks like missing rights to writers, while the bare ping stays green', () => {
    const { standIn } = standInAt();
    const id = created(standIn);
    standIn.switches.database('down');
    const status = (method: string, path: string, body?: unknown) => standIn.handle(request(method, path, body)).status;
    expect(status('PUT', `/posts/${id}/patch`, { message: 'x' })).toBe(403);
    expect(status('POST', '/posts', { channel_id: SAMPLE.publicId })).toBe(400);
    expect(status('GET', `/posts/${id}`)).toBe(500);
    expect([status('GET', '/system/ping'), status('GET', '/system/ping?get_server_status=true')]).toEqual([200, 500]);
    expect(standIn.handle(request('GET', '/users/me', undefined, SAMPLE.aliceToken)).status).toBe(401);
    standIn.switches.database('up');
    expect(status('PUT', `/posts/${id}/patch`, { message: 'x' })).toBe(200);
  });

  it('after a restart with the database down even the bot’s own token is unknown', () => {
    const { standIn } = standInAt();
    created(standIn);
    standIn.restart();
    standIn.switches.database('down');
    expect(standIn.handle(request('GET', '/users/me')).status).toBe(401);
  });

  it('a deleted root takes its replies along, and editing them is then forbidden', () => {
    const { standIn } = standInAt();
    const root = created(standIn);
    const reply = created(standIn, { root_id: root });
    standIn.switches.deletePost(root, SAMPLE.aliceId);
    expect(errorOf(standIn.handle(request('PUT', `/posts/${reply}/patch`, { message: 'x' })))).toBe('api.context.permissions.app_error');
    expect(standIn.handle(request('GET', `/posts/${reply}`)).status).toBe(404);
  });

  it('a bot that was removed from a channel may read its public posts, edit none, and come back', () => {
    const { standIn } = standInAt();
    const id = created(standIn);
    standIn.switches.removeMember(SAMPLE.publicId, SAMPLE.botId);
    const answers = () => [
      standIn.handle(request('GET', `/posts/${id}`)).status,
      standIn.handle(request('PUT', `/posts/${id}/patch`, {})).status,
    ];
    expect(answers()).toEqual([200, 403]);
    expect(standIn.handle(request('GET', `/channels/${SAMPLE.publicId}/members/me`)).status).toBe(403);
    expect(standIn.handle(request('POST', `/channels/${SAMPLE.publicId}/members`, { user_id: SAMPLE.botId })).status).toBe(201);
    expect(answers()).toEqual([200, 200]);
  });

  it('a new token works where an old one was revoked', () => {
    const { standIn } = standInAt();
    standIn.switches.revokeToken(SAMPLE.botToken);
    standIn.switches.addToken('fake-second-token', SAMPLE.botId);
    const me = (token: string) => standIn.handle(request('GET', '/users/me', undefined, token)).status;
    expect([me(SAMPLE.botToken), me('fake-second-token')]).toEqual([401, 200]);
  });

  it('names what it does not know instead of turning nothing', () => {
    const { standIn } = standInAt();
    expect(() => standIn.switches.archiveChannel('nowhere')).toThrow('knows no nowhere');
  });
});

describe('looking around', () => {
  it('finds people by id, by name and several at once, bots marked as such', () => {
    const { standIn } = standInAt();
    const user = (path: string) => jsonOf(standIn.handle(request('GET', path)));
    expect(user('/users/me')).toMatchObject({ id: SAMPLE.botId, is_bot: true });
    expect(user(`/users/${SAMPLE.aliceId}`)['is_bot']).toBeUndefined();
    expect(user('/users/username/alice')['id']).toBe(SAMPLE.aliceId);
    expect(standIn.handle(request('GET', '/users/username/nobody')).status).toBe(404);
    const byIds = standIn.handle(request('POST', '/users/ids', [SAMPLE.aliceId, SAMPLE.bobId]));
    const byNames = standIn.handle(request('POST', '/users/usernames', ['bob']));
    expect([JSON.parse(byIds.body), JSON.parse(byNames.body)]).toMatchObject([
      [{ username: 'alice' }, { username: 'bob' }],
      [{ id: SAMPLE.bobId }],
    ]);
  });

  it('opens a direct channel once for the same two people and tells its members', () => {
    const { standIn } = standInAt();
    const open = () => jsonOf(standIn.handle(request('POST', '/channels/direct', [SAMPLE.botId, SAMPLE.bobId])))['id'];
    const id = open();
    expect(open()).toBe(id);
    const members: unknown = JSON.parse(standIn.handle(request('GET', `/channels/${String(id)}/members`)).body);
    expect(members).toMatchObject([{ user_id: SAMPLE.bobId }, { user_id: SAMPLE.botId }].sort((a, b) => (a.user_id < b.user_id ? -1 : 1)));
    expect(standIn.handle(request('GET', `/channels/${String(id)}`, undefined, SAMPLE.aliceToken)).status).toBe(403);
  });

  it('finds channels by team and name, closed ones only for members', () => {
    const { standIn } = standInAt();
    const named = (name: string, token?: string) =>
      standIn.handle(request('GET', `/teams/name/${SAMPLE.teamName}/channels/name/${name}`, undefined, token)).status;
    expect([named(SAMPLE.publicName), named(SAMPLE.foreignName), named('nowhere')]).toEqual([200, 200, 404]);
    expect([named(SAMPLE.privateName), named(SAMPLE.privateName, SAMPLE.bobToken)]).toEqual([200, 403]);
  });
});
