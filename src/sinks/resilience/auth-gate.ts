// Tracks whether the token is accepted. Once it is refused, only a slow check with the newest token is sent.
// Must be outside the breaker: an error that it throws without a request must not count as an answer of the server.

import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/error-code.ts';
import { type Guard, guarded } from '../../core/guarded.ts';
import { PushError, type Sink } from '../../core/sink.ts';
import { Timers } from '../../core/timers.ts';
import type { Token } from './token.ts';

export type AuthStatus =
  | { state: 'accepted' }
  /** `because` is for people. */
  | { state: 'refused'; because: string };

export interface AuthGateOptions {
  token: Token;
  clock: Clock;
  /** One authenticated request that bypasses breaker and gate, such as `GET /users/me`. */
  check: (signal: AbortSignal) => Promise<unknown>;
  onChange?: (status: AuthStatus) => void;
}

export interface AuthGateSink extends Sink {
  /** Guards a request that is no method of the sink but uses the same token. */
  pass: Guard;
  authStatus(): AuthStatus;
  /** Cancels the checks for good. */
  stop(): void;
}

const FIRST_WAIT_MS = 30_000;
const SOON_MS = 1_000; // The wait while a check is due or in flight.
const MAX_WAIT_MS = 300_000; // The same token may be enabled again.
const LOOK_MS = 2_000; // A person who has corrected the token file looks at a box next.

/**
 * The same sink, which sends nothing while the token is refused: every call then throws `auth` with the time to the next check. The
 * first check is made at once, since a rotated token file or a moment without database explains most refusals. It waits when the
 * token was accepted a moment ago: a server that contradicts itself is asked slowly.
 */
export function withAuthGate(sink: Sink, options: AuthGateOptions): AuthGateSink {
  const gate = new Gate(options);
  const pass: Guard = (call) => gate.guard(call);
  return {
    ...guarded(sink, pass),
    pass,
    authStatus: () => gate.status(),
    stop: () => gate.stop(),
  };
}

class Gate {
  readonly #options: AuthGateOptions;
  readonly #stopped = new AbortController();
  #status: AuthStatus = { state: 'accepted' };
  /** How often the token has been accepted again. */
  #epoch = 0;
  #acceptedAt = Number.NEGATIVE_INFINITY;
  #waitMs = FIRST_WAIT_MS;
  #dueAt = 0;
  readonly #timers: Timers<'check' | 'look'>;

  constructor(options: AuthGateOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  async guard<T>(call: () => Promise<T>): Promise<T> {
    if (this.#status.state === 'refused') throw new PushError('auth', this.#status.because, { retryAfterMs: this.#dueInMs() });
    const begun = this.#epoch;
    try {
      return await call();
    } catch (error) {
      // A call that began with an earlier token says nothing about this one.
      if (!isTokenRefused(error)) throw error;
      if (begun === this.#epoch && this.#status.state === 'accepted') this.#refuse(error.message);
      // The token is checked right away and may be accepted again soon: callers need not wait as long as for a bad one.
      throw new PushError('auth', error.message, {
        retryAfterMs: this.status().state === 'refused' ? this.#dueInMs() : SOON_MS,
        cause: error,
      });
    }
  }

  status(): AuthStatus {
    return this.#status;
  }

  stop(): void {
    this.#stopped.abort();
    void this.#timers.stop();
  }

  #dueInMs(): number {
    return Math.max(SOON_MS, this.#dueAt - this.#options.clock.monotonic());
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options;
    if (this.#stopped.signal.aborted) return;
    this.#dueAt = clock.monotonic() + delayMs;
    this.#timers.restart('check', delayMs, () => void this.#recheck());
    this.#scheduleLook();
  }

  /** A changed token is tried soon. Reading the token file without a change makes no request. */
  #scheduleLook(): void {
    const { token } = this.#options;
    this.#timers.restart('look', LOOK_MS, () => {
      const tried = token.current();
      token.refresh();
      if (token.current() !== tried) this.#schedule(0);
      else this.#scheduleLook();
    });
  }

  #refuse(message: string): void {
    const { clock, onChange } = this.#options;
    this.#status = { state: 'refused', because: message };
    this.#waitMs = FIRST_WAIT_MS;
    this.#schedule(clock.monotonic() - this.#acceptedAt < FIRST_WAIT_MS ? FIRST_WAIT_MS : 0);
    onChange?.(this.#status);
  }

  #accept(): void {
    this.#epoch += 1;
    this.#acceptedAt = this.#options.clock.monotonic();
    this.#status = { state: 'accepted' };
    this.#options.onChange?.(this.#status);
  }

  // Never rejects: the status has the reason of a failure, and the check is tried again.
  async #recheck(): Promise<void> {
    this.#timers.cancel('look');
    const wrongFile = this.#options.token.refresh();
    try {
      await this.#options.check(this.#stopped.signal);
      if (!this.#stopped.signal.aborted) this.#accept();
    } catch (error) {
      this.#updateReason(error, wrongFile);
      this.#schedule(Math.max(this.#waitMs, error instanceof PushError ? (error.retryAfterMs ?? 0) : 0));
      this.#waitMs = Math.min(this.#waitMs * 2, MAX_WAIT_MS);
    }
  }

  #updateReason(error: unknown, wrongFile: string | undefined): void {
    if (this.#status.state !== 'refused') return;
    const message = errorText(error);
    this.#status = { ...this.#status, because: wrongFile === undefined ? message : `${message}; MM_TOKEN_FILE ${wrongFile}` };
  }
}

function isTokenRefused(error: unknown): error is PushError {
  return error instanceof PushError && error.reason === 'auth';
}
