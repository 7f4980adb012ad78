import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { askHealth } from '../../../src/cli/ask-health.ts';
import { healthLines } from '../../../src/cli/status-command.ts';

const health = {
  status: 'degraded' as const,
  reason: 'Mattermost is not reached: refused',
  version: '1.2.3',
  pid: 7,
  uptimeMs: 3_720_000,
  boxes: { active: 2, waiting: 1, dirty: 1, parked: [{}] },
  sessions: [
    { agent: 'main', state: 'active', channelId: 'chan', postId: 'post' },
    { agent: 'reviewer', state: 'waiting', channelId: 'chan' },
    { agent: 'codex', project: 'shop #7f11', state: 'active', channelId: 'chan', postId: 'post' },
    { agent: 'other', state: 'done', why: 'DEFAULT_CHANNEL is not set' },
  ],
};

const spent = { 'claude-opus': { tokens: 12_400, costUsd: 0.26 }, gpt: { tokens: 950, costUsd: 0 } };

async function answering<T>(status: number, body: string, ask: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/health`);
  } finally {
    server.close();
  }
}

describe('healthLines', () => {
  it('says for each session where its box is or why it has none', () => {
    expect(healthLines({ kind: 'seen', health }, 'http://x/health')).toEqual([
      'Health: degraded, Mattermost is not reached: refused.',
      'Version 1.2.3, up for 1h 2m.',
      'Boxes: 2 active, 1 waiting, 1 not up to date, 1 parked.',
      'Sessions:',
      '  main  active                channel chan, post post',
      '  reviewer  waiting           channel chan, no post: it is not written yet',
      '  codex · shop #7f11  active  channel chan, post post',
      '  other  done                 no post: DEFAULT_CHANNEL is not set',
    ]);
  });

  it('says what was spent by families of models, and what a session does where that is more than its state', () => {
    const sessions = [{ agent: 'main', state: 'waiting', activity: 'blocked', postId: 'post' }];
    const lines = healthLines({ kind: 'seen', health: { ...health, sessions, spent } }, 'u');
    expect(lines.slice(3)).toEqual([
      'Spent by these: claude-opus 12.4k tokens $0.26, gpt 950 tokens.',
      'Sessions:',
      '  main  blocked (waiting)  post post',
    ]);
  });

  it('says that there are no sessions, and that the health is not known', () => {
    expect(healthLines({ kind: 'seen', health: { ...health, sessions: [] } }, 'u').at(-1)).toBe('Sessions: none.');
    expect(healthLines({ kind: 'silent', why: 'refused' }, 'http://x/health')).toEqual([
      'Health: unknown, http://x/health does not answer (refused).',
    ]);
    expect(healthLines({ kind: 'foreign' }, 'http://x/health')).toEqual([
      'Health: unknown, http://x/health is answered by another program.',
    ]);
  });
});

describe('askHealth', () => {
  it.each([200, 503])('understands the report of the daemon, answered with %d', async (status) => {
    expect(await answering(status, JSON.stringify({ ...health, more: 1 }), (url) => askHealth(url, { pid: 7 }))).toEqual({
      kind: 'seen',
      health,
    });
  });

  it.each([
    ['another pid', JSON.stringify({ ...health, pid: 8 })],
    ['something else', '{"status":"ok"}'],
    ['no JSON', '<html>'],
  ])('does not take %s for the daemon', async (_what, body) => {
    expect(await answering(200, body, (url) => askHealth(url, { pid: 7 }))).toEqual({ kind: 'foreign' });
  });

  it('removes what a terminal would obey', async () => {
    const hostile = { ...health, reason: 'a\u001b[2Jb\nc\u202ed' };
    expect(await answering(200, JSON.stringify(hostile), (url) => askHealth(url, { pid: 7 }))).toMatchObject({
      health: { reason: 'a?[2Jb?c?d' },
    });
  });

  it('says why nobody answers', async () => {
    const url = await answering(200, '', async (used) => used);
    expect(await askHealth(url, { pid: 7 })).toEqual({ kind: 'silent', why: expect.stringContaining('ECONNREFUSED') });
  });
});
