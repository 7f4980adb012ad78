// Connects once with this device's identity, to find out whether a gateway knows it. It watches nothing.

import type { Clock } from '../../../core/clock.ts';
import { connectParams } from './connect-request.ts';
import { loadDevice } from './device.ts';
import { Link } from './link.ts';
import { type GatewayState, ourCodes, verdictOf } from './connection-state.ts';
import { TIMING, type Timing } from './timing.ts';

export interface PairOptions {
  url: string;
  /** Throws an error for people when there is no token. */
  token(): string;
  version: string;
  /** Where the key of this device is kept; a missing key is made. */
  stateDir: string;
  clock: Clock;
  timing?: Partial<Timing>;
}

export type PairOutcome =
  /** The gateway lets this device in and shows it its sessions. */
  | { kind: 'paired'; deviceId: string; version: string }
  /** The gateway's operator must run `command` first. */
  | { kind: 'pending'; deviceId: string; requestId?: string; command: string }
  | { kind: 'failed'; deviceId: string; state: GatewayState };

/** Asks the gateway to accept this device. Rejects when the key cannot be read or written. */
export async function pair({ url, token, version, stateDir, clock, timing }: PairOptions): Promise<PairOutcome> {
  const device = loadDevice(stateDir);
  const deviceId = device.id;
  return new Promise((resolve) => {
    const link = new Link({
      url,
      clock,
      timing: { ...TIMING, ...timing },
      connectParams: (challenge) => connectParams(challenge, { token: token(), version, platform: process.platform, device }),
      onHello: (hello) => {
        resolve({ kind: 'paired', deviceId, version: hello.version });
        link.close(ourCodes.stopped);
      },
      onEvent: () => {},
      onCount: () => {},
      onEnd: (end) => resolve(outcomeOf(verdictOf({ ...end, deviceId }).state, deviceId)),
    });
  });
}

function outcomeOf(state: GatewayState, deviceId: string): PairOutcome {
  if (state.state !== 'pairing') return { kind: 'failed', deviceId, state };
  const { requestId, command } = state;
  return { kind: 'pending', deviceId, command, ...(requestId === undefined ? {} : { requestId }) };
}
