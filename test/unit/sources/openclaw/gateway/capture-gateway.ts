// A gateway that plays what was recorded of connections, at the recorded times: each that a client opens gets the next one. Time goes on
// only when the client has read everything and has nothing more to ask.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Frame, Line } from './captures.ts';
import type { Answers } from './recorded-answers.ts';

export interface GatewayOptions {
  answers: Answers;
  /** Lets the time of the replay go on to an instant; what is due by then happens first. Without it real time goes on. */
  advance?(to: number): Promise<void>;
}

const QUIET_ROUNDS = 2;
const STEP_MS = 50; // of the replay, while the client waits before it connects again
const STEP_TAKES_MS = 2;

export class CaptureGateway {
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  readonly #connections: readonly (readonly Line[])[];
  readonly #options: GatewayOptions;
  readonly #waiting: WebSocket[] = [];
  #now: number;

  constructor(connections: readonly (readonly Line[])[], options: GatewayOptions) {
    this.#connections = connections;
    this.#options = options;
    this.#now = connections[0]?.[0]?.t ?? 0;
    this.#server.on('connection', (socket) => {
      socket.on('error', () => socket.terminate());
      this.#waiting.push(socket);
    });
  }

  async listen(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when everything recorded was played and read. Nobody is let in after the last connection. */
  async play(): Promise<void> {
    for (const [index, recorded] of this.#connections.entries()) {
      const socket = await this.#connected(index > 0);
      if (index === this.#connections.length - 1) this.#server.close();
      await new Served(socket, recorded, this.#options.answers, (to) => this.#goOn(to)).play();
    }
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  async #connected(isLater: boolean): Promise<WebSocket> {
    for (;;) {
      const socket = this.#waiting.shift();
      if (socket !== undefined) return socket;
      if (isLater) await this.#goOn(this.#now + STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, STEP_TAKES_MS));
    }
  }

  async #goOn(to: number): Promise<void> {
    this.#now = Math.max(this.#now, to);
    await this.#options.advance?.(to);
  }
}

/** One connection. */
class Served {
  readonly #socket: WebSocket;
  readonly #recorded: readonly Line[];
  readonly #goOn: (to: number) => Promise<void>;
  readonly #closed: Promise<unknown>;
  readonly #asked: string[] = [];
  #now: number;

  constructor(socket: WebSocket, recorded: readonly Line[], answers: Answers, goOn: (to: number) => Promise<void>) {
    this.#socket = socket;
    this.#recorded = recorded;
    this.#goOn = goOn;
    this.#now = recorded[0]?.t ?? 0;
    this.#closed = once(socket, 'close');
    socket.on('message', (data) => {
      const request = JSON.parse(String(data)) as Frame;
      this.#asked.push(request.method ?? '');
      const answer = answers(request, { recorded, now: this.#now, asked: this.#asked });
      socket.send(JSON.stringify({ ...answer, type: 'res', id: request.id }));
    });
  }

  async play(): Promise<void> {
    let seq = 0;
    for (const { t, dir, missed = 0, frame } of this.#recorded) {
      if (dir !== 'in' || frame.type !== 'event') continue;
      await this.#until(t);
      if (frame.event !== 'connect.challenge') seq += 1 + missed;
      this.#socket.send(JSON.stringify({ ...frame, ...(seq === 0 ? {} : { seq }) }));
      await this.#untilQuiet();
    }
    await this.#end();
  }

  async #until(t: number): Promise<void> {
    this.#now = t;
    await this.#goOn(t);
  }

  /** A connection that was closed by the recorder stays open. */
  async #end(): Promise<void> {
    const close = this.#recorded.find(({ dir }) => dir === 'close');
    if (close === undefined || close.frame.code === 1005) return;
    await this.#until(close.t);
    if (close.frame.code === 1006) this.#socket.terminate();
    else this.#socket.close(close.frame.code, close.frame.reason);
    await this.#closed;
  }

  /** Everything sent was read, the challenge was taken up, and nothing was asked meanwhile, twice. */
  async #untilQuiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_ROUNDS && this.#socket.readyState === this.#socket.OPEN; ) {
      const before = this.#asked.length;
      const pong = once(this.#socket, 'pong');
      this.#socket.ping();
      await Promise.race([pong, this.#closed]);
      await new Promise((resolve) => setImmediate(resolve));
      quiet = before > 0 && this.#asked.length === before ? quiet + 1 : 0;
    }
  }
}
