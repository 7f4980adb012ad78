// Plays what was recorded of one turn to the real source, and keeps what it says.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { SessionEvent } from '../../../src/core/event.ts';
import { createRedactor } from '../../../src/core/redact.ts';
import { createGatewaySource, type GatewayHealth, type GatewayState } from '../../../src/sources/gateway/source.ts';
import { silentLog } from '../gateway/silent-log.ts';
import { createFakeClock } from '../sinks/fake-clock.ts';
import { type Line, RecordedGateway } from './recorded-gateway.ts';

export interface Played {
  events: SessionEvent[];
  states: GatewayState[];
  health: GatewayHealth;
  endedAt: number;
}

/** What a box had to say, without times and figures, as the harness knew it from the model and the tools. */
export interface TrueBox {
  title: string;
  lines: string[];
}

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const AFTER_MS = 20_000; // a gateway that is gone is given up after ten seconds
const STEP_MS = 1_000;
// Answers to pings take real time, and there is none here.
const NO_REAL_TIME = { pingMs: 86_400_000, handshakeMs: 86_400_000, requestMs: 86_400_000 };

/** The versions of which frames of the seven turns were recorded. */
export function recordedVersions(): string[] {
  return readdirSync(FIXTURES)
    .filter((name) => existsSync(new URL(`${name}/frames`, FIXTURES)))
    .map((name) => name.replace('openclaw-', ''))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export function scenesOf(version: string): string[] {
  return readdirSync(new URL(`openclaw-${version}/frames/`, FIXTURES)).map((name) => name.replace('.ndjson', ''));
}

export function truthOf(version: string, scene: string): TrueBox[] {
  const truth = JSON.parse(readFileSync(new URL(`openclaw-${version}/truth.json`, FIXTURES), 'utf8')) as Record<string, TrueBox[]>;
  return truth[scene] ?? [];
}

export function framesOf(version: string, scene: string): Line[] {
  const text = readFileSync(new URL(`openclaw-${version}/frames/${scene}.ndjson`, FIXTURES), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
}

export async function playFrames(lines: readonly Line[]): Promise<Played> {
  const clock = createFakeClock(lines[0]?.t ?? 0);
  const events: SessionEvent[] = [];
  const states: GatewayState[] = [];
  const advance = (to: number): Promise<void> => clock.advance(Math.max(0, to - clock.now()));
  const gateway = new RecordedGateway(lines, advance);
  const source = createGatewaySource({
    url: await gateway.listen(),
    token: () => 'fake-token',
    version: '0.0.1',
    clock,
    random: () => 0,
    redact: createRedactor([]),
    emit: (event) => events.push(event),
    log: silentLog,
    onState: (state) => states.push(state),
    timing: NO_REAL_TIME,
  });
  const played = gateway.play();
  await source.start();
  await played;
  for (const until = clock.now() + AFTER_MS; clock.now() < until; await new Promise((resolve) => setTimeout(resolve, 5)))
    await clock.advance(STEP_MS);
  const health = source.health();
  await source.stop();
  return { events, states, health, endedAt: clock.now() };
}
