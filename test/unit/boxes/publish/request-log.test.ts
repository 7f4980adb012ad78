// What LOG_LEVEL=debug and the meter say of requests: why each was sent, what it carried, how it ended.

import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../../src/core/log.ts';
import { createHarness, type Harness, view } from './harness.ts';

function logging(): { harness: Harness; requests: LogFields[] } {
  const requests: LogFields[] = [];
  return { harness: createHarness({ onRequest: (fields) => void requests.push(fields) }), requests };
}

const spoken = (requests: readonly LogFields[]): string[] =>
  requests.map(({ need, reason, attempt, outcome }) => `${String(need)} ${String(reason)}, try ${String(attempt)}: ${String(outcome)}`);

describe('a request about a post', () => {
  it('has one line that says why it was sent, whose it is, what it carried and how it ended', async () => {
    const { harness, requests } = logging();
    harness.publisher.show(view('box', 'working'));
    await harness.clock.advance(1_000);
    const body = { message: '', props: harness.server.postsOf('box')[0]?.body.props };
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(requests).toEqual([
      { box: 'box', postId: 'post1', channelId: 'town', need: 'create', reason: 'opened', attempt: 1, bytes, ms: 40, outcome: 'ok' },
    ]);
  });

  it('tells openings, progress, what is urgent and ends apart', async () => {
    const { harness, requests } = logging();
    const { publisher, clock } = harness;
    for (const next of [
      view('box', 'a'),
      view('box', 'b'),
      view('box', 'c', { urgentKey: 'waiting' }),
      view('box', 'd', { final: true }),
    ]) {
      publisher.show(next);
      await clock.advance(10_000);
    }
    expect(spoken(requests)).toEqual([
      'create opened, try 1: ok',
      'edit progress, try 1: ok',
      'edit urgent, try 1: ok',
      'edit ended, try 1: ok',
    ]);
    expect(harness.counters.by('pushes', 'reason')).toEqual({ opened: 1, progress: 1, urgent: 1, ended: 1 });
    expect(harness.counters.by('pushes', 'need')).toEqual({ create: 1, edit: 3 });
  });

  it('says what failed and which try it was', async () => {
    const { harness, requests } = logging();
    const { publisher, clock, server } = harness;
    publisher.show(view('box', 'a'));
    await clock.advance(1_000);
    server.state = 'refusing';
    publisher.show(view('box', 'b'));
    await clock.advance(2_500);
    server.state = 'up';
    await clock.advance(60_000);
    const [, first, second] = spoken(requests);
    expect(first).toBe('edit progress, try 1: unreachable');
    expect(second).toMatch(/^edit repair, try 2: /);
  });

  it('claims the posts of an earlier process, and those that another watcher wrote to', async () => {
    const { harness, requests } = logging();
    harness.publisher.show(view('box', 'a'));
    await harness.clock.advance(10_000);
    await harness.restart();
    harness.publisher.show(view('box', 'a'));
    await harness.clock.advance(10_000);
    harness.publisher.reclaim();
    await harness.clock.advance(10_000);
    expect(spoken(requests).filter((line) => line.startsWith('edit'))).toEqual(['edit claim, try 1: ok', 'edit claim, try 1: ok']);
  });

  it('repairs a post of which nobody knows what it says', async () => {
    const { harness, requests } = logging();
    const { publisher, clock, server } = harness;
    publisher.show(view('box', 'a'));
    await clock.advance(10_000);
    let lost = 0;
    server.fateOf = (call) => (call === 'edit' && lost++ === 0 ? 'answer_lost' : 'served');
    publisher.show(view('box', 'b'));
    await clock.advance(120_000);
    expect(spoken(requests).slice(1)).toEqual(['edit progress, try 1: timed_out', 'edit repair, try 2: ok', 'read repair, try 1: ok']);
  });
});
