import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, fullBudget, take } from '../../../../src/boxes/publish/budget.ts';
import { ChannelCap } from '../../../../src/boxes/publish/channel-cap.ts';
import { decide, type Situation } from '../../../../src/boxes/publish/decide.ts';
import { OPEN_GATE } from '../../../../src/boxes/publish/gate.ts';
import { beginRequest, type Need } from '../../../../src/boxes/publish/outcome.ts';
import { needOf } from '../../../../src/boxes/publish/plan.ts';
import { Posts } from '../../../../src/boxes/publish/posts.ts';
import { newPostState, type PostState } from '../../../../src/boxes/publish/post-state.ts';
import { sendReason, type SendReason } from '../../../../src/boxes/publish/send-reason.ts';
import { NOTHING_URGENT } from '../../../../src/core/card.ts';
import type { Reason } from '../../../../src/core/sink.ts';
import { LIMITS, OPTIONS, view } from './harness.ts';

const NOW = 1_000_000;

function state(boxId: string, change: Partial<PostState> = {}, setting: Parameters<typeof view>[2] = {}): PostState {
  const at = { wall: Date.parse('2026-11-21T00:00:00Z'), now: NOW - 10_000 };
  return { ...newPostState(view(boxId, 'text', setting), 'new', 'pending', at), ...change };
}

/** A box whose post says something older. */
function posted(boxId: string, change: Partial<PostState> = {}, setting: Parameters<typeof view>[2] = {}): PostState {
  return state(
    boxId,
    {
      post: { kind: 'posted', postId: `post-${boxId}` },
      acked: { hash: 'old', seq: 1 },
      urgentKey: NOTHING_URGENT,
      lastPushAt: NOW - 10_000,
      ...change,
    },
    setting,
  );
}

function trouble(kind: 'failing' | 'parked' | 'refused', reason: Reason, untilAt: number, hash = 'old'): PostState['trouble'] {
  return { kind, reason, because: reason, failures: 1, sinceAt: NOW, failedAt: NOW, untilAt, alone: false, okCount: 0, hash };
}

interface Asked extends Pick<Situation, 'budget' | 'gate' | 'flushing'> {
  inFlight: number;
}

/** Everything that is sent at this instant, and when there is more. */
function ask(states: readonly PostState[], change: Partial<Asked> = {}): { starts: Start[]; wakeAt: number | undefined } {
  const posts = new Posts(OPTIONS, new ChannelCap(0));
  for (const each of states) posts.set(each);
  if (change.flushing === true) posts.setFlushing(true);
  let budget = change.budget ?? fullBudget(LIMITS, NOW);
  const starts: Start[] = [];
  for (;;) {
    const { schedule, inFlight } = posts;
    const decision = decide({ gate: OPEN_GATE, flushing: false, ...change, schedule, inFlight, budget, limits: LIMITS }, NOW);
    if (decision.kind === 'wait') return { starts, wakeAt: decision.wakeAt };
    const { plan, claim } = decision;
    const waiting = posts.get(plan.boxId);
    const need = waiting === undefined ? undefined : needOf(waiting, NOW);
    if (waiting === undefined || need === undefined) throw new Error('chose a box that needs nothing');
    starts.push({ boxId: plan.boxId, need, reason: sendReason(waiting, need) });
    posts.set(beginRequest(waiting, need, NOW));
    budget = take(budget, LIMITS, claim);
  }
}

interface Start {
  boxId: string;
  need: Need;
  reason: SendReason;
}

function holding(tokens: number): Budget {
  return { ...fullBudget(LIMITS, NOW), tokens, credit: 0 };
}

const idle: PostState = posted('a', { acked: { hash: 'new', seq: 1 } });

describe('what one box needs', () => {
  const watched: PostState['trust'] = { kind: 'watched', settledAt: NOW + 30_000, checkAt: NOW, stepMs: 2_000 };
  const cases: [string, PostState, ReturnType<typeof needOf>][] = [
    ['a new box', state('a'), 'create'],
    ['an intent that was never sent', state('a', { post: { kind: 'intent', doubtful: false, safeUntilAt: 0 } }), 'create'],
    ['a create in doubt', state('a', { post: { kind: 'intent', doubtful: true, safeUntilAt: 0 } }), 'find'],
    [
      'a create in doubt right after a look that found nothing',
      state('a', { post: { kind: 'intent', doubtful: true, safeUntilAt: NOW + 1 } }),
      'create',
    ],
    ['the same when that look is old', state('a', { post: { kind: 'intent', doubtful: true, safeUntilAt: NOW } }), 'find'],
    ['a post with an older state', posted('a'), 'edit'],
    ['a post with a state nobody confirmed', posted('a', { acked: undefined }), 'edit'],
    ['a post that says the newest state', idle, undefined],
    ['the same while an older edit may land', { ...idle, trust: watched }, 'read'],
    ['an end in a thread that may have been deleted at that moment', { ...idle, trust: { kind: 'thread', checkAt: NOW } }, 'look'],
    ['an older state while an older edit may land', posted('a', { trust: watched }), 'edit'],
    ['a deleted post', state('a', { post: { kind: 'gone', cause: 'post' } }), undefined],
    ['an adopted post nobody has shown yet', { ...posted('a'), view: undefined }, undefined],
    ['a box with a request on its way', posted('a', { attempt: { need: 'find', startedAt: NOW } }), undefined],
  ];
  it.each(cases)('%s', (_name, each, need) => {
    expect(needOf(each, NOW)).toBe(need);
  });
});

describe('why it is sent', () => {
  const adopted = { acked: undefined, isClaimed: false } as const;
  const doubtful: PostState['post'] = { kind: 'intent', doubtful: true, safeUntilAt: 0 };
  const cases: [string, PostState, SendReason][] = [
    ['a new box', state('a'), 'opened'],
    ['a new box that has ended already', state('a', {}, { final: true }), 'ended'],
    ['a look for a post that may be there', state('a', { post: doubtful }), 'opened'],
    ['a look for the post of an end', state('a', { post: doubtful }, { final: true }), 'ended'],
    ['an end whose post may not be edited', state('a', { post: { kind: 'none' }, replaces: 'old' }, { final: true }), 'ended'],
    ['an end', posted('a', {}, { final: true }), 'ended'],
    ['an end in a post of an earlier process', posted('a', adopted, { final: true }), 'ended'],
    ['an end that somebody else may have overwritten', posted('a', { acked: undefined, urgentKey: 'done' }, { final: true }), 'repair'],
    ['another wording of an end', posted('a', { urgentKey: 'done' }, { final: true }), 'urgent'],
    ['another state', posted('a', { urgentKey: 'other' }), 'urgent'],
    ['another state after an edit without an answer', posted('a', { acked: undefined, urgentKey: 'other' }), 'urgent'],
    ['another line', posted('a'), 'progress'],
    ['a post after an edit without an answer', posted('a', { acked: undefined }), 'repair'],
    ['a post after a create whose answer was lost', posted('a', { acked: undefined, urgentKey: undefined }), 'repair'],
    ['a post of an earlier process', posted('a', adopted), 'claim'],
    ['a post that another watcher wrote to', posted('a', { ...adopted, urgentKey: undefined }), 'claim'],
    ['a look whether an older edit landed', { ...idle, trust: { kind: 'watched', settledAt: NOW, checkAt: NOW, stepMs: 1 } }, 'repair'],
    ['a look whether a thread is there', { ...idle, trust: { kind: 'thread', checkAt: NOW } }, 'repair'],
  ];
  it.each(cases)('%s', (_name, each, reason) => {
    expect(ask([each]).starts).toMatchObject([{ boxId: 'a', reason }]);
  });
});

describe('decide', () => {
  it('has nothing to do and no timer when nothing is dirty', () => {
    expect(ask([])).toEqual({ starts: [], wakeAt: undefined });
    expect(ask([idle])).toEqual({ starts: [], wakeAt: undefined });
  });

  it.each([
    ['an ordinary change waits for the pace', posted('a', { lastPushAt: NOW - 600 }), NOW + 1_400],
    ['an urgent one for the throttle', posted('a', { lastPushAt: NOW - 300, urgentKey: 'other' }), NOW + 200],
    ['an end for the throttle', posted('a', { lastPushAt: NOW - 300 }, { final: true }), NOW + 200],
    ['a failing box for its own time', posted('a', { trouble: trouble('failing', 'server', NOW + 700) }), NOW + 700],
    [
      'a parked one too, urgent or not',
      posted('a', { urgentKey: 'other', trouble: trouble('parked', 'archived', NOW + 9_000) }),
      NOW + 9_000,
    ],
    ['a refused one too', posted('a', { trouble: trouble('refused', 'rejected', NOW + 9_000) }), NOW + 9_000],
    ['a refused end too', posted('a', { trouble: trouble('refused', 'rejected', NOW + 9_000, 'new') }, { final: true }), NOW + 9_000],
    [
      'a look at a post for its time',
      { ...idle, trust: { kind: 'watched', settledAt: NOW + 30_000, checkAt: NOW + 2_000, stepMs: 2_000 } } satisfies PostState,
      NOW + 2_000,
    ],
  ])('%s', (_name, each, wakeAt) => {
    expect(ask([each])).toEqual({ starts: [], wakeAt });
  });

  it.each(['refused', 'parked'] as const)('an end that was not tried itself is not held back where an earlier state was %s', (kind) => {
    const each = posted('a', { trouble: trouble(kind, 'rejected', NOW + 9_000) }, { final: true });
    expect(ask([each]).starts).toEqual([{ boxId: 'a', need: 'edit', reason: 'ended' }]);
  });

  it('ends go first, then urgent changes, then what has waited longest', () => {
    const states = [
      posted('young', { dirtyAt: NOW - 100 }),
      posted('old', { dirtyAt: NOW - 5_000 }),
      posted('urgent', { urgentKey: 'other', dirtyAt: NOW - 50 }),
      posted('end', { dirtyAt: NOW - 10 }, { final: true }),
    ];
    expect(ask(states).starts.map(({ boxId }) => boxId)).toEqual(['end', 'urgent', 'old', 'young']);
  });

  it('what was refused before comes behind what was not, unless it has waited for half a minute', () => {
    const refused = state('a', { dirtyAt: NOW - 9_000, trouble: trouble('failing', 'rejected', NOW - 8_000) });
    const patient = state('b', { dirtyAt: NOW - 60_000, trouble: trouble('failing', 'rejected', NOW - 31_000) });
    const first = state('c', { dirtyAt: NOW });
    expect(ask([refused, first, patient]).starts.map(({ boxId }) => boxId)).toEqual(['b', 'c', 'a']);
  });

  it('ordinary changes leave the reserve to ends and urgent ones', () => {
    const budget = holding(LIMITS.reserve + 0.5);
    expect(ask([posted('a')], { budget })).toEqual({ starts: [], wakeAt: NOW + 100 });
    expect(ask([posted('a', {}, { final: true })], { budget }).starts).toHaveLength(1);
    expect(ask([posted('a')], { budget, flushing: true }).starts).toHaveLength(1);
  });

  it('nothing passes a closed gate, not even at shutdown', () => {
    const states = [posted('a', {}, { final: true }), state('b')];
    for (const flushing of [false, true]) {
      const blocked = { ...OPEN_GATE, blockedUntilAt: NOW + 5_000, pausedUntilAt: NOW + 1_000 };
      expect(ask(states, { gate: blocked, flushing })).toEqual({ starts: [], wakeAt: NOW + 5_000 });
    }
  });

  it('a server that has just failed is asked with one request, of the most important box', () => {
    const states = [posted('a'), state('b'), posted('c', {}, { final: true })];
    expect(ask(states, { gate: { ...OPEN_GATE, probing: true } }).starts).toEqual([{ boxId: 'c', need: 'edit', reason: 'ended' }]);
    const busy = [...states, posted('d', { attempt: { need: 'find', startedAt: NOW } })];
    expect(ask(busy, { gate: { ...OPEN_GATE, probing: true } }).starts).toEqual([]);
  });

  it('has four requests on the way at most', () => {
    const states = Array.from({ length: 9 }, (_, index) => state(`box${index}`));
    expect(ask(states).starts).toHaveLength(4);
    const busy = states.map((each, index): PostState => (index < 3 ? { ...each, attempt: { need: 'find', startedAt: NOW } } : each));
    expect(ask(busy).starts).toHaveLength(1);
  });

  it('reads nothing back at shutdown', () => {
    const each: PostState = { ...idle, trust: { kind: 'watched', settledAt: NOW + 30_000, checkAt: NOW, stepMs: 2_000 } };
    expect(ask([each]).starts).toHaveLength(1);
    expect(ask([each], { flushing: true })).toEqual({ starts: [], wakeAt: undefined });
  });

  it('never asks to be woken in the past or present, for any mix of boxes', () => {
    const around = fc.integer({ min: NOW - 60_000, max: NOW + 60_000 });
    const anyState = fc.record({ dirtyAt: around, lastPushAt: around, untilAt: around, final: fc.boolean(), posted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyState, { maxLength: 30 }), fc.double({ min: 0, max: 20, noNaN: true }), around, (drawn, tokens, gateAt) => {
        const states = drawn.map(({ dirtyAt, lastPushAt, untilAt, final, posted: isPosted }, index) => {
          const parked = trouble('parked', 'archived', untilAt, 'new');
          return isPosted
            ? posted(`box${index}`, { dirtyAt, lastPushAt, trouble: parked }, { final })
            : state(`box${index}`, { dirtyAt, trouble: parked }, { final });
        });
        const { starts, wakeAt } = ask(states, { budget: holding(tokens), gate: { ...OPEN_GATE, blockedUntilAt: gateAt } });
        if (wakeAt !== undefined) expect(wakeAt).toBeGreaterThan(NOW);
        if (states.length > 0 && starts.length === 0) expect(wakeAt).toBeDefined();
      }),
      { seed: 5 },
    );
  });
});
