import { describe, expect, it } from 'vitest';
import { type Gate, gateAfter, OPEN_GATE, openAt } from '../../../../src/boxes/publish/gate.ts';
import {
  afterChannelOpened,
  afterFailure,
  afterTakeover,
  beginRequest,
  type FailureContext,
  type Need,
  released,
} from '../../../../src/boxes/publish/outcome.ts';
import { type Failures, planRetry } from '../../../../src/boxes/publish/retry-plan.ts';
import { newPostState, type Push, shrinkingFor, type PostState } from '../../../../src/boxes/publish/post-state.ts';
import { type CreatedPost, FAILURES, type Reason } from '../../../../src/core/sink.ts';
import { view } from './harness.ts';

const NOW = 1_000_000;
const MINUTE_MS = 60_000;

const REASONS: readonly Reason[] = [
  'auth',
  'rate_limited',
  'gone',
  'root_gone',
  'no_access',
  'archived',
  'edit_expired',
  'edit_forbidden',
  'too_large',
  'rejected',
  'in_progress',
  'timed_out',
  'unreachable',
  'server',
  'breaker_open',
];

function begun(need: Need, change: Partial<PostState> = {}): PostState {
  const fresh = newPostState(view('box', 'text', { rootId: 'root' }), 'hash', 'pending', { wall: 0, now: NOW - 5_000 });
  const post: PostState['post'] = need === 'create' || need === 'find' ? { kind: 'none' } : { kind: 'posted', postId: 'post' };
  return beginRequest({ ...fresh, post, acked: { hash: 'old', seq: 1 }, seq: 1, ...change }, need, NOW - 100);
}

function fail(state: PostState, reason: Reason, context: Partial<FailureContext> = {}): PostState {
  if (state.attempt === undefined) throw new Error('nothing is on its way');
  const failure = { attempt: state.attempt, reason, because: reason };
  return afterFailure(state, failure, { now: NOW, random: 0.5, okCount: 0, onRootGone: 'park', ...context });
}

/** The parts of a post's state that a failure is about, in words. */
function told({ post, trust, trouble, acked, shrinking }: PostState): string {
  const doubt = post.kind === 'intent' && post.doubtful ? ' in doubt' : '';
  const wait = trouble.kind === 'none' ? '' : `, ${trouble.kind} for ${trouble.untilAt - NOW}`;
  return `${post.kind}${doubt}, ${acked === undefined ? 'unconfirmed' : 'confirmed'}, ${trust.kind}${shrinking.level > 0 ? ', less text' : ''}${wait}`;
}

describe('a post that was given up to another gateway while a request for it was on its way', () => {
  const kinds = (['edit', 'read', 'look'] as const).flatMap((need) => REASONS.map((reason) => ({ need, reason })));
  it.each(kinds)('$need fails as $reason: that counts for nothing, and the box gets a post of its own at once', ({ need, reason }) => {
    const givenUp = released(begun(need), NOW - 50);
    const { attempt, trouble, post, lastPushAt } = fail(givenUp, reason);
    expect({ attempt, trouble, post, lastPushAt }).toEqual({
      attempt: undefined,
      trouble: { kind: 'none' },
      post: { kind: 'none' },
      lastPushAt: givenUp.lastPushAt,
    });
  });
});

describe('a failed create', () => {
  const doubt = 'intent in doubt, confirmed, settled, failing for 500';
  const expected: Record<Reason, string> = {
    auth: 'intent, confirmed, settled',
    rate_limited: 'intent, confirmed, settled',
    breaker_open: 'intent, confirmed, settled',
    gone: doubt,
    root_gone: 'intent in doubt, confirmed, settled, parked for 500',
    no_access: 'intent, confirmed, settled, parked for 500',
    archived: `intent, confirmed, settled, parked for ${MINUTE_MS}`,
    edit_expired: `intent, confirmed, settled, parked for ${MINUTE_MS}`,
    edit_forbidden: 'intent, confirmed, settled, parked for 500',
    too_large: 'intent in doubt, confirmed, settled, less text',
    rejected: doubt,
    in_progress: doubt,
    timed_out: doubt,
    unreachable: doubt,
    server: doubt,
  };
  it.each(REASONS)('%s', (reason) => {
    expect(told(fail(begun('create'), reason))).toBe(expected[reason]);
  });
});

describe('a failed edit', () => {
  const unknown = 'posted, unconfirmed, unknown, failing for 500';
  const expected: Record<Reason, string> = {
    auth: 'posted, confirmed, settled',
    rate_limited: 'posted, confirmed, settled',
    breaker_open: 'posted, confirmed, settled',
    gone: 'posted, confirmed, settled, failing for 500',
    root_gone: 'posted, confirmed, settled, parked for 500',
    no_access: 'posted, confirmed, settled, parked for 500',
    archived: `posted, confirmed, settled, parked for ${MINUTE_MS}`,
    edit_expired: `posted, confirmed, settled, parked for ${MINUTE_MS}`,
    edit_forbidden: 'posted, confirmed, settled, parked for 500',
    too_large: 'posted, confirmed, settled, less text',
    rejected: 'posted, confirmed, settled, failing for 500',
    in_progress: unknown,
    timed_out: unknown,
    unreachable: unknown,
    server: unknown,
  };
  it.each(REASONS)('%s', (reason) => {
    expect(told(fail(begun('edit'), reason))).toBe(expected[reason]);
  });

  it.each(['gone', 'root_gone'] as const)('%s is believed the third time, and not when something else was said in between', (reason) => {
    const kinds = (reasons: readonly Reason[]): string[] => {
      let state = begun('edit');
      return reasons.map((each) => {
        state = fail(state, each);
        const { kind } = state.post;
        state = beginRequest(state, 'edit', NOW);
        return kind;
      });
    };
    expect(kinds([reason, reason, reason])).toEqual(['posted', 'posted', 'gone']);
    expect(kinds([reason, reason, 'server', reason, reason, reason])).toEqual(['posted', 'posted', 'posted', 'posted', 'posted', 'gone']);
  });

  it('only too much text makes a box smaller, twice; after a while the next view is tried in full', () => {
    for (const reason of REASONS) expect(fail(begun('edit'), reason).shrinking.level).toBe(reason === 'too_large' ? 1 : 0);
    const once = fail(begun('edit'), 'too_large');
    const twice = fail(beginRequest(once, 'edit', NOW), 'too_large');
    expect(told(fail(beginRequest(twice, 'edit', NOW), 'too_large'))).toBe(
      `posted, confirmed, settled, less text, refused for ${5 * MINUTE_MS}`,
    );
    const next = view('box', 'more');
    expect(shrinkingFor(once, next, NOW + MINUTE_MS - 1).level).toBe(1);
    const grown = shrinkingFor(once, next, NOW + MINUTE_MS);
    expect(grown.level).toBe(0);
    const again = fail(beginRequest({ ...once, shrinking: grown }, 'edit', NOW), 'too_large');
    expect(again.shrinking).toMatchObject({ level: 1, waitMs: 2 * MINUTE_MS });
    expect(shrinkingFor(once, view('box', 'end', { final: true }), NOW).level).toBe(0);
  });

  it('uses no sequence number for what was not sent', () => {
    const edited = begun('edit');
    expect(edited.seq).toBe(2);
    for (const reason of REASONS) expect(fail(edited, reason).seq).toBe(FAILURES[reason].scope === 'all' ? 1 : 2);
  });
});

describe('a failed look', () => {
  it.each(['find', 'read'] as const)('%s: leaves the post as it was and is tried again', (need) => {
    for (const reason of ['timed_out', 'unreachable', 'server', 'rejected', 'in_progress'] as const) {
      const before = begun(need);
      const after = fail(before, reason);
      expect([after.post, after.acked, after.trust, after.shrinking]).toEqual([before.post, before.acked, before.trust, before.shrinking]);
      expect(after.trouble).toMatchObject({ kind: 'failing', untilAt: NOW + 500 });
    }
  });
});

describe('an end whose post may not be edited', () => {
  const failing = (reason: Reason, change: Partial<PostState> = {}, now = NOW): PostState =>
    fail(begun('edit', { view: view('box', 'end', { final: true }), ...change }), reason, { now });
  const ended = (reason: Reason, sinceAt: number): PostState => fail(beginRequest(failing(reason, {}, sinceAt), 'edit', NOW), reason);
  const moved = { post: { kind: 'none' }, pendingPostId: 'pending:end', replaces: 'post', acked: undefined, trouble: { kind: 'none' } };

  it('goes into another post: at once when it is too old, after half a minute when it is a matter of permission', () => {
    expect(failing('edit_expired')).toMatchObject(moved);
    expect(ended('edit_forbidden', NOW - 28_000)).toMatchObject({ post: { kind: 'posted' }, replaces: undefined });
    expect(ended('edit_forbidden', NOW - 29_000)).toMatchObject(moved);
  });

  it('does so once, and nothing else does', () => {
    expect(failing('edit_expired', { replaces: 'first' })).toMatchObject({
      post: { kind: 'posted', postId: 'post' },
      replaces: 'first',
    });
    expect(fail(begun('edit'), 'edit_expired').post.kind).toBe('posted');
    for (const reason of REASONS.filter((other) => !other.startsWith('edit_'))) expect(ended(reason, 0).replaces).toBeUndefined();
  });
});

describe('the time until a box tries again', () => {
  const wait = (failures: Partial<Failures>): string => {
    const { kind, waitMs } = planRetry({
      reason: 'rejected',
      count: 1,
      lastingMs: 0,
      alone: false,
      final: false,
      random: 0.5,
      ...failures,
    });
    return `${kind} ${waitMs / 1_000}`;
  };
  const HOUR_MS = 60 * MINUTE_MS;

  it.each(['rejected', 'server', 'unreachable', 'timed_out', 'in_progress', 'no_access', 'root_gone', 'edit_forbidden', 'gone'] as const)(
    '%s: half a second, doubling to eight, then quickly until half a minute is over; a quarter more or less is chance',
    (reason) => {
      const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((count) =>
        planRetry({ reason, count, lastingMs: 28_999, alone: true, final: true, random: 0.5 }),
      );
      expect(waits.map(({ waitMs }) => waitMs)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 500, 500, 500]);
      expect(planRetry({ reason, count: 5, lastingMs: 0, alone: true, final: true, random: 0 }).waitMs).toBe(6_000);
    },
  );

  it('twenty refusals in a row are over within half a minute, and with the longest waits of all nearly so', () => {
    const sumOf = (random: number): number =>
      Array.from({ length: 20 }, (_, index) => Number(wait({ count: index + 1, random }).split(' ')[1])).reduce(
        (sum, each) => sum + each,
        0,
      );
    expect(sumOf(0.5)).toBe(23);
    expect(sumOf(1)).toBeLessThan(29);
  });

  it.each([
    ['a refused content', {}, 'refused 300'],
    ['that goes on being refused', { lastingMs: 20 * MINUTE_MS }, 'refused 1200'],
    ['for a day', { lastingMs: 24 * HOUR_MS }, 'refused 3600'],
    ['an end, refused', { final: true }, 'refused 30'],
    ['an end, refused for hours', { final: true, lastingMs: 2 * HOUR_MS }, 'refused 600'],
    ['a post that fails alone', { reason: 'server', alone: true }, 'refused 300'],
    ['all that fail together', { reason: 'server' }, 'failing 2'],
    ['a closed channel', { reason: 'no_access' }, 'parked 60'],
    ['a channel that is closed for an hour', { reason: 'no_access', lastingMs: HOUR_MS }, 'parked 600'],
    ['an archived one', { reason: 'archived', lastingMs: 0 }, 'parked 60'],
    ['a post that is too old', { reason: 'edit_expired', lastingMs: 0 }, 'parked 60'],
    ['too much text even after cutting', { reason: 'too_large', lastingMs: 0 }, 'refused 300'],
  ] as const)('after that: %s', (_name, failures, expected) => {
    expect(wait({ lastingMs: 29_000, ...failures })).toBe(expected);
  });

  it('counts as alone only when others were served since the failure before', () => {
    let state = begun('edit');
    const alone: boolean[] = [];
    for (const okCount of [5, 5, 6, 6]) {
      state = fail(state, 'server', { okCount });
      alone.push(state.trouble.kind !== 'none' && state.trouble.alone);
      state = beginRequest(state, 'edit', NOW);
    }
    expect(alone).toEqual([false, false, true, true]);
  });

  it('ends when something was written in its channel, for a channel that was closed and for nothing else', () => {
    for (const reason of REASONS) {
      const parked = fail(begun('edit'), reason, { now: NOW - 5_000 });
      const opened = afterChannelOpened(parked, NOW);
      const isFreed = opened.trouble.kind !== 'none' && opened.trouble.untilAt <= NOW && parked !== opened;
      expect(isFreed).toBe(reason === 'no_access' || reason === 'archived');
    }
  });
});

describe('the gate', () => {
  const failed = (reason: Reason, retryAfterMs?: number, gate: Gate = OPEN_GATE): Gate =>
    gateAfter(gate, { kind: 'failed', reason, retryAfterMs }, NOW, 0.5);

  it.each([
    ['rate_limited', 7_000, 7_500, false],
    ['breaker_open', undefined, 1_000, true],
    ['breaker_open', 30_000, 1_000, true],
    ['auth', undefined, 30_000, true],
    ['auth', 5_000, 2_000, true],
    ['auth', 1_000, 1_000, true],
  ] as const)('%s with Retry-After %s closes it for %s ms', (reason, retryAfterMs, closedMs, probing) => {
    const gate = failed(reason, retryAfterMs);
    expect([openAt(gate) - NOW, gate.probing]).toEqual([closedMs, probing]);
  });

  it('a shorter Retry-After never opens it earlier', () => {
    expect(openAt(failed('rate_limited', 1_000, failed('rate_limited', 60_000)))).toBe(NOW + 60_500);
  });

  it('a failure of health closes it for an instant, so that what fails together is tried once; any answer ends the probing', () => {
    const probing = failed('breaker_open');
    for (const reason of ['timed_out', 'unreachable', 'server'] as const) {
      expect(failed(reason, undefined, probing)).toEqual(probing);
      expect([openAt(failed(reason)) - NOW, failed(reason).probing]).toEqual([200, false]);
    }
    for (const reason of ['gone', 'root_gone', 'no_access', 'archived', 'too_large', 'rejected', 'in_progress'] as const) {
      expect(failed(reason, undefined, probing).probing).toBe(false);
    }
    expect(gateAfter(probing, { kind: 'answered' }, NOW, 0).probing).toBe(false);
  });
});

describe('a post of an earlier process', () => {
  const taken = (created: CreatedPost, change: Partial<PostState> = {}): PostState => {
    const state = begun('create', change);
    return afterTakeover(state, state.attempt as Push, created, NOW);
  };

  it('goes on replacing the post that it replaces, so that no two posts of one box are left', () => {
    expect(taken({ postId: 'end', existed: true, replaces: 'first' }).replaces).toBe('first');
    expect(taken({ postId: 'end', existed: true }, { replaces: 'first' }).replaces).toBe('first');
    expect(taken({ postId: 'end', existed: true }).replaces).toBeUndefined();
  });
});
