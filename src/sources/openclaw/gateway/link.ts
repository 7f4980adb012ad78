// One WebSocket connection from opening to closing: handshake, requests, order of frames, signs of life. It does not read events.

import { WebSocket } from 'ws';
import type { Clock } from '../../../core/clock.ts';
import { errorCode, errorText } from '../../../core/error-code.ts';
import type { JsonRecord } from '../../../core/json-guards.ts';
import { Timers } from '../../../core/timers.ts';
import { lacksScope } from './compatible-requests.ts';
import { type RpcAnswer, Requests } from './requests.ts';
import { type LinkEnd, ourCodes, SCOPE } from './connection-state.ts';
import type { Timing } from './timing.ts';
import { decodeFrame, decodeHello, type Frame, type Hello } from './wire.ts';

export interface LinkOptions {
  url: string;
  clock: Clock;
  timing: Timing;
  /** Answers the challenge; throws when there is no token. */
  connectParams(challenge: JsonRecord): Record<string, unknown>;
  onHello(hello: Hello): void;
  onEvent(event: string, payload: JsonRecord): void;
  /** `frame`: any frame came; `garbage`: a text that is no frame; `gap`: the gateway dropped frames. */
  onCount(what: 'frame' | 'garbage' | 'gap'): void;
  /** Called exactly once, and last. */
  onEnd(end: LinkEnd): void;
}

const MAX_FRAME_BYTES = 26 * 1024 * 1024; // the gateway's own limit is 25 MiB
/** Larger events carry whole files: too much for a box, and reading one would block everything else. */
const MAX_EVENT_CHARS = 8 * 1024 * 1024;

export class Link {
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  readonly #requests: Requests;
  readonly #timers: Timers;
  #hello: Hello | undefined;
  #refusal: LinkEnd['refusal'];
  #lastSeq = 0;
  #lastSignAt: number;
  #lastFrameAt: number;
  #hasEnded = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { url, clock, timing } = options;
    this.#requests = new Requests(clock, timing.requestMs);
    this.#timers = new Timers(clock);
    this.#lastSignAt = this.#lastFrameAt = clock.monotonic();
    this.#socket = new WebSocket(url, {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      allowSynchronousEvents: false, // thousands of frames at once must not block the event loop
      followRedirects: false,
      handshakeTimeout: timing.handshakeMs,
    });
    this.#socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    this.#socket.on('pong', () => this.#recordSign());
    this.#socket.on('ping', () => this.#recordSign());
    this.#socket.on('error', (error) => this.#failed(error));
    this.#socket.on('close', (code, reason) => this.#end({ code, reason: reason.toString().slice(0, 200) }));
    this.#timers.after(timing.handshakeMs, () => {
      if (this.#hello === undefined) this.close(ourCodes.noHandshake);
    });
  }

  /** Never rejects. */
  request(method: string, params: Record<string, unknown>): Promise<RpcAnswer> {
    if (this.#hasEnded) return Promise.resolve({ kind: 'none' });
    return this.#requests.ask((id) => this.#send({ type: 'req', id, method, params }));
  }

  /** Ends the connection at once; `code` is one of `ourCodes`. */
  close(code: number, reason = ''): void {
    this.#end({ code, reason });
    this.#socket.close(1000);
    this.#socket.terminate();
  }

  #onMessage(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#hasEnded) return;
    this.#recordSign();
    this.#lastFrameAt = this.#options.clock.monotonic();
    this.#options.onCount('frame');
    const text = isBinary ? '' : textOf(data);
    const frame = text.length > MAX_EVENT_CHARS && text.startsWith('{"type":"event"') ? undefined : decodeFrame(text);
    if (frame === undefined) this.#skipped(text);
    else this.#onFrame(frame);
  }

  /** A frame too large to read still used a sequence number. */
  #skipped(text: string): void {
    this.#options.onCount('garbage');
    if (text.length > MAX_EVENT_CHARS) this.#lastSeq += 1;
  }

  #onFrame(frame: Frame): void {
    switch (frame.kind) {
      case 'event':
        if (frame.event === 'connect.challenge') void this.#connect(frame.payload);
        else this.#onEvent(frame);
        return;
      case 'answer':
      case 'refused':
        this.#requests.answered(frame);
        return;
      default:
        frame satisfies never;
    }
  }

  #onEvent({ event, payload, seq }: Extract<Frame, { kind: 'event' }>): void {
    if (seq !== undefined) {
      if (this.#lastSeq > 0 && seq > this.#lastSeq + 1) this.#options.onCount('gap');
      this.#lastSeq = Math.max(this.#lastSeq, seq);
    }
    this.#options.onEvent(event, payload);
  }

  async #connect(challenge: JsonRecord): Promise<void> {
    const params = this.#paramsFor(challenge);
    if (params === undefined) return;
    const answer = await this.request('connect', params);
    if (this.#hasEnded) return;
    if (answer.kind === 'refused') {
      // The gateway closes right after this, with a less precise code; a proxy might keep the connection open.
      this.#refusal = answer.refusal;
      this.#timers.after(1_000, () => this.close(1008));
    }
    if (answer.kind === 'ok') this.#welcome(decodeHello(answer.payload));
  }

  #paramsFor(challenge: JsonRecord): Record<string, unknown> | undefined {
    try {
      return this.#options.connectParams(challenge);
    } catch (error) {
      this.close(ourCodes.noToken, errorText(error));
      return undefined;
    }
  }

  #welcome(hello: Hello): void {
    this.#hello = hello;
    if (hello.scopes === undefined) return void this.#checkScope(hello);
    if (!hello.scopes.includes(SCOPE)) return this.close(ourCodes.blind);
    this.#accept(hello);
  }

  /** Some versions do not say what they grant (2026.2 never, 2026.4 not to a device), so we try a first request. */
  async #checkScope(hello: Hello): Promise<void> {
    const answer = await this.request('sessions.list', { limit: 1 });
    if (this.#hasEnded) return;
    if (answer.kind === 'none') return this.close(ourCodes.noHandshake);
    if (answer.kind === 'refused' && lacksScope(answer.refusal)) return this.close(ourCodes.blind, answer.refusal.message);
    this.#accept(hello);
  }

  #accept(hello: Hello): void {
    this.#watch(hello);
    this.#options.onHello(hello);
  }

  /** Our own ping finds a dead connection long before a tick is late. Missing ticks reveal a gateway that hangs behind a living socket. */
  #watch(hello: Hello): void {
    const { clock, timing } = this.#options;
    this.#timers.after(timing.pingMs, () => {
      if (clock.monotonic() - this.#lastSignAt >= timing.deadMs) return this.close(ourCodes.dead);
      if (clock.monotonic() - this.#lastFrameAt >= 2 * hello.tickIntervalMs) return this.close(ourCodes.noTicks);
      this.#socket.ping();
      this.#watch(hello);
    });
  }

  #recordSign(): void {
    this.#lastSignAt = this.#options.clock.monotonic();
  }

  #send(frame: Record<string, unknown>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #failed(error: Error): void {
    const code = errorCode(error) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 1009 : 1006;
    this.#end({ code, reason: '', cause: error.message.slice(0, 200) });
    this.#socket.terminate();
  }

  #end(end: LinkEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    void this.#timers.stop();
    this.#requests.abandon();
    const { onEnd } = this.#options;
    onEnd({
      ...end,
      ...(this.#refusal === undefined ? {} : { refusal: this.#refusal }),
      ...(this.#hello === undefined ? {} : { hello: this.#hello }),
    });
  }
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
