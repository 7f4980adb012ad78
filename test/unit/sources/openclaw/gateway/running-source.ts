// A source in a test: short times, events kept, and a way to wait for what should become true.

import type { SessionEvent } from '../../../../../src/core/event.ts';
import type { LogFields } from '../../../../../src/core/log.ts';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import {
  createGatewaySource,
  type GatewaySource,
  type GatewaySourceOptions,
  type GatewayState,
} from '../../../../../src/sources/openclaw/gateway/gateway-source.ts';
import { silentLog } from './silent-log.ts';

export interface Running {
  source: GatewaySource;
  events: SessionEvent[];
  states: GatewayState[];
  log: string[];
}

export async function runSource(url: string, options: Partial<GatewaySourceOptions> = {}): Promise<Running> {
  const events: SessionEvent[] = [];
  const states: GatewayState[] = [];
  const log: string[] = [];
  const note = (_fields: LogFields, message: string): void => void log.push(message);
  const source = createGatewaySource({
    url,
    token: () => 'fake-gateway-token',
    version: '0.0.1',
    clock: systemClock,
    random: () => 0,
    redact: (text) => text,
    emit: (event) => events.push(event),
    log: { ...silentLog, warn: note, error: note },
    onState: (state) => states.push(state),
    ...options,
    timing: { leastMs: 20, slowMs: 40, ...options.timing },
  });
  await source.start();
  return { source, events, states, log };
}
