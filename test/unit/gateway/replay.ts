// Plays a capture to the real source and keeps what it emits.

import type { SessionEvent } from '../../../src/core/event.ts';
import { createRedactor } from '../../../src/core/redact.ts';
import { systemClock } from '../../../src/daemon/system-clock.ts';
import { createGatewaySource, type GatewayHealth, type GatewayState } from '../../../src/sources/gateway/source.ts';
import { type Recorded, readCapture } from './captures.ts';
import { ReplayGateway } from './replay-gateway.ts';
import { silentLog } from './silent-log.ts';

export interface Replayed {
  events: SessionEvent[];
  states: GatewayState[];
  health: GatewayHealth;
  /** Methods called, by connection. */
  asked: string[][];
  endedAt: number;
}

/** Connections that the recorder made beside the watching one, or that never reached a gateway. */
const isPlayable = (recorded: Recorded[]): boolean => recorded.some(({ frame }) => frame.event === 'connect.challenge');

export async function replay(name: string, connections: readonly string[] = ['watch']): Promise<Replayed> {
  const capture = [...readCapture(name)].filter(
    ([label, recorded]) => connections.some((wanted) => label.startsWith(wanted)) && isPlayable(recorded),
  );
  const labels = capture.filter(([label]) => !label.startsWith('approvals')).map(([, recorded]) => recorded);
  const events: SessionEvent[] = [];
  const states: GatewayState[] = [];
  const gateway: ReplayGateway = new ReplayGateway(labels, () => source.health().frames);
  const source = createGatewaySource({
    url: await gateway.listen(),
    token: () => 'fake-gateway-token',
    version: '0.0.1',
    clock: { ...systemClock, now: () => gateway.now },
    random: () => 0,
    redact: createRedactor([]),
    emit: (event) => events.push(event),
    log: silentLog,
    onState: (state) => states.push(state),
    timing: { leastMs: 20, slowMs: 20 },
  });
  await source.start();
  await gateway.played();
  const health = source.health();
  await source.stop();
  gateway.close();
  return { events, states, health, asked: gateway.asked, endedAt: gateway.now };
}
