// The identity of this device for a gateway that is not on loopback: an Ed25519 key in the state directory, and its signature.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { errorCode } from '../../../core/error-code.ts';

export interface Device {
  /** SHA-256 of the raw public key, in hex. */
  id: string;
  /** The raw public key, base64url. */
  publicKey: string;
  /** The signature of a text, base64url. */
  sign(text: string): string;
}

/** The signed fields, in their order. `at` is the instant of the challenge. */
export interface DeviceClaim {
  clientId: string;
  clientMode: string;
  role: string;
  scopes: readonly string[];
  at: number;
  token: string;
  nonce: string;
  platform: string;
}

const KEY_FILE = 'gateway-device.pem';
const PRIVATE_MODE = 0o600;
const RAW_KEY_BYTES = 32; // the end of an Ed25519 key in SPKI form

/** Loads the device of this state directory; the first call makes its key. Throws the errors of the file system. */
export function loadDevice(stateDir: string): Device {
  const path = join(stateDir, KEY_FILE);
  const key = readKey(path) ?? makeKey(path);
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES);
  return {
    id: createHash('sha256').update(raw).digest('hex'),
    publicKey: raw.toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

function readKey(path: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(readFileSync(path));
    chmodSync(path, PRIVATE_MODE);
    return key;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function makeKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: PRIVATE_MODE, flag: 'wx' });
  chmodSync(path, PRIVATE_MODE); // whatever the umask took away
  return privateKey;
}

/** The `device` member of a connect request: version 3 of the signing recipe, accepted by OpenClaw 2026.9. */
export function deviceProof(device: Device, claim: DeviceClaim): Record<string, unknown> {
  const { clientId, clientMode, role, scopes, at, token, nonce, platform } = claim;
  const family = '';
  const text = [
    'v3',
    device.id,
    clientId,
    clientMode,
    role,
    scopes.join(','),
    String(at),
    token,
    nonce,
    platform.toLowerCase(),
    family,
  ].join('|');
  return { id: device.id, publicKey: device.publicKey, signature: device.sign(text), signedAt: at, nonce };
}
