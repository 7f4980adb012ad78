// A refusal that passes neither hides a box nor delays its end by more than half a minute (P13).

import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../src/stand-in/faults.ts';
import { SAMPLE } from '../../../../src/stand-in/sample-seed.ts';
import { textOf, view } from './harness.ts';
import { CHANNEL, type Played, playedServer } from './played-server.ts';

const LATEST_MS = 30_000;

const FAULTS: Record<string, Fault> = {
  '500 app.post.save': { kind: 'status', status: 500, id: 'app.post.save.app_error' },
  '500 app.post.save that has saved it': { kind: 'status', status: 500, id: 'app.post.save.app_error', applied: true },
  '500 app.post.update': { kind: 'status', status: 500, id: 'app.post.update.app_error' },
  '500 without an id': { kind: 'status', status: 500, body: '{"status_code":500}' },
  '500 pending': { kind: 'status', status: 500, id: 'api.post.deduplicate_create_post.pending' },
  '404 in a race': { kind: 'status', status: 404, id: 'app.post.get.app_error' },
  '403 in a race': { kind: 'status', status: 403, id: 'api.context.permissions.app_error' },
  '400 of a dying database': { kind: 'status', status: 400, id: 'api.context.invalid_param.app_error' },
  '502': { kind: 'status', status: 502, html: true },
  '503': { kind: 'status', status: 503, html: true },
  '504': { kind: 'status', status: 504, html: true },
  '504 that was carried out': { kind: 'status', status: 504, html: true, applied: true },
  'a reset': { kind: 'reset', applied: false },
  'a reset after it was carried out': { kind: 'reset', applied: true },
};

const ON = {
  create: { method: 'POST', path: /\/posts$/ },
  edit: { method: 'PUT', path: /\/patch$/ },
};

/** Another sequence for each burst, the same in every run. */
function chance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Milliseconds until the end was shown, without the time in which the circuit was open. */
async function lateness(played: Played, rootId?: string): Promise<number> {
  const { clock, publisher } = played;
  const [begun, open] = [clock.monotonic(), played.openMs()];
  publisher.show(view('box', 'end', { channelId: CHANNEL, final: true, ...(rootId === undefined ? {} : { rootId }) }));
  const isShown = (): boolean => played.ownPosts().some((post) => post.delete_at === 0 && textOf(post)?.startsWith('end') === true);
  while (!isShown() && clock.monotonic() - begun < 10 * 60_000) await clock.advance(100);
  return clock.monotonic() - begun - (played.openMs() - open);
}

describe.each(Object.entries(FAULTS))('%s', (_name, fault) => {
  it.each(['create', 'edit'] as const)('1 to 20 times on %s: the end is there within half a minute, in one post, in full', async (need) => {
    for (let times = 1; times <= 20; times += 1) {
      const played = playedServer({ version: times % 2 === 0 ? '5.37' : '11.6', random: chance(times) });
      if (need === 'edit') {
        played.publisher.show(view('box', 'one', { channelId: CHANNEL }));
        await played.clock.advance(5_000);
        expect(played.ownPosts()).toHaveLength(1);
      }
      played.standIn.faults.add({ match: ON[need], times, fault });
      expect(await lateness(played), `${times} times`).toBeLessThanOrEqual(LATEST_MS);
      await played.clock.advance(300_000);
      expect(played.ownPosts().map((post) => textOf(post))).toEqual(['end\nline']);
      expect(played.publisher.stats()).toMatchObject({ dirty: 0, parked: [], refused: [], gone: [] });
    }
  });
});

describe('a thread that cannot be looked up', () => {
  it.each(['park', 'channel'] as const)(
    '1 to 20 times is no deleted thread: the box is in it within half a minute (ROOT_GONE=%s)',
    async (onRootGone) => {
      for (let times = 1; times <= 20; times += 1) {
        const played = playedServer({ random: chance(times), options: { onRootGone } });
        const root = played.postAs(SAMPLE.aliceId, 'please');
        const fault: Fault = { kind: 'status', status: 400, id: 'api.post.create_post.root_id.app_error' };
        played.standIn.faults.add({ match: ON.create, times, fault });
        expect(await lateness(played, root.id), `${times} times`).toBeLessThanOrEqual(LATEST_MS);
        expect(played.ownPosts().map((post) => post.root_id)).toEqual([root.id]);
      }
    },
  );
});

describe('a refusal that goes on', () => {
  it('makes the content suspect, not the box smaller: once the server takes it, all of it is there', async () => {
    const played = playedServer();
    const stop = played.standIn.faults.add({ match: ON.create, times: Infinity, fault: FAULTS['500 app.post.save'] as Fault });
    played.publisher.show(view('box', 'end', { channelId: CHANNEL, final: true }));
    await played.clock.advance(600_000);
    expect(played.publisher.stats().refused).toMatchObject([{ boxId: 'box', reason: 'rejected' }]);
    stop();
    await played.clock.advance(40_000);
    expect(played.ownPosts().map((post) => textOf(post))).toEqual(['end\nline']);
  });

  it('is told as over in the log when something was posted, not when the channel was merely looked through', async () => {
    const played = playedServer();
    const stop = played.standIn.faults.add({ match: ON.create, times: Infinity, fault: FAULTS['500 app.post.save'] as Fault });
    played.publisher.show(view('box', 'one', { channelId: CHANNEL }));
    await played.clock.advance(60_000);
    expect(played.infos).toEqual([]);
    stop();
    await played.clock.advance(600_000);
    expect(played.infos).toEqual(['A box that could not be pushed is up to date again.']);
  });
});
