// Builds our `connect` request. The gateway has closed lists of client ids and modes; our own name goes into `displayName`. Pure.

import { asNumber, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { type Device, deviceProof } from './device.ts';
import { SCOPE } from './connection-state.ts';

export interface ConnectOptions {
  token: string;
  version: string;
  platform: string;
  /** Given when the gateway is on another machine, or refuses us without a device. */
  device?: Device;
}

const CLIENT_ID = 'gateway-client'; // with this mode, direct loopback connections keep their scopes without a device
const CLIENT_MODE = 'backend';
const ROLE = 'operator';
const MIN_PROTOCOL = 3;
const MAX_PROTOCOL = 4;

/** The parameters that answer a challenge. `caps` stays empty: each capability would change what the gateway does or sends. */
export function connectParams(challenge: JsonRecord, { token, version, platform, device }: ConnectOptions): Record<string, unknown> {
  const nonce = asText(challenge['nonce']) ?? '';
  const at = asNumber(challenge['ts']) ?? 0;
  const claim = { clientId: CLIENT_ID, clientMode: CLIENT_MODE, role: ROLE, scopes: [SCOPE], at, token, nonce, platform };
  return {
    minProtocol: MIN_PROTOCOL,
    maxProtocol: MAX_PROTOCOL,
    client: { id: CLIENT_ID, version, platform, mode: CLIENT_MODE, displayName: 'live-status' },
    role: ROLE,
    scopes: [SCOPE],
    caps: [],
    auth: { token },
    ...(device === undefined ? {} : { device: deviceProof(device, claim) }),
  };
}
