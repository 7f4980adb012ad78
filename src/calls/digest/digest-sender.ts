// Posts the digests that are still to be posted, one at a time. Decides nothing about them.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { FAILURES, PushError, type Sink } from '../../core/sink.ts';
import { createOnce, findPosted } from '../post-once.ts';
import type { Digest, PendingDigest } from './day-digest.ts';

export interface DigestSenderPorts {
  sink: Pick<Sink, 'create' | 'findOwn'>;
  clock: Pick<Clock, 'monotonic' | 'now'>;
  log: Logger;
  /** Our account; `undefined` before the chat server has answered, and when another watcher has taken over. */
  me(): { userId: string } | undefined;
  /** Takes a token of the budget and answers 0, or says in how many milliseconds there will be one. */
  take(claim: 'ordinary'): number;
  wakeIn(ms: number): void;
}

const RETRY_MS = 5_000;

export class DigestSender {
  readonly #ports: DigestSenderPorts;
  #isSending = false;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(ports: DigestSenderPorts) {
    this.#ports = ports;
  }

  /** Posts what the digest has, as far as the server and the budget allow. Never rejects. */
  async send(digest: Digest): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let post = digest.next(); post !== undefined && this.#mayGo(); post = digest.next()) await this.#attempt(digest, post);
    } finally {
      this.#isSending = false;
    }
  }

  #mayGo(): boolean {
    const { clock, me, take, wakeIn } = this.#ports;
    if (me() === undefined) return false;
    const blockedMs = this.#retryAt - clock.monotonic();
    const waitMs = blockedMs > 0 ? blockedMs : take('ordinary');
    if (waitMs > 0) wakeIn(waitMs);
    return waitMs <= 0;
  }

  async #attempt(digest: Digest, post: PendingDigest): Promise<void> {
    try {
      await this.#post(digest, post);
      digest.done(post);
    } catch (error) {
      if (error instanceof PushError && FAILURES[error.reason].lastsAs === 'failing') {
        this.#retryAt = this.#ports.clock.monotonic() + Math.max(RETRY_MS, error.retryAfterMs ?? 0);
        return;
      }
      this.#ports.log.warn({ err: error }, 'The digest of a channel could not be posted.');
      digest.done(post);
    }
  }

  async #post(digest: Digest, { id, channelId, message, at, isSent, ...rest }: PendingDigest): Promise<void> {
    const { sink, me } = this.#ports;
    const marked = { mark: { digest: id }, target: { channelId } };
    if (isSent === true && (await findPosted(sink, { ...marked, sinceAt: at })) !== undefined) return;
    digest.sending({ id, channelId, message, at, ...rest });
    await createOnce(sink, { ...marked, message, pendingPostId: `${me()?.userId ?? ''}:digest:${id}` });
  }
}
