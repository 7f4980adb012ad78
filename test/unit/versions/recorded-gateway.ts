// A gateway that plays one recorded connection at its recorded times. It answers a request with what was recorded for it, as it was at
// that time, and lets time go on only when the client has read everything and has nothing more to ask.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Frame {
  type: string;
  id?: string;
  method?: string;
  params?: Record<string, unknown>;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: unknown;
  code?: number;
  reason?: string;
}

/** One line of a capture. */
export interface Line {
  t: number;
  dir: 'in' | 'out' | 'close';
  /** Frames before this one that took a number and were never sent to a reading client. */
  missed?: number;
  frame: Frame;
}

/** Lets the time of the replay go on to an instant. */
export type Advance = (to: number) => Promise<void>;

const QUIET_ROUNDS = 2;
const STEP_MS = 1_000;
const REFUSED: Frame = { type: 'res', ok: false, error: { code: 'INVALID_REQUEST', message: 'not recorded' } };

export class RecordedGateway {
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  readonly #lines: readonly Line[];
  readonly #advance: Advance;
  #now: number;
  #asked = 0;

  constructor(lines: readonly Line[], advance: Advance) {
    this.#lines = lines;
    this.#advance = advance;
    this.#now = lines[0]?.t ?? 0;
  }

  async listen(): Promise<string> {
    await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves the first connection to its end; nobody is let in after it. */
  async play(): Promise<void> {
    const [socket] = (await once(this.#server, 'connection')) as [WebSocket];
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => this.#answer(socket, JSON.parse(String(data)) as Frame));
    this.#server.close();
    let seq = 0;
    for (const { t, dir, missed = 0, frame } of this.#lines) {
      if (dir !== 'in' || frame.type !== 'event') continue;
      await this.#goOn(t, socket);
      if (frame.event !== 'connect.challenge') seq += 1 + missed;
      socket.send(JSON.stringify({ ...frame, ...(seq === 0 ? {} : { seq }) }));
      await this.#untilQuiet(socket);
    }
    await this.#end(socket);
  }

  /** In steps, so that what the client asks meanwhile is answered before it waits any longer. */
  async #goOn(to: number, socket: WebSocket): Promise<void> {
    while (this.#now < to) {
      this.#now = Math.min(to, this.#now + STEP_MS);
      await this.#advance(this.#now);
      if (this.#now < to) await this.#untilQuiet(socket);
    }
  }

  /** A connection that was closed by the recorder stays open for the client. */
  async #end(socket: WebSocket): Promise<void> {
    const close = this.#lines.find(({ dir }) => dir === 'close');
    if (close === undefined) return;
    await this.#goOn(close.t, socket);
    if (close.frame.code === 1005) return;
    if (close.frame.code === 1006) socket.terminate();
    else socket.close(close.frame.code, close.frame.reason);
    await once(socket, 'close');
  }

  /** Nothing was asked while everything sent was read, twice. */
  async #untilQuiet(socket: WebSocket): Promise<void> {
    for (let quiet = 0; quiet < QUIET_ROUNDS && socket.readyState === socket.OPEN; ) {
      const before = this.#asked;
      socket.ping();
      await Promise.race([once(socket, 'pong'), once(socket, 'close')]);
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#asked === before ? quiet + 1 : 0;
    }
  }

  #answer(socket: WebSocket, request: Frame): void {
    this.#asked += 1;
    const answer = this.#recordedAnswer(request) ?? REFUSED;
    socket.send(JSON.stringify({ ...answer, id: request.id }));
  }

  /** What was answered to the same question last before now; to one that was asked later only, the first answer. */
  #recordedAnswer(request: Frame): Frame | undefined {
    const questions = this.#lines.filter(({ dir, frame }) => dir === 'out' && isSameQuestion(frame, request));
    const question = questions.findLast(({ t }) => t <= this.#now) ?? questions[0];
    return this.#lines.find(({ dir, frame }) => dir === 'in' && frame.type === 'res' && frame.id === question?.frame.id)?.frame;
  }
}

function isSameQuestion(recorded: Frame, { method, params = {} }: Frame): boolean {
  if (recorded.method !== method) return false;
  switch (method ?? '') {
    case 'connect':
    case 'sessions.list':
      return true;
    case 'chat.history':
      return recorded.params?.['sessionKey'] === params['sessionKey'];
    default:
      return JSON.stringify(recorded.params) === JSON.stringify(params);
  }
}
