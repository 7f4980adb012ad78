// A publisher in front of the real sink and a stand-in server, in fake time: what answers mean is decided by the code itself.

import type { BudgetLimits } from '../../../../src/boxes/publish/budget.ts';
import type { PublisherOptions } from '../../../../src/boxes/publish/publisher-ports.ts';
import type { Sink } from '../../../../src/core/sink.ts';
import { withBreaker } from '../../../../src/sinks/resilience/breaker.ts';
import { createMattermostSink } from '../../../../src/sinks/mattermost/mattermost.ts';
import { withRateGate } from '../../../../src/sinks/mattermost/rate-gate.ts';
import type { Post } from '../../../../src/stand-in/post.ts';
import { insertPost } from '../../../../src/stand-in/write-posts.ts';
import type { ServerVersion } from '../../../../src/stand-in/version-rules.ts';
import { SAMPLE, sampleSeed } from '../../../../src/stand-in/sample-seed.ts';
import { createStandIn, type StandIn } from '../../../../src/stand-in/stand-in.ts';
import { Network } from '../../convergence/network.ts';
import { createHarness, type Harness } from './harness.ts';
import { FakeClock } from '../../../support/clock.ts';

export interface Played extends Harness {
  standIn: StandIn;
  network: Network;
  /** How long the circuit has been open. */
  openMs(): number;
  /** Every post of ours that was ever made, the deleted ones too. */
  ownPosts(): Post[];
  /** Somebody posts in `CHANNEL`. */
  postAs(userId: string, message: string): Post;
}

interface Setting {
  version?: ServerVersion;
  random?: () => number;
  options?: Partial<PublisherOptions> & { limits?: BudgetLimits };
  editTimeLimitMs?: number;
  wrap?: (sink: Sink) => Sink;
}

/** `CHANNEL` is where its boxes go. */
export function playedServer({ version = '11.6', random, options, editTimeLimitMs, wrap = (sink) => sink }: Setting = {}): Played {
  const clock = new FakeClock();
  const limit = editTimeLimitMs === undefined ? {} : { editTimeLimitMs };
  const standIn = createStandIn({ clock, seed: sampleSeed(), version, ...limit });
  const network = new Network(clock, standIn);
  const client = { name: 'watcher', isAlive: () => true, token: () => SAMPLE.botToken };
  const transport = withRateGate(network.transportOf(client), clock, { blockedUntil: () => undefined, setBlockedUntil: () => undefined });
  const mattermost = createMattermostSink({ transport, userId: () => SAMPLE.botId });
  let openedAt: number | undefined;
  let openMs = 0;
  const breaker = withBreaker(mattermost, {
    threshold: 5,
    cooldownMs: 30_000,
    clock,
    onChange: (state) => {
      if (state === 'open') openedAt ??= clock.monotonic();
      if (state !== 'closed' || openedAt === undefined) return;
      openMs += clock.monotonic() - openedAt;
      openedAt = undefined;
    },
  });
  const harness = createHarness({
    clock,
    wrap: () => wrap(breaker),
    ...(random === undefined ? {} : { random }),
    ...(options === undefined ? {} : { options }),
  });
  return Object.assign(harness, {
    standIn,
    network,
    openMs: () => openMs + (openedAt === undefined ? 0 : clock.monotonic() - openedAt),
    postAs: (userId: string, message: string) => insertPost(standIn.world, { channel_id: CHANNEL, user_id: userId, message }),
    ownPosts: () => [...standIn.world.rows.values()].filter((row) => row.user_id === SAMPLE.botId && row.original_id === ''),
  });
}

export const CHANNEL = SAMPLE.publicId;
