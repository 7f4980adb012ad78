import { describe, expect, it } from 'vitest';
import { type Gate, gateAfter, isAboutAll, OPEN_GATE, openAt } from '../../../src/boxes/gate.ts';
import { afterFailure, begin, type FailureContext, type Need, retryMs } from '../../../src/boxes/outcome.ts';
import { openSlot, type Slot } from '../../../src/boxes/slot.ts';
import type { Reason } from '../../../src/core/sink.ts';
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
  'too_large',
  'rejected',
  'in_progress',
  'timed_out',
  'unreachable',
  'server',
  'breaker_open',
];

function begun(need: Need, change: Partial<Slot> = {}): Slot {
  const fresh = openSlot(view('box', 'text', { rootId: 'root' }), 'hash', 'pending', { wall: 0, now: NOW - 5_000 });
  const post: Slot['post'] = need === 'create' || need === 'find' ? { kind: 'none' } : { kind: 'posted', postId: 'post' };
  return begin({ ...fresh, post, acked: { hash: 'old', seq: 1 }, seq: 1, ...change }, need, NOW - 100);
}

function fail(slot: Slot, reason: Reason, context: Partial<FailureContext> = {}): Slot {
  if (slot.attempt === undefined) throw new Error('nothing is on its way');
  return afterFailure(slot, slot.attempt, reason, { now: NOW, okCount: 0, onRootGone: 'park', ...context });
}

/** The parts of a slot that a failure is about, in words. */
function told({ post, trust, trouble, acked, shrink }: Slot): string {
  const doubt = post.kind === 'intent' && post.doubtful ? ' in doubt' : '';
  const wait = trouble.kind === 'none' ? '' : `, ${trouble.kind} for ${trouble.untilAt - NOW}`;
  return `${post.kind}${doubt}, ${acked === undefined ? 'unconfirmed' : 'confirmed'}, ${trust.kind}${shrink === 1 ? ', less text' : ''}${wait}`;
}

describe('a failed create', () => {
  const doubt = 'intent in doubt, confirmed, settled, failing for 500';
  const expected: Record<Reason, string> = {
    auth: 'intent, confirmed, settled',
    rate_limited: 'intent, confirmed, settled',
    breaker_open: 'intent, confirmed, settled',
    gone: 'gone, confirmed, settled',
    root_gone: `intent, confirmed, settled, parked for ${10 * MINUTE_MS}`,
    no_access: `intent, confirmed, settled, parked for ${10 * MINUTE_MS}`,
    archived: `intent, confirmed, settled, parked for ${10 * MINUTE_MS}`,
    too_large: 'intent in doubt, confirmed, settled, less text',
    rejected: 'intent in doubt, confirmed, settled, less text',
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
    gone: 'gone, confirmed, settled',
    root_gone: 'gone, confirmed, settled',
    no_access: `posted, confirmed, settled, parked for ${10 * MINUTE_MS}`,
    archived: `posted, confirmed, settled, parked for ${10 * MINUTE_MS}`,
    too_large: 'posted, confirmed, settled, less text',
    rejected: 'posted, confirmed, settled, less text',
    in_progress: unknown,
    timed_out: unknown,
    unreachable: unknown,
    server: unknown,
  };
  it.each(REASONS)('%s', (reason) => {
    expect(told(fail(begun('edit'), reason))).toBe(expected[reason]);
  });

  it('a second refusal is a quarantine that gets longer, up to an hour', () => {
    let slot = begun('edit', { shrink: 1 });
    for (const minutes of [5, 10, 20, 40, 60, 60]) {
      slot = fail(slot, 'rejected');
      expect(told(slot)).toBe(`posted, confirmed, settled, less text, refused for ${minutes * MINUTE_MS}`);
      slot = begin(slot, 'edit', NOW);
    }
  });

  it('uses no sequence number for what was not sent', () => {
    const edited = begun('edit');
    expect(edited.seq).toBe(2);
    for (const reason of REASONS) expect(fail(edited, reason).seq).toBe(isAboutAll(reason) ? 1 : 2);
  });
});

describe('a failed look', () => {
  it.each(['find', 'read'] as const)('%s: leaves the post as it was and is tried again', (need) => {
    for (const reason of ['timed_out', 'unreachable', 'server', 'rejected', 'in_progress'] as const) {
      const before = begun(need);
      const after = fail(before, reason);
      expect([after.post, after.acked, after.trust, after.shrink]).toEqual([before.post, before.acked, before.trust, before.shrink]);
      expect(after.trouble).toMatchObject({ kind: 'failing', untilAt: NOW + 500 });
    }
  });
});

describe('the time until a box tries again', () => {
  it('stays short while everybody fails and gets long when others are served', () => {
    expect([1, 2, 3, 4, 50].map((failures) => retryMs(failures, 0))).toEqual([500, 1_000, 2_000, 2_000, 2_000]);
    expect([1, 2, 6, 8, 9, 50].map((alone) => retryMs(alone + 1, alone))).toEqual([2_000, 4_000, 64_000, 256_000, 300_000, 300_000]);
  });

  it('counts as alone only when others were served since the failure before', () => {
    let slot = begun('edit');
    const alone: number[] = [];
    for (const okCount of [5, 5, 6, 6, 9]) {
      slot = fail(slot, 'server', { okCount });
      alone.push(slot.trouble.kind === 'failing' ? slot.trouble.alone : -1);
      slot = begin(slot, 'edit', NOW);
    }
    expect(alone).toEqual([0, 0, 1, 1, 2]);
  });
});

describe('the gate', () => {
  const failed = (reason: Reason, retryAfterMs?: number, gate: Gate = OPEN_GATE): Gate =>
    gateAfter(gate, { kind: 'failed', reason, retryAfterMs }, NOW, 0.5);

  it.each([
    ['rate_limited', 7_000, 7_500, false],
    ['rate_limited', undefined, 1_500, false],
    ['breaker_open', undefined, 1_000, true],
    ['breaker_open', 30_000, 1_000, true],
    ['auth', undefined, 30_000, true],
    ['auth', 5_000, 5_000, true],
  ] as const)('%s with Retry-After %s closes it for %s ms', (reason, retryAfterMs, closedMs, probing) => {
    const gate = failed(reason, retryAfterMs);
    expect([openAt(gate) - NOW, gate.probing]).toEqual([closedMs, probing]);
  });

  it('a shorter Retry-After never opens it earlier', () => {
    expect(openAt(failed('rate_limited', 1_000, failed('rate_limited', 60_000)))).toBe(NOW + 60_500);
  });

  it('a failure of health leaves it as it is; any answer ends the probing', () => {
    const probing = failed('breaker_open');
    for (const reason of ['timed_out', 'unreachable', 'server'] as const) expect(failed(reason, undefined, probing)).toEqual(probing);
    for (const reason of ['gone', 'root_gone', 'no_access', 'archived', 'too_large', 'rejected', 'in_progress'] as const) {
      expect(failed(reason, undefined, probing).probing).toBe(false);
    }
    expect(gateAfter(probing, { kind: 'answered' }, NOW, 0).probing).toBe(false);
  });
});
