import { describe, expect, it } from 'vitest';
import { PushError } from '../../../../src/core/sink.ts';
import { createHarness, type Harness, shownBy, view } from './harness.ts';

async function posted(): Promise<Harness> {
  const harness = createHarness();
  harness.publisher.show(view('box', 'one'));
  await harness.clock.advance(3_000);
  return harness;
}

describe('a create without an answer', () => {
  it.each(['answer_lost', 'late', 'slow', 'request_lost', 'reset_before', 'reset_after', 'gateway_timeout', 'error'] as const)(
    '%s gives one post with the newest state',
    async (fate) => {
      const harness = createHarness();
      let left = 1;
      harness.server.fateOf = () => (left-- > 0 ? fate : 'served');
      harness.publisher.show(view('box', 'first'));
      await harness.clock.advance(5_000);
      harness.publisher.show(view('box', 'second'));
      await harness.clock.advance(60_000);
      expect(shownBy(harness.server, 'box')).toBe('second\nline');
      expect(harness.server.posts.size).toBe(1);
    },
  );

  it('does not take the first content of the pending id for the one it sent last', async () => {
    const harness = createHarness();
    harness.server.lateByMs = () => 520;
    let creates = 0;
    harness.server.fateOf = (call) => (call === 'create' && creates++ === 0 ? 'late' : 'served');
    harness.server.latencyMs = 20;
    harness.publisher.show(view('box', 'first', { urgentKey: 'a' }));
    await harness.clock.advance(5_000);
    harness.publisher.show(view('box', 'second', { urgentKey: 'b', final: true }));
    await harness.clock.advance(20_000);
    expect(shownBy(harness.server, 'box')).toBe('second\nline');
    expect(harness.server.posts.size).toBe(1);
  });

  it('is looked for before it is repeated after a server restart', async () => {
    const harness = createHarness();
    let creates = 0;
    harness.server.fateOf = (call) => (call === 'create' && creates++ === 0 ? 'reset_after' : 'served');
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(100);
    harness.server.restart();
    await harness.clock.advance(5_000);
    expect(harness.server.sent.map(({ call }) => call)).toEqual(['create', 'find', 'find', 'edit']);
    expect(harness.server.posts.size).toBe(1);
  });

  it('is found although the clock of the server is half an hour behind', async () => {
    const harness = createHarness();
    harness.server.clockAheadMs = -1_800_000;
    let creates = 0;
    harness.server.fateOf = (call) => (call === 'create' && creates++ === 0 ? 'answer_lost' : 'served');
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(60_000);
    expect(creates).toBe(1);
    expect(harness.server.posts.size).toBe(1);
  });

  it.each([
    ['the server remembers it no more', 5_000, 40_000, undefined],
    ['the server was restarted', 5_000, 15_000, 17_000],
  ])('is not repeated on the strength of an old look when the repeat had to wait: %s', async (_name, lateMs, waitMs, restartMs) => {
    const harness = createHarness();
    harness.server.lateByMs = () => lateMs;
    let creates = 0;
    harness.server.fateOf = (call) => (call === 'create' && creates++ === 0 ? 'late' : 'served');
    let refusals = 1;
    harness.server.refusalOf = (call) =>
      call === 'create' && refusals-- > 0 ? new PushError('rate_limited', '429', { retryAfterMs: waitMs }) : undefined;
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(restartMs ?? 0);
    if (restartMs !== undefined) harness.server.restart();
    await harness.clock.advance(120_000);
    expect(harness.server.posts.size).toBe(1);
  });
});

describe('an edit without an answer', () => {
  it.each(['answer_lost', 'late', 'request_lost', 'reset_before', 'reset_after', 'gateway_timeout', 'error'] as const)(
    '%s: the newest state is there soon and stays',
    async (fate) => {
      const harness = await posted();
      let left = 1;
      harness.server.fateOf = () => (left-- > 0 ? fate : 'served');
      harness.publisher.show(view('box', 'old', { urgentKey: 'x' }));
      await harness.clock.advance(600);
      harness.publisher.show(view('box', 'end', { final: true }));
      await harness.clock.advance(11_000);
      expect(shownBy(harness.server, 'box')).toBe('end\nline');
      await harness.clock.advance(60_000);
      expect(shownBy(harness.server, 'box')).toBe('end\nline');
      expect(harness.clock.pending()).toBe(0);
      expect(harness.records.get('box')).toMatchObject({ owedFinal: false, acked: {} });
    },
  );

  it('writes the end again when an older edit overtakes it', async () => {
    const harness = await posted();
    harness.server.state = 'stalled';
    harness.publisher.show(view('box', 'old', { urgentKey: 'x' }));
    await harness.clock.advance(10_400);
    harness.publisher.show(view('box', 'end', { final: true }));
    await harness.clock.advance(1_000);
    harness.server.shuffle = (waiting) => waiting.reverse();
    harness.server.resume();
    expect(shownBy(harness.server, 'box')).toBe('old\nline');
    await harness.clock.advance(3_000);
    expect(shownBy(harness.server, 'box')).toBe('end\nline');
  });

  it('sends a state again that was shown before the doubtful one', async () => {
    const harness = await posted();
    let left = 1;
    harness.server.fateOf = () => (left-- > 0 ? 'reset_after' : 'served');
    harness.publisher.show(view('box', 'two', { urgentKey: 'x' }));
    await harness.clock.advance(30);
    harness.publisher.show(view('box', 'one'));
    await harness.clock.advance(10_000);
    expect(shownBy(harness.server, 'box')).toBe('one\nline');
  });
});
