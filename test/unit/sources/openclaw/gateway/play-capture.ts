// Plays captures to the real source at their recorded times and keeps what it says: what is due between two frames happens between them.

import type { SessionEvent } from '../../../../../src/core/event.ts';
import { createRedactor } from '../../../../../src/text/redact.ts';
import type { GatewayDetails } from '../../../../../src/sources/openclaw/gateway/gateway-health.ts';
import { createGatewaySource, type GatewaySourceOptions } from '../../../../../src/sources/openclaw/gateway/gateway-source.ts';
import { CaptureGateway } from './capture-gateway.ts';
import { type Frame, type Line, readCapture, readLines } from './captures.ts';
import { type Answers, asSent, lacking } from './recorded-answers.ts';
import { silentLog } from './silent-log.ts';
import { FakeClock } from '../../../../support/clock.ts';

export interface Played {
  events: SessionEvent[];
  health: GatewayDetails;
  endedAt: number;
}

interface PlayOptions extends Pick<GatewaySourceOptions, 'isOnlySource'> {
  answers?: Answers;
  /** How long time goes on after the last frame, in milliseconds. */
  afterMs?: number;
}

export interface FoundOptions extends PlayOptions {
  /** How many frames before this one were never sent to a reading client, although they took a number. */
  missedBefore?(frame: Frame): number;
  /** Methods that the gateway does not have. */
  lacks?: readonly string[];
}

const SETTLE_MS = 15_000;
const STEPS = 40; // after the last frame, each with a moment for whatever goes over the wire
const STEP_TAKES_MS = 3;
// Answers to pings take real time, and there is none here.
const NO_REAL_TIME = { pingMs: 86_400_000, handshakeMs: 86_400_000, requestMs: 86_400_000 };

/** A capture of 2026.9.6: what its watching client was told, also after it had lost its connection. */
export function playCapture(name: string): Promise<Played> {
  const watching = [...readCapture(name)].filter(([label]) => label.startsWith('watch')).map(([, recorded]) => recorded);
  return play(watching.filter(isPlayable));
}

/** Connections that never reached a gateway have no challenge. */
function isPlayable(recorded: readonly Line[]): boolean {
  return recorded.some(({ frame }) => frame.event === 'connect.challenge');
}

/** What was found with real gateways of several versions: one connection each, whose end was the recorder's. */
export function playFound(name: string, { missedBefore = () => 0, lacks = [], ...options }: FoundOptions = {}): Promise<Played> {
  const lines = readLines(`openclaw-found/${name}.ndjson`).filter(({ dir }) => dir !== 'close');
  const recorded = lines.map((line) => ({ ...line, missed: missedBefore(line.frame) }));
  return play([recorded], { ...options, answers: lacking(lacks, asSent) });
}

/** The frames of connections that were made one after another. */
export async function play(
  connections: readonly (readonly Line[])[],
  { answers = asSent, isOnlySource = false, afterMs = SETTLE_MS }: PlayOptions = {},
): Promise<Played> {
  const clock = new FakeClock(connections[0]?.[0]?.t ?? 0);
  const events: SessionEvent[] = [];
  const advance = (to: number): Promise<void> => clock.advance(Math.max(0, to - clock.now()));
  const gateway = new CaptureGateway(connections, { answers, advance });
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
    timing: NO_REAL_TIME,
  });
  const played = gateway.play();
  await source.start();
  await played;
  for (let step = 0; step < STEPS; step += 1) {
    await clock.advance(afterMs / STEPS);
    await new Promise((resolve) => setTimeout(resolve, STEP_TAKES_MS));
  }
  const health = source.details();
  await source.stop();
  gateway.close();
  return { events, health, endedAt: clock.now() };
}
