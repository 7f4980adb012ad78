// Runs the requests that are in flight, logs each, and aborts them at a stop. Knows neither when one is sent nor what follows from it.

import type { PushError } from '../../core/sink.ts';
import type { Attempt, PostState } from './post-state.ts';
import type { Posts } from './posts.ts';
import type { PublisherPorts } from './publisher-ports.ts';
import { pushErrorOf, send, type Settle } from './request.ts';
import { RequestLog } from './request-log.ts';
import type { SendReason } from './send-reason.ts';

/** Who applies the outcome of each request. */
interface Receiver {
  succeeded(boxId: string, settle: Settle): void;
  failed(boxId: string, attempt: Attempt, error: PushError): void;
  /** Called when the outcome of a request is applied. */
  ended(): void;
}

export class RunningRequests {
  readonly #ports: PublisherPorts;
  readonly #posts: Pick<Posts, 'get'>;
  readonly #receiver: Receiver;
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(ports: PublisherPorts, posts: Pick<Posts, 'get'>, receiver: Receiver) {
    this.#ports = ports;
    this.#posts = posts;
    this.#receiver = receiver;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Sends the request that `begun` has in flight. */
  start(begun: PostState, reason: SendReason): void {
    const running = this.#run(begun, reason).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled(this.#running);
  }

  async #run(begun: PostState, reason: SendReason): Promise<void> {
    const { boxId, attempt } = begun;
    if (attempt === undefined) return;
    const { log, clock } = this.#ports;
    const { signal } = this.#abort;
    const requestLog = new RequestLog(log, clock, begun, attempt, reason);
    try {
      const settle = await send(this.#ports, begun, attempt, { signal, onBody: (body) => requestLog.setBody(body) });
      this.#receiver.succeeded(boxId, settle);
      requestLog.end('ok', this.#posts.get(boxId));
    } catch (error) {
      const failure = pushErrorOf(error);
      this.#receiver.failed(boxId, attempt, failure);
      requestLog.end(failure.reason, this.#posts.get(boxId));
    }
    this.#receiver.ended();
  }
}
