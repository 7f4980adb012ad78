// Plays frames that were found with real gateways to the real source, at their recorded times: what is due between two frames happens
// between them.

import { readFileSync } from 'node:fs';
import type { SessionEvent } from '../../../src/core/event.ts';
import { createRedactor } from '../../../src/core/redact.ts';
import { createGatewaySource, type GatewayHealth, type GatewaySourceOptions } from '../../../src/sources/gateway/source.ts';
import { createFakeClock } from '../sinks/fake-clock.ts';
import type { Recorded } from './captures.ts';
import { ReplayGateway, type ReplayOptions } from './replay-gateway.ts';
import { silentLog } from './silent-log.ts';

export interface PlayOptions extends Pick<ReplayOptions, 'missedBefore' | 'lacks'>, Pick<GatewaySourceOptions, 'isOnlySource'> {
  /** Changes what was recorded, to play a turn that went another way. */
  edit?(recorded: Recorded[]): Recorded[];
  /** How long time goes on after the last frame, in milliseconds. */
  afterMs?: number;
}

export interface Played {
  events: SessionEvent[];
  health: GatewayHealth;
  endedAt: number;
}

const FOLDER = new URL('../../fixtures/openclaw-found/', import.meta.url);
const SETTLE_MS = 15_000;

function readFound(name: string): Recorded[] {
  const lines = readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}

export async function playFound(name: string, options: PlayOptions = {}): Promise<Played> {
  const recorded = (options.edit ?? ((all) => all))(readFound(name)).filter(({ dir }) => dir !== 'close');
  return playTimed(recorded, options);
}

/** The frames of one connection, played with their times. */
async function playTimed(
  recorded: Recorded[],
  { missedBefore, lacks = [], isOnlySource = false, afterMs = SETTLE_MS }: PlayOptions = {},
): Promise<Played> {
  const clock = createFakeClock(recorded[0]?.t ?? 0);
  const events: SessionEvent[] = [];
  const advance = (to: number) => clock.advance(Math.max(0, to - clock.now()));
  const gateway: ReplayGateway = new ReplayGateway([recorded], () => source.health().frames, {
    advance,
    lacks,
    ...(missedBefore === undefined ? {} : { missedBefore }),
  });
  const source = createGatewaySource({
    url: await gateway.listen(),
    token: () => 'fake-gateway-token',
    version: '0.0.1',
    clock,
    random: () => 0,
    redact: createRedactor([]),
    emit: (event) => events.push(event),
    log: silentLog,
    isOnlySource,
    // Answers to pings take real time, and there is none here.
    timing: { pingMs: 86_400_000, handshakeMs: 86_400_000, requestMs: 86_400_000 },
  });
  await source.start();
  await gateway.played();
  await advance(clock.now() + afterMs);
  const health = source.health();
  await source.stop();
  gateway.close();
  return { events, health, endedAt: clock.now() };
}
