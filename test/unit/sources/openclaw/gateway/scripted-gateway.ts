// A gateway that does what a test scripts: real sockets, one handler per connection.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Request {
  id: string;
  method: string;
  params: Record<string, unknown>;
}

/** One connection as a test scripts it. */
export interface Served {
  /** From 0. */
  nth: number;
  socket: WebSocket;
  /** Every request so far, `connect` included. */
  requests: Request[];
  event(name: string, payload: Record<string, unknown>, seq?: number): void;
  answer(request: Request, payload: Record<string, unknown>): void;
  refuse(request: Request, error: Record<string, unknown>): void;
}

export interface Script {
  /** Answers `connect`; by default the client is let in. */
  connect?(served: Served, request: Request): void;
  /** Answers any other request; by default with an empty success. */
  request?(served: Served, request: Request): void;
}

export interface HelloParts {
  bootId?: string;
  scopes?: string[];
  tickIntervalMs?: number;
}

export function hello({
  bootId = 'boot-1',
  scopes = ['operator.read'],
  tickIntervalMs = 30_000,
}: HelloParts = {}): Record<string, unknown> {
  return { type: 'hello-ok', protocol: 4, server: { version: '2026.9.6', bootId }, auth: { scopes }, policy: { tickIntervalMs } };
}

export const CHALLENGE = { nonce: 'nonce-1', ts: 1_795_226_004_040 };

export class ScriptedGateway {
  readonly #server: WebSocketServer;
  readonly served: Served[] = [];

  constructor(script: Script = {}, { port = 0, host = '127.0.0.1', autoPong = true } = {}) {
    this.#server = new WebSocketServer({ port, host, autoPong, maxPayload: 1024 * 1024 });
    this.#server.on('connection', (socket) => this.#serve(socket, script));
  }

  async listen(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get newest(): Served {
    const newest = this.served.at(-1);
    if (newest === undefined) throw new Error('nobody has connected');
    return newest;
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: WebSocket, script: Script): void {
    const send = (frame: unknown): void => socket.send(JSON.stringify(frame));
    const served: Served = {
      nth: this.served.length,
      socket,
      requests: [],
      event: (event, payload, seq) => send({ type: 'event', event, payload, ...(seq === undefined ? {} : { seq }) }),
      answer: ({ id }, payload) => send({ type: 'res', id, ok: true, payload }),
      refuse: ({ id }, error) => send({ type: 'res', id, ok: false, error }),
    };
    this.served.push(served);
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const request = JSON.parse(String(data)) as Request;
      served.requests.push(request);
      if (request.method !== 'connect') return script.request === undefined ? served.answer(request, {}) : script.request(served, request);
      return script.connect === undefined ? served.answer(request, hello()) : script.connect(served, request);
    });
    served.event('connect.challenge', CHALLENGE);
  }
}
