// The circuit breaker of one server: closed, open after consecutive failures of health, half-open after a good probe.
// Does not know posts or what an answer means. opossum holds the circuit. Counting, probing and time are ours, because opossum
// opens on a failure rate and half-opens by its own timers.

import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { Clock } from '../../core/clock.ts';
import { type Guard, guarded } from '../../core/guarded.ts';
import { FAILURES, PushError, type Sink } from '../../core/sink.ts';
import { createRecoveryProbe, type RecoveryProbe, type RecoveryProbeOptions } from './recovery-probe.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface BreakerOptions {
  /** Consecutive failures of health that open the circuit. */
  threshold: number;
  /** The longest interval between two probes of a silent server. A server that responds with failures is probed every two seconds. */
  cooldownMs: number;
  clock: Clock;
  /** Called on every change of state; `cause` is the failure that opened the circuit. */
  onChange?: (state: BreakerState, cause: unknown) => void;
}

export interface BreakerSink extends Sink {
  /** Guards a request that is no method of the sink with the same circuit. */
  pass: Guard;
  state(): BreakerState;
  /** Cancels the probes for good. Nothing is sent any more. */
  stop(): void;
}

type Call = () => Promise<void>;
type Circuit = CircuitBreaker<[Call], void>;

/** The circuit and the counted failures when a call began. */
interface CallStart {
  fired: Circuit;
  counted: number;
}

const NEVER_MS = 2_147_483_647; // The longest possible timer: opossum must not half-open by itself.

/**
 * The same sink behind a circuit. While it is open, nothing is sent and every call throws `breaker_open`, with the time to
 * the next probe. A half-open circuit lets one call through: any answer closes it, a failure of health opens it again.
 * `probe` is never that call. Its success does not outweigh failed edits; its failure counts like any other. Calls in flight at the
 * same time fail together and count once: five boxes that hit one reset are one failure, not five.
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
  readonly #recoveryProbe: RecoveryProbe;
  readonly #rotation = new EventEmitter();
  #circuit: Circuit;
  #failures = 0;
  /** How many failures have counted so far. The failure of a call that began before the newest of them does not count again. */
  #counted = 0;
  #cause: unknown;

  constructor(options: BreakerOptions, probe: RecoveryProbeOptions['probe']) {
    this.#options = options;
    this.#recoveryProbe = createRecoveryProbe({ ...options, probe, onHealthy: () => this.#halfOpen() });
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
      if (error instanceof Error && CircuitBreaker.isOurError(error)) throw refused(this.#recoveryProbe.dueInMs());
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
    if (fired.opened || fired.isShutdown) throw refused(this.#recoveryProbe.dueInMs());
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
    this.#recoveryProbe.stop();
    this.#circuit.shutdown();
  }

  // A call that began before the circuit last changed says nothing about the server now. The same holds for failures.
  #countAnswer(fired: Circuit): void {
    if (fired === this.#circuit) this.#failures = 0;
  }

  #countFailure(error: unknown, { fired, counted }: CallStart, signal: AbortSignal | undefined): void {
    if (fired !== this.#circuit || fired.opened || signal?.aborted === true) return;
    if (!(error instanceof PushError) || !FAILURES[error.reason].isHealthFailure || counted !== this.#counted) return;
    this.#counted += 1;
    this.#failures += 1;
    if (fired.closed && this.#failures < this.#options.threshold) return;
    this.#cause = error;
    fired.open();
  }

  // opossum cannot half-open a circuit on request, but it builds circuits in that state. Calls of the old circuit end without effect.
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
      this.#recoveryProbe.start();
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
 * A circuit that opens only by `open()`, or when the one call of its half-open state fails. `rotation` rotates its statistics after
 * each call. Without that opossum keeps the duration of every call forever; its own rotation needs timers.
 */
function buildCircuit(state: 'closed' | 'half_open', rotation: EventEmitter): Circuit {
  const options: CircuitBreaker.Options<[Call]> & { state?: { closed: boolean; halfOpen: boolean } } = {
    timeout: false, // It would reject without ending the request; the transport has its own time limit.
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

/** Whether the server has responded, even with a refusal. opossum then counts the call as a success. */
function isAnswer(error: unknown): boolean {
  return error instanceof PushError && !FAILURES[error.reason].isHealthFailure;
}

function refused(waitMs: number): PushError {
  return new PushError('breaker_open', 'not sent: Mattermost has failed repeatedly and is asked again later', { retryAfterMs: waitMs });
}
