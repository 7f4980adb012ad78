// Owns the circuit of one server: closed, open after consecutive failures of health, half-open after a good probe.
// Knows nothing of posts or of what an answer means. opossum keeps the circuit; counting, probing and time are ours,
// because opossum opens on a failure rate and half-opens by its own timers.

import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { Clock } from '../core/clock.ts';
import { type Guard, guarded } from '../core/guarded.ts';
import { FAILURES, PushError, type Sink } from '../core/sink.ts';
import { createProbing, type Probing, type ProbingOptions } from './probing.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface BreakerOptions {
  /** Consecutive failures of health that open the circuit. */
  threshold: number;
  /** The longest distance of two probes of a silent server; one that answers, however badly, is asked every two seconds. */
  cooldownMs: number;
  clock: Clock;
  /** Called on every change of state; `cause` is the failure that opened the circuit. */
  onChange?: (state: BreakerState, cause: unknown) => void;
}

export interface BreakerSink extends Sink {
  /** A call beside those of the sink, under the same circuit. */
  pass: Guard;
  state(): BreakerState;
  /** Cancels the probes for good; nothing is sent any more. */
  stop(): void;
}

type Call = () => Promise<void>;
type Circuit = CircuitBreaker<[Call], void>;

/** What was the case when a call began. */
interface Begun {
  fired: Circuit;
  counted: number;
}

const NEVER_MS = 2_147_483_647; // The longest timer there is: opossum must not half-open by itself.

/**
 * The same sink behind a circuit. While it is open nothing is sent and every call throws `breaker_open`, with the time to
 * the next probe. A half-open circuit lets one call through: any answer closes it, a failure of health opens it again.
 * `probe` never is that call, and its success does not outweigh failed edits; its failure counts like any other. Calls that were
 * under way at the same time fail together and count once: five boxes that meet one reset are one failure, not five.
 */
export function withBreaker(sink: Sink, options: BreakerOptions): BreakerSink {
  const breaker = new Breaker(options, (signal, timeoutMs) => sink.probe(signal, timeoutMs));
  const pass: Guard = (call, signal) => breaker.guard(call, signal);
  return {
    ...guarded(sink, pass),
    probe: (signal, timeoutMs) => breaker.guardProbe(() => sink.probe(signal, timeoutMs), signal),
    pass,
    state: () => breaker.state(),
    stop: () => breaker.stop(),
  };
}

class Breaker {
  readonly #options: BreakerOptions;
  readonly #probing: Probing;
  readonly #rotation = new EventEmitter();
  #circuit: Circuit;
  #failures = 0;
  /** How many failures have counted so far: a call that began before the newest of them fails with it. */
  #counted = 0;
  #cause: unknown;

  constructor(options: BreakerOptions, probe: ProbingOptions['probe']) {
    this.#options = options;
    this.#probing = createProbing({ ...options, probe, onHealthy: () => this.#halfOpen() });
    this.#circuit = this.#build('closed');
  }

  async guard<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const fired = this.#circuit;
    const counted = this.#counted;
    const { promise, resolve } = Promise.withResolvers<T>();
    try {
      await fired.fire(async () => resolve(await call()));
      this.#countAnswer(fired);
      return await promise;
    } catch (error) {
      if (error instanceof Error && CircuitBreaker.isOurError(error)) throw refused(this.#probing.dueInMs());
      if (isAnswer(error)) this.#countAnswer(fired);
      this.#countFailure(error, { fired, counted }, signal);
      throw error;
    } finally {
      this.#rotation.emit('rotate');
    }
  }

  async guardProbe(call: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const fired = this.#circuit;
    const counted = this.#counted;
    if (fired.opened || fired.isShutdown) throw refused(this.#probing.dueInMs());
    try {
      await call();
    } catch (error) {
      this.#countFailure(error, { fired, counted }, signal);
      throw error;
    }
  }

  state(): BreakerState {
    if (this.#circuit.closed) return 'closed';
    return this.#circuit.halfOpen ? 'half_open' : 'open';
  }

  stop(): void {
    this.#probing.stop();
    this.#circuit.shutdown();
  }

  // A call that began before the circuit last changed says nothing about the server of now, here and in the next one.
  #countAnswer(fired: Circuit): void {
    if (fired === this.#circuit) this.#failures = 0;
  }

  #countFailure(error: unknown, { fired, counted }: Begun, signal: AbortSignal | undefined): void {
    if (fired !== this.#circuit || fired.opened || signal?.aborted === true) return;
    if (!(error instanceof PushError) || !FAILURES[error.reason].isHealthFailure || counted !== this.#counted) return;
    this.#counted += 1;
    this.#failures += 1;
    if (fired.closed && this.#failures < this.#options.threshold) return;
    this.#cause = error;
    fired.open();
  }

  // opossum has no call for half-opening, but it builds circuits in that state. Calls of the old one end without effect.
  #halfOpen(): void {
    this.#circuit.shutdown();
    this.#circuit = this.#build('half_open');
    this.#options.onChange?.('half_open', undefined);
  }

  #build(state: 'closed' | 'half_open'): Circuit {
    const built = buildCircuit(state, this.#rotation);
    built.on('failure', (error) => {
      this.#cause = error;
    });
    built.on('open', () => {
      this.#probing.start();
      this.#options.onChange?.('open', this.#cause);
    });
    built.on('close', () => {
      this.#failures = 0;
      this.#options.onChange?.('closed', undefined);
    });
    return built;
  }
}

/**
 * A circuit that opens only when told to, or when the one call of its half-open state fails. Its statistics are turned over by
 * `rotation`, call by call: without that opossum keeps the duration of every call for ever, and with its own way it needs timers.
 */
function buildCircuit(state: 'closed' | 'half_open', rotation: EventEmitter): Circuit {
  const options: CircuitBreaker.Options<[Call]> & { state?: { closed: boolean; halfOpen: boolean } } = {
    timeout: false, // It would reject without ending the request; the transport has a limit of its own.
    resetTimeout: NEVER_MS,
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    errorFilter: isAnswer,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController: rotation,
    ...(state === 'half_open' ? { state: { closed: false, halfOpen: true } } : {}),
  };
  return new CircuitBreaker<[Call], void>((call) => call(), options);
}

/** Whether the server has answered, if only with a refusal. opossum then counts the call as a success. */
function isAnswer(error: unknown): boolean {
  return error instanceof PushError && !FAILURES[error.reason].isHealthFailure;
}

function refused(waitMs: number): PushError {
  return new PushError('breaker_open', 'not sent: Mattermost has failed repeatedly and is asked again later', { retryAfterMs: waitMs });
}
