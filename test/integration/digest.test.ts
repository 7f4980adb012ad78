// The evening digest of the real daemon beside the real stand-in server.

import { expect, it } from 'vitest';
import type { Post } from '../../src/stand-in/post.ts';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { until } from '../support/until.ts';
import { type RoutedRig, routedRig } from './routed-rig.ts';

const DAY_MS = 86_400_000;

/** The turn of a person, which is done. */
function turn(rig: RoutedRig, key: string, agentId: string): void {
  rig.did(key, { type: 'session_seen', agentId, route: { kind: 'channel', channelId: SAMPLE.publicId } });
  rig.did(key, { type: 'turn_started', trigger: { kind: 'person', userId: SAMPLE.aliceId }, messageId: key });
  const usage = { input: 1_000, output: 234, cacheRead: 9, cacheWrite: 0, costUsd: 0.5 };
  rig.did(key, { type: 'message', messageId: `${key}-end`, text: 'done', stop: 'stop', usage });
}

function digests(rig: RoutedRig): Post[] {
  return rig.posts().filter(({ props }) => (props['livestatus'] as { digest?: string } | undefined)?.digest !== undefined);
}

/** By the clock of the machine, so many milliseconds before a full minute; and that minute as a time of the day. */
function shortlyBefore(rig: RoutedRig, ms: number): string {
  const due = new Date(Math.ceil((Date.now() + ms) / 60_000) * 60_000);
  rig.later(due.getTime() - ms - Date.now());
  return `${due.getHours()}:${String(due.getMinutes()).padStart(2, '0')}`;
}

it('a digest is posted once at its time, though the watcher is killed when its post arrives', async () => {
  const rig = await routedRig();
  const env = { DIGEST_AT: shortlyBefore(rig, 45_000) };
  const life = await rig.start('', env);
  turn(rig, 'one', 'main');
  turn(rig, 'two', 'main');
  turn(rig, 'three', 'helper');
  await until('the ends', () => rig.posts().filter((post) => JSON.stringify(post.props).includes('[DONE]')).length === 3, {
    detail: () => JSON.stringify(rig.log.slice(-20)),
  });
  let isKilled = false;
  rig.onRequest((method, path) => {
    if (isKilled || method !== 'POST' || path !== '/api/v4/posts') return;
    isKilled = true;
    life.kill();
  });
  await until('the digest', () => digests(rig).length === 1, { detail: () => JSON.stringify(rig.log.slice(-20)) });
  expect(isKilled).toBe(true);
  const again = await rig.start('', env);
  turn(rig, 'four', 'main');
  await until('the watcher works', () => rig.posts().filter((post) => JSON.stringify(post.props).includes('[DONE]')).length === 4);
  await again.stop();
  rig.later(DAY_MS);
  await rig.start('', env);
  await until('the digest of the next day', () => digests(rig).length >= 2, { detail: () => JSON.stringify(rig.log.slice(-20)) });
  expect(digests(rig).map(({ channel_id: channelId }) => channelId)).toEqual([SAMPLE.publicId, SAMPLE.publicId]);
  expect(digests(rig)[0]?.message.split('\n').slice(4)).toEqual([
    '| `main` | 2 | 2 | 0 |  | 2,468 | $1.00 | 0 |',
    '| `helper` | 1 | 1 | 0 |  | 1,234 | $0.50 | 0 |',
    '| **all** | 3 | 3 | 0 |  | 3,702 | $1.50 | 0 |',
  ]);
  expect(digests(rig)[1]?.message.split('\n').slice(4)).toEqual(['| `main` | 1 | 1 | 0 |  | 1,234 | $0.50 | 0 |']);
});
