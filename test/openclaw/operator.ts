// An operator's connection to a gateway, as small as the tests need it. Owns one socket.

import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { type Device, deviceProof } from '../../src/sources/openclaw/gateway/device.ts';

interface Pending {
  resolve(payload: Record<string, unknown>): void;
  reject(error: Error): void;
}

const CONNECT_LIMIT_MS = 10_000;
const CALL_LIMIT_MS = 60_000;
const PLATFORM = 'linux';
const CLIENT = { id: 'gateway-client', mode: 'backend', version: '0.0.0', platform: PLATFORM, displayName: 'test operator' };
/** As which a gateway that wants to know the device lets it in. */
const CLI = { ...CLIENT, id: 'cli', mode: 'cli' };
const SCOPES = ['operator.read', 'operator.write', 'operator.admin'];

export class Operator {
  /** The version that the gateway says it is. */
  version = '';
  readonly #socket: WebSocket;
  readonly #pendingById = new Map<string, Pending>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => this.#fail(new Error(`The gateway closed the operator's connection (${code}).`)));
  }

  /** Rejects when the gateway is not there, is starting, or refuses the token. */
  static async connect(url: string, token: string, device?: Device): Promise<Operator> {
    const socket = new WebSocket(url, { handshakeTimeout: CONNECT_LIMIT_MS });
    const operator = new Operator(socket);
    try {
      const challenge = await challengeOn(socket);
      const protocol = { minProtocol: 3, maxProtocol: 4, role: 'operator', scopes: SCOPES, caps: [], auth: { token } };
      const who = device === undefined ? { client: CLIENT } : { client: CLI, device: proofOf(device, challenge, token) };
      const hello = await operator.call('connect', { ...protocol, ...who });
      const server = hello['server'] as Record<string, unknown> | undefined;
      operator.version = String(server?.['version']);
      return operator;
    } catch (error) {
      operator.close();
      throw error;
    }
  }

  /** Resolves with the payload; rejects with the gateway's words. */
  call(method: string, params: object): Promise<Record<string, unknown>> {
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(new Error(`${method} was not answered.`)), CALL_LIMIT_MS);
      const done = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      this.#pendingById.set(id, {
        resolve: (payload) => done(() => resolve(payload)),
        reject: (error) => done(() => reject(error)),
      });
      this.#socket.send(JSON.stringify({ type: 'req', id, method, params }));
    });
  }

  /** Starts a turn; the result is its run id. */
  async send(sessionKey: string, message: string): Promise<string> {
    const { runId } = await this.call('chat.send', { sessionKey, message, idempotencyKey: randomUUID() });
    return String(runId);
  }

  /** Rejects when nothing is at work there that an operator can abort. */
  async abort(sessionKey: string): Promise<void> {
    const { status } = await this.call('sessions.abort', { key: sessionKey });
    if (status !== 'aborted') throw new Error(`Nothing was aborted in ${sessionKey}: ${String(status)}.`);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as {
      type: string;
      id?: string;
      ok?: boolean;
      payload?: Record<string, unknown>;
      error?: { message?: string };
    };
    if (frame.type !== 'res') return;
    const pending = this.#settle(frame.id ?? '');
    if (frame.ok === true) pending?.resolve(frame.payload ?? {});
    else pending?.reject(new Error(frame.error?.message ?? 'refused without words'));
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pendingById.get(id);
    this.#pendingById.delete(id);
    return pending;
  }

  #fail(error: Error): void {
    for (const id of this.#pendingById.keys()) this.#settle(id)?.reject(error);
  }
}

interface Challenge {
  nonce: string;
  ts: number;
}

/** The first thing a gateway says. */
async function challengeOn(socket: WebSocket): Promise<Challenge> {
  const first = await new Promise((resolve, reject) => socket.once('message', resolve).once('close', () => reject(new Error('not there'))));
  return (JSON.parse(String(first)) as { payload: Challenge }).payload;
}

function proofOf(device: Device, { nonce, ts }: Challenge, token: string): Record<string, unknown> {
  return deviceProof(device, {
    clientId: CLI.id,
    clientMode: CLI.mode,
    role: 'operator',
    scopes: SCOPES,
    at: ts,
    token,
    nonce,
    platform: PLATFORM,
  });
}
