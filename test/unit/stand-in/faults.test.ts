import { describe, expect, it } from 'vitest';
import type { StandInAnswer } from '../../../src/stand-in/answer.ts';
import { deliver } from '../../../src/stand-in/deliver-answer.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { ConnectionLost } from '../../../src/stand-in/stand-in.ts';
import type { StandIn } from '../../../src/stand-in/stand-in.ts';
import { created, errorOf, jsonOf, request, standInAt } from './requests.ts';

const draft = (message: string, pending_post_id = '') =>
  request('POST', '/posts', { channel_id: SAMPLE.publicId, message, pending_post_id });

/** A timer queue that a test empties by hand. */
function handTimer() {
  const waiting: { delayMs: number; run: () => void }[] = [];
  const after = (delayMs: number, run: () => void) => {
    waiting.push({ delayMs, run });
    return () => undefined;
  };
  return { waiting, after, fire: () => waiting.shift()?.run() };
}

function send(standIn: StandIn, after: ReturnType<typeof handTimer>['after'], what: Parameters<StandIn['arrive']>[0]) {
  const seen: (StandInAnswer | 'reset' | 'truncated')[] = [];
  deliver(standIn.arrive(what), after, {
    answer: (answer) => seen.push(answer),
    reset: () => seen.push('reset'),
    truncate: () => seen.push('truncated'),
  });
  return seen;
}

describe('scripted faults', () => {
  it('hit as often as told and only what they match', () => {
    const { standIn } = standInAt();
    const id = created(standIn);
    standIn.faults.add({
      match: { method: 'PUT', path: /patch$/, post: id, body: /DONE/ },
      times: 2,
      fault: { kind: 'status', status: 500 },
    });
    const patch = (message: string) => standIn.handle(request('PUT', `/posts/${id}/patch`, { message })).status;
    expect([patch('ACTIVE'), patch('DONE'), patch('DONE'), patch('DONE')]).toEqual([200, 500, 500, 200]);
  });

  it('stop when they are removed or all are cleared', () => {
    const { standIn } = standInAt();
    const remove = standIn.faults.add({ times: Infinity, fault: { kind: 'status', status: 503, html: true } });
    const me = () => standIn.handle(request('GET', '/users/me')).status;
    expect(me()).toBe(503);
    remove();
    expect(me()).toBe(200);
    standIn.faults.add({ fault: { kind: 'status', status: 500 } });
    standIn.faults.clear();
    expect(me()).toBe(200);
  });

  it('answer with an error id, extra headers or a body of their own', () => {
    const { standIn } = standInAt();
    standIn.faults.add({ fault: { kind: 'status', status: 403, id: 'api.context.permissions.app_error' } });
    standIn.faults.add({ fault: { kind: 'status', status: 429, body: 'slow down', headers: { 'retry-after': '7' } } });
    expect(errorOf(standIn.handle(draft('a')))).toBe('api.context.permissions.app_error');
    expect(standIn.handle(draft('b'))).toMatchObject({ status: 429, body: 'slow down', headers: { 'retry-after': '7' } });
    expect(standIn.posts()).toEqual([]);
  });

  it.each([
    [{ kind: 'reset', applied: true } as const, 1],
    [{ kind: 'reset', applied: false } as const, 0],
    [{ kind: 'hang', applied: true } as const, 1],
    [{ kind: 'hang', applied: false } as const, 0],
    [{ kind: 'truncated' } as const, 1],
  ])('%j leaves the client without an answer and %i post', (fault, posts) => {
    const { standIn } = standInAt();
    standIn.faults.add({ fault });
    expect(() => standIn.handle(draft('a'))).toThrow(ConnectionLost);
    expect(standIn.posts()).toHaveLength(posts);
    expect(standIn.requests[0]).toMatchObject({ fault: fault.kind, applied: posts === 1 });
    expect(standIn.requests[0]?.status).toBeUndefined();
  });

  it('a stalled old edit lands after a newer one', () => {
    const { standIn } = standInAt();
    const { after, fire } = handTimer();
    const id = created(standIn);
    standIn.faults.add({ fault: { kind: 'stall', ms: 5000 } });
    const stalled = send(standIn, after, request('PUT', `/posts/${id}/patch`, { message: 'old' }));
    standIn.handle(request('PUT', `/posts/${id}/patch`, { message: 'new' }));
    expect(standIn.posts()[0]?.message).toBe('new');
    fire();
    expect(standIn.posts()[0]?.message).toBe('old');
    expect(stalled).toMatchObject([{ status: 200 }]);
  });

  it('a slow request takes effect at once and is answered late', () => {
    const { standIn } = standInAt();
    const { waiting, after, fire } = handTimer();
    standIn.faults.add({ fault: { kind: 'slow', ms: 300 } });
    const seen = send(standIn, after, draft('a'));
    expect([standIn.posts().length, seen.length, waiting[0]?.delayMs]).toEqual([1, 0, 300]);
    fire();
    expect(seen).toMatchObject([{ status: 201 }]);
  });

  it('a hanging connection is reset when its time is over', () => {
    const { standIn } = standInAt();
    const { after, fire } = handTimer();
    standIn.faults.add({ fault: { kind: 'hang', applied: false, ms: 100 } });
    const seen = send(standIn, after, draft('a'));
    expect(seen).toEqual([]);
    fire();
    expect(seen).toEqual(['reset']);
  });
});

describe('the memory of pending ids', () => {
  it('refuses others while a create of the same id is under way, then gives them its post', () => {
    const { standIn } = standInAt();
    const { after, fire } = handTimer();
    standIn.faults.add({ fault: { kind: 'stall', ms: 1000 } });
    const first = send(standIn, after, draft('first', 'p'));
    expect(errorOf(standIn.handle(draft('second', 'p')))).toBe('api.post.deduplicate_create_post.pending');
    fire();
    expect(jsonOf(standIn.handle(draft('third', 'p')))['message']).toBe('first');
    expect(first).toMatchObject([{ status: 201 }]);
    expect(standIn.posts()).toHaveLength(1);
  });

  it('does not survive a restart: the same id makes a second post', () => {
    const { standIn } = standInAt();
    standIn.handle(draft('first', 'p'));
    standIn.restart();
    standIn.handle(draft('second', 'p'));
    expect(standIn.posts()).toHaveLength(2);
  });
});
