import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/coordinator/operator-alerts.ts';
import type { FoundPost, PostDraft, Reason, Sink } from '../../../src/core/sink.ts';
import { PushError } from '../../../src/core/sink.ts';
import { createAlerts } from '../../../src/app/alerts.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const ALERT: Alert = {
  id: 'n1',
  at: 1_000_000,
  text: '@alice Violation (sequence): somebody.',
  place: { channelId: 'town', rootId: 'root' },
  isDoubtful: false,
};

/** A sink that refuses the first creates for these reasons and has these posts already. */
function sinkWith(reasons: Reason[], found: unknown[] = []) {
  const drafts: PostDraft[] = [];
  const unused = () => Promise.reject(new Error('not asked for here'));
  const sink: Sink = {
    edit: unused,
    read: unused,
    probe: unused,
    findPinned: async () => [],
    pin: async () => undefined,
    react: async () => undefined,
    unreact: async () => undefined,
    findOwn: async () => found.map((meta): FoundPost => ({ postId: 'p', target: { channelId: 'town' }, createdAt: 0, meta })),
    async create(draft) {
      drafts.push(draft);
      const reason = reasons.shift();
      if (reason !== undefined) throw new PushError(reason, 'refused');
      return { postId: 'p' };
    },
  };
  return { sink, drafts };
}

function post(
  alert: Alert,
  { sink }: { sink: Sink },
  connected: { userId: string; operationsChannelId?: string } | undefined = { userId: 'me' },
) {
  return createAlerts({ sink, log: quiet, connected: () => connected })(alert);
}

describe('an alert for the operators', () => {
  it('is a post of its own in the thread, with an id that the server knows again', async () => {
    const server = sinkWith([]);
    expect(await post(ALERT, server)).toBe('posted');
    expect(server.drafts).toEqual([
      {
        message: ALERT.text,
        props: { livestatus: { notice: 'n1' } },
        pendingPostId: 'me:n1',
        target: { channelId: 'town', rootId: 'root' },
      },
    ]);
  });

  it('goes to the configured channel instead, and says what it is about', async () => {
    const server = sinkWith([]);
    await post(ALERT, server, { userId: 'me', operationsChannelId: 'ops' });
    expect(server.drafts).toMatchObject([{ target: { channelId: 'ops' }, message: `${ALERT.text} In channel \`town\`.` }]);
  });

  it('goes into the channel when its thread is gone', async () => {
    const server = sinkWith(['root_gone']);
    expect(await post(ALERT, server)).toBe('posted');
    expect(server.drafts[1]?.target).toEqual({ channelId: 'town' });
  });

  it('is not posted again when an earlier attempt turns out to have worked', async () => {
    const server = sinkWith([], [{ notice: 'other' }, { notice: 'n1' }, 7, null]);
    expect(await post({ ...ALERT, isDoubtful: true }, server)).toBe('posted');
    expect(server.drafts).toEqual([]);
  });

  it.each<[Reason, string]>([
    ['unreachable', 'later'],
    ['timed_out', 'later'],
    ['rate_limited', 'later'],
    ['auth', 'later'],
    ['breaker_open', 'later'],
    ['no_access', 'never'],
    ['archived', 'never'],
    ['rejected', 'never'],
  ])('after %s: %s', async (reason, outcome) => expect(await post(ALERT, sinkWith([reason]))).toBe(outcome));

  it('waits until Mattermost has answered, and is dropped when there is no place for it', async () => {
    expect(await createAlerts({ sink: sinkWith([]).sink, log: quiet, connected: () => undefined })(ALERT)).toBe('later');
    const { place: _place, ...nowhere } = ALERT;
    expect(await post(nowhere, sinkWith([]))).toBe('never');
  });
});
