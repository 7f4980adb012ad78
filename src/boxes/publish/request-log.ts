// Writes the one log line that `LOG_LEVEL=debug` shows for each request about a post. Collects its fields until the request ends.

import type { Clock } from '../../core/clock.ts';
import type { LogFields, Logger } from '../../core/log.ts';
import type { PostBody, Reason } from '../../core/sink.ts';
import type { Attempt, PostState } from './post-state.ts';
import type { SendReason } from './send-reason.ts';

export class RequestLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #fields: LogFields;
  readonly #startedAt: number;
  #bytes: number | undefined;

  /** `begun` is the post with its request in flight. */
  constructor(log: Logger, clock: Clock, begun: PostState, { need }: Attempt, reason: SendReason) {
    const { boxId, target, trouble } = begun;
    this.#log = log;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    const attempt = trouble.kind === 'none' ? 1 : trouble.failures + 1;
    this.#fields = { box: boxId, channelId: target.channelId, need, reason, attempt };
  }

  /** Call with the body of the request as soon as it is known. */
  setBody(body: PostBody): void {
    this.#bytes = new TextEncoder().encode(JSON.stringify(body)).length;
  }

  /** `after` is the post's state after the request, if the box still exists. */
  end(outcome: 'ok' | Reason, after: PostState | undefined): void {
    const postId = after?.post.kind === 'posted' ? { postId: after.post.postId } : {};
    const bytes = this.#bytes === undefined ? {} : { bytes: this.#bytes };
    const ms = Math.round(this.#clock.monotonic() - this.#startedAt);
    this.#log.debug({ ...this.#fields, ...postId, ...bytes, ms, outcome }, 'A request about a post ended.');
  }
}
