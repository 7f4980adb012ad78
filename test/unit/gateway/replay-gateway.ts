// A gateway that plays captures: each connection that a client opens gets the next recorded one. Requests are answered with what was
// recorded for them; events are played one at a time, so that the clock of the replay is exact.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Recorded, RecordedFrame } from './captures.ts';

export interface ReplayOptions {
  /** Lets the time of the replay go on to the instant of the next frame; what is due by then happens first. */
  advance?(to: number): Promise<void>;
  /** How many frames before this one were never sent to a reading client, although they took a number. */
  missedBefore?(frame: RecordedFrame): number;
  /** Methods that the gateway does not have. */
  lacks?: readonly string[];
}

const QUIET_MS = 40; // after the last request of the client its events begin

export class ReplayGateway {
  readonly #server: WebSocketServer;
  readonly #connections: Recorded[][];
  readonly #framesSeen: () => number;
  readonly #options: ReplayOptions;
  readonly #done: Promise<void>;
  #finish: () => void = () => {};
  #lastRequestAt = 0;
  /** The replay's own clock: when the frame now being read was recorded. */
  now: number;
  /** Methods that the client called, in order, by connection. */
  readonly asked: string[][] = [];

  constructor(connections: Recorded[][], framesSeen: () => number, options: ReplayOptions = {}) {
    this.#options = options;
    this.#connections = connections;
    this.#framesSeen = framesSeen;
    this.now = connections[0]?.[0]?.t ?? 0;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    this.#server.on('connection', (socket) => void this.#serve(socket));
  }

  async listen(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when everything recorded was played and read. */
  played(): Promise<void> {
    return this.#done;
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  async #serve(socket: WebSocket): Promise<void> {
    const recorded = this.#connections.shift();
    if (recorded === undefined) return;
    const asked: string[] = [];
    this.asked.push(asked);
    const isWelcome = new Promise<boolean>((resolve) => {
      socket.on('message', (data) => {
        const request = JSON.parse(String(data)) as RecordedFrame;
        asked.push(request.method ?? '');
        this.#lastRequestAt = performance.now();
        const answer = this.#options.lacks?.includes(request.method ?? '') ? NO_METHOD : answerTo(request, recorded, asked);
        socket.send(JSON.stringify({ ...answer, type: 'res', id: request.id }));
        if (request.method === 'connect') resolve(answer.ok === true);
      });
    });
    await this.#send(socket, challengeOf(recorded));
    if (await isWelcome) await this.#play(socket, recorded);
    await this.#end(socket, recorded);
    if (this.#connections.length === 0) this.#finish();
  }

  async #play(socket: WebSocket, recorded: Recorded[]): Promise<void> {
    await this.#untilQuiet();
    let seq = 0;
    for (const { t, dir, frame } of recorded) {
      if (dir !== 'in' || frame.type !== 'event' || frame.event === 'connect.challenge') continue;
      seq += 1 + (this.#options.missedBefore?.(frame) ?? 0);
      await this.#send(socket, { t, frame: { ...frame, seq } });
    }
    await this.#untilQuiet();
  }

  async #end(socket: WebSocket, recorded: Recorded[]): Promise<void> {
    const close = recorded.find(({ dir }) => dir === 'close');
    if (close === undefined) return;
    this.now = close.t;
    if (close.frame.code === 1006) socket.terminate();
    else if (close.frame.code !== 1005) socket.close(close.frame.code, close.frame.reason);
    else return;
    await once(socket, 'close');
  }

  /** Sends a frame when the one before it was read. */
  async #send(socket: WebSocket, { t, frame }: Pick<Recorded, 't' | 'frame'>): Promise<void> {
    await this.#options.advance?.(t);
    const before = this.#framesSeen();
    this.now = t;
    socket.send(JSON.stringify(frame));
    while (this.#framesSeen() === before && socket.readyState === socket.OPEN) await new Promise((resolve) => setImmediate(resolve));
  }

  async #untilQuiet(): Promise<void> {
    this.#lastRequestAt = performance.now();
    while (performance.now() - this.#lastRequestAt < QUIET_MS) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** For captures that begin after the handshake. */
const HELLO = { protocol: 4, server: { version: '2026.9.6', bootId: 'boot-1' }, auth: { scopes: ['operator.read'] } };

/** How protocol 3 says that there is no such method. */
const NO_METHOD = { ok: false, error: { code: 'INVALID_REQUEST', message: 'missing scope: operator.admin' } };

function challengeOf(recorded: Recorded[]): Recorded {
  const challenge = recorded.find(({ frame }) => frame.event === 'connect.challenge');
  if (challenge === undefined) throw new Error('this connection was never challenged');
  return challenge;
}

function answerTo(request: RecordedFrame, recorded: Recorded[], asked: readonly string[]): Partial<RecordedFrame> & { error?: unknown } {
  const answers = recorded.filter(({ dir, frame }) => dir === 'in' && frame.type === 'res').map(({ frame }) => frame);
  switch (request.method ?? '') {
    case 'connect':
      return answers.find(({ id }) => id === 'connect') ?? { ok: true, payload: HELLO };
    case 'sessions.subscribe':
      return (
        answers.find(({ payload }) => payload?.['subscribed'] === true && payload['list'] !== undefined) ?? {
          ok: true,
          payload: { subscribed: true },
        }
      );
    case 'sessions.list':
      // What the recorder asked for was what had changed; which sessions are at work stands in the subscription.
      if (request.params?.['activeMinutes'] === undefined) return { ok: true, payload: { sessions: [] } };
      return answers.find(({ payload }) => payload?.['sessions'] !== undefined) ?? { ok: true, payload: { sessions: [] } };
    case 'sessions.messages.subscribe':
      return { ok: true, payload: { subscribed: true, key: request.params?.['key'] } };
    case 'chat.history': {
      const histories = answers.filter(({ payload }) => payload?.['messages'] !== undefined);
      const nth = asked.filter((method) => method === 'chat.history').length - 1;
      return histories[nth] ?? { ok: false, error: { code: 'INVALID_REQUEST', message: 'unknown session' } };
    }
    default:
      return { ok: false, error: { code: 'INVALID_REQUEST', message: 'unknown method' } };
  }
}
