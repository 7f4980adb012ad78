// The way between watchers and the stand-in, in fake time. Owns what is under way, who sent what when, and how long the server
// asked whom to wait. Behaves like the real transport at its port; knows nothing of posts.

import type { Clock } from '../../../src/core/clock.ts';
import { PushError } from '../../../src/core/sink.ts';
import { retryAfterMs } from '../../../src/sinks/mattermost/retry-after.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../../src/sinks/mattermost/transport.ts';
import type { StandInRequest } from '../../../src/stand-in/answer.ts';
import { deliver } from '../../../src/stand-in/deliver-answer.ts';
import type { StandIn } from '../../../src/stand-in/stand-in.ts';

/** One process as the network sees it: what it sent goes on when it is dead, but no answer reaches it. */
export interface Client {
  name: string;
  isAlive(): boolean;
  token(): string;
}

/** `paused` is a stopped server process: what it is sent waits and is carried out when it goes on. */
export type Mode = 'up' | 'refusing' | 'paused';

interface Attempt {
  client: Client;
  request: TransportRequest;
  resolve(response: TransportResponse): void;
  reject(error: PushError): void;
  /** The connection died; the real transport sends everything but a create once more. */
  broken(): void;
}

const REQUEST_TIMEOUT_MS = 10_000; // as in the real transport
const REFUSED_AFTER_MS = 1;

export class Network {
  latencyMs = 20;
  /** Requests that were sent although the server had told that process, or one whose memory it has, to wait. */
  readonly insideWindows: string[] = [];
  readonly #clock: Clock;
  readonly #standIn: StandIn;
  readonly #underWay = new Set<Attempt>();
  #blockedUntil = Number.NEGATIVE_INFINITY;
  #mode: Mode = 'up';
  #waiting: (() => void)[] = [];
  #generation = 0;

  constructor(clock: Clock, standIn: StandIn) {
    this.#clock = clock;
    this.#standIn = standIn;
  }

  transportOf(client: Client): Transport {
    return async (request) => new Promise((resolve, reject) => this.#exchange(client, request, resolve, reject));
  }

  set mode(mode: Mode) {
    this.#mode = mode;
    if (mode === 'paused') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  /** Nobody remembers any more what the server said. */
  forgetWindows(): void {
    this.#blockedUntil = Number.NEGATIVE_INFINITY;
  }

  /** What was under way dies with the server. */
  restartServer(): void {
    this.#generation += 1;
    this.#waiting = [];
    this.#standIn.restart();
    for (const attempt of this.#underWay) attempt.broken();
  }

  #exchange(client: Client, request: TransportRequest, resolve: Attempt['resolve'], reject: Attempt['reject']): void {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#underWay.delete(attempt);
      if (client.isAlive()) settle();
    };
    const giveUp = (why: string): void => end(() => reject(new PushError('timed_out', why)));
    const timeoutMs = request.timeoutMs ?? REQUEST_TIMEOUT_MS;
    const cancel = this.#clock.after(timeoutMs, () => giveUp(`no complete answer within ${timeoutMs} ms`));
    let mayRepeat = request.method !== 'POST';
    const attempt: Attempt = {
      client,
      request,
      resolve: (response) =>
        end(() => {
          this.#noteWindow(response);
          resolve(response);
        }),
      reject: (error) => end(() => reject(error)),
      broken: () => {
        if (mayRepeat && !isOver) this.#send(attempt);
        else attempt.reject(new PushError('unreachable', 'the connection broke'));
        mayRepeat = false;
      },
    };
    if (request.signal?.aborted === true) return giveUp('given up by the caller');
    request.signal?.addEventListener('abort', () => giveUp('given up by the caller'), { once: true });
    this.#underWay.add(attempt);
    // What is sent once more because its connection died is the same request.
    this.#noteSent(attempt);
    this.#send(attempt);
  }

  #send(attempt: Attempt): void {
    if (!attempt.client.isAlive()) return;
    if (this.#mode === 'refusing') {
      this.#clock.after(REFUSED_AFTER_MS, () => attempt.reject(new PushError('unreachable', 'nothing listens there')));
      return;
    }
    const sentIn = this.#generation;
    const arrive = (): void => {
      if (sentIn !== this.#generation) return;
      if (this.#mode === 'paused') this.#waiting.push(arrive);
      else this.#deliver(attempt);
    };
    this.#clock.after(this.latencyMs / 2, arrive);
  }

  #noteSent({ client, request }: Attempt): void {
    const earlyMs = this.#blockedUntil - this.#clock.monotonic();
    if (earlyMs > 0) this.insideWindows.push(`${client.name} sent ${request.method} ${request.path} ${earlyMs} ms too early`);
  }

  #deliver(attempt: Attempt): void {
    const generation = this.#generation;
    const isCurrent = (): boolean => generation === this.#generation;
    const after = (delayMs: number, run: () => void): (() => void) => this.#clock.after(delayMs, () => isCurrent() && run());
    deliver(this.#standIn.arrive(wireRequest(attempt)), after, {
      answer: ({ status, headers, body }) =>
        void after(this.latencyMs / 2, () =>
          attempt.resolve({ status, headers, retryAfterMs: retryAfterMs({ status, headers }, this.#clock.now()), body }),
        ),
      truncate: () => void after(this.latencyMs / 2, () => attempt.broken()),
      reset: () => void after(this.latencyMs / 2, () => attempt.broken()),
    });
  }

  /** An answer that nobody waited for any more is not known to the client. */
  #noteWindow({ status, headers }: TransportResponse): void {
    const seconds = Number(headers['retry-after']);
    if (status === 429 && seconds > 0) this.#blockedUntil = Math.max(this.#blockedUntil, this.#clock.monotonic() + seconds * 1_000);
  }
}

function wireRequest({ client, request }: Attempt): StandInRequest {
  const headers: Record<string, string> = request.anonymous === true ? {} : { authorization: `Bearer ${client.token()}` };
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  return { method: request.method, path: `/api/v4${request.path}`, headers, body };
}
