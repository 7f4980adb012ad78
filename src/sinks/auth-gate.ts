// Owns whether the token is accepted. Once it is refused nothing is sent but a slow question with the newest token.
// Belongs outside the breaker: what it throws without asking the server must not count as an answer.

import type { Clock } from '../core/clock.ts';
import { PushError, type Sink } from '../core/sink.ts';
import type { Token } from './token.ts';

export type AuthStatus =
  | { state: 'accepted' }
  /** `because` in words for people. `since` is an instant of the wall clock. */
  | { state: 'refused'; since: number; because: string };

export interface AuthGateOptions {
  token: Token;
  clock: Clock;
  /** One authenticated request past breaker and gate, such as `GET /users/me`. */
  check: (signal: AbortSignal) => Promise<unknown>;
  onChange?: (status: AuthStatus) => void;
}

export interface AuthGateSink extends Sink {
  authStatus(): AuthStatus;
  /** Cancels the checks for good. */
  stop(): void;
}

interface Gate {
  guard<T>(call: () => Promise<T>): Promise<T>;
  status(): AuthStatus;
  stop(): void;
}

const FIRST_WAIT_MS = 30_000;
const SOON_MS = 1_000; // Until a check that is due or under way has an answer.
const MAX_WAIT_MS = 300_000; // A new token works within five minutes without a restart.

/**
 * The same sink, silent while the token is refused: every call then throws `auth` with the time to the next check. The first
 * check comes at once, since a rotated token file or a moment without database explains most refusals, unless the token was
 * accepted a moment ago: a server that contradicts itself is asked slowly.
 */
export function withAuthGate(sink: Sink, options: AuthGateOptions): AuthGateSink {
  const gate = createGate(options);
  return {
    create: (draft, signal) => gate.guard(() => sink.create(draft, signal)),
    edit: (postId, body, signal) => gate.guard(() => sink.edit(postId, body, signal)),
    read: (postId, signal) => gate.guard(() => sink.read(postId, signal)),
    findOwn: (channelId, sinceAt, signal) => gate.guard(() => sink.findOwn(channelId, sinceAt, signal)),
    probe: (signal) => gate.guard(() => sink.probe(signal)),
    authStatus: gate.status,
    stop: gate.stop,
  };
}

function createGate({ token, clock, check, onChange }: AuthGateOptions): Gate {
  const stopped = new AbortController();
  let status: AuthStatus = { state: 'accepted' };
  let epoch = 0;
  let acceptedAt = Number.NEGATIVE_INFINITY;
  let waitMs = FIRST_WAIT_MS;
  let dueAt = 0;
  let cancel = (): void => undefined;

  function schedule(delayMs: number): void {
    if (stopped.signal.aborted) return;
    dueAt = clock.monotonic() + delayMs;
    cancel = clock.after(delayMs, () => void recheck());
  }

  function refuse(message: string): void {
    status = { state: 'refused', since: clock.now(), because: message };
    waitMs = FIRST_WAIT_MS;
    schedule(clock.monotonic() - acceptedAt < FIRST_WAIT_MS ? FIRST_WAIT_MS : 0);
    onChange?.(status);
  }

  function accept(): void {
    epoch += 1;
    acceptedAt = clock.monotonic();
    status = { state: 'accepted' };
    onChange?.(status);
  }

  // Never rejects: whatever goes wrong is told by the status and tried again.
  async function recheck(): Promise<void> {
    const wrongFile = token.refresh();
    try {
      await check(stopped.signal);
      if (!stopped.signal.aborted) accept();
    } catch (error) {
      tellWhy(error, wrongFile);
      schedule(Math.max(waitMs, error instanceof PushError ? (error.retryAfterMs ?? 0) : 0));
      waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
    }
  }

  function tellWhy(error: unknown, wrongFile: string | undefined): void {
    if (status.state !== 'refused') return;
    const message = error instanceof Error ? error.message : String(error);
    status = { ...status, because: wrongFile === undefined ? message : `${message}; MM_TOKEN_FILE ${wrongFile}` };
  }

  async function guard<T>(call: () => Promise<T>): Promise<T> {
    if (status.state === 'refused') throw new PushError('auth', status.because, { retryAfterMs: Math.max(SOON_MS, dueAt - clock.monotonic()) });
    const begun = epoch;
    try {
      return await call();
    } catch (error) {
      // A call that began with an earlier token says nothing about this one.
      if (isRefusal(error) && begun === epoch && status.state === 'accepted') refuse(error.message);
      throw error;
    }
  }

  const stop = (): void => {
    stopped.abort();
    cancel();
  };
  return { guard, status: () => status, stop };
}

function isRefusal(error: unknown): error is PushError {
  return error instanceof PushError && error.reason === 'auth';
}
