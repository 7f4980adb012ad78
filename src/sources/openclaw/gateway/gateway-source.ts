// The source `gateway`: keeps a connection, turns its frames into events, and catches up with what it missed. Holds the timers.

import type { JsonRecord } from '../../../core/json-guards.ts';
import type { OpenTurn, Source, SourcePorts } from '../../../core/source.ts';
import { Timers } from '../../../core/timers.ts';
import { UnknownKinds } from '../../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../../core/until-stopped.ts';
import type { NeededArgs } from '../decoding/decode-context.ts';
import { Connection } from './connection.ts';
import { GatewayDecoder } from './decoder.ts';
import { type GatewayDetails, healthOf } from './gateway-health.ts';
import { GATEWAY } from './gateway-identity.ts';
import type { BotsByAgent } from './how-to-answer.ts';
import { Recovery } from './recovery.ts';
import type { GatewayState } from './connection-state.ts';
import { TIMING, type Timing } from './timing.ts';
import { isUnknownMethod, sendsRunsOnly } from './compatible-requests.ts';
import type { Hello, Refusal } from './wire.ts';

export type { GatewayState } from './connection-state.ts';

export interface GatewaySourceOptions extends Pick<SourcePorts, 'clock' | 'log' | 'redact' | 'emit'> {
  /** `ws:` or `wss:` */
  url: string;
  /** Gives the gateway's token at every attempt, so that a changed file is read again. Throws an error for people when there is none. */
  token(): string;
  /** Our own version, which we send to the gateway. */
  version: string;
  /** From 0 to 1, for the jitter. */
  random(): number;
  /** Where the key of this device is kept, for a gateway on another machine. */
  stateDir?: string;
  /** Called at the start: the turns to check at the first connection. */
  openTurns?(): readonly OpenTurn[];
  onState?(state: GatewayState): void;
  /** Emit what persons asked for, with the turns they start. */
  emitsQuestions?: boolean;
  neededArgs?: NeededArgs | undefined;
  showsFailures?: boolean | undefined;
  /** The Mattermost names of the agents' bots, for lines to copy. */
  approveBot?: BotsByAgent | undefined;
  controlUiUrl?: string | undefined;
  /** There is no other source that could emit what this one cannot see. */
  isOnlySource?: boolean;
  timing?: Partial<Timing>;
}

export interface GatewaySource extends Source {
  details(): GatewayDetails;
}

const OVERLAP_MS = 60_000; // messages have the gateway's time and come late; an event that is emitted twice counts once

/** A source that emits what an OpenClaw gateway sends, from `start` until `stop`. */
export function createGatewaySource(options: GatewaySourceOptions): GatewaySource {
  return untilStopped(options, (ports) => {
    const source = new Gateway(ports);
    return {
      ...GATEWAY,
      // Resolves at once; the gateway may be away.
      start: () => {
        source.start();
        return Promise.resolve();
      },
      stop: () => {
        source.stop();
        return Promise.resolve();
      },
      health: () => healthOf(source.details()),
      details: () => source.details(),
    };
  });
}

class Gateway {
  readonly #options: OpenPorts<GatewaySourceOptions>;
  readonly #timing: Timing;
  readonly #connection: Connection;
  readonly #decoder: GatewayDecoder;
  readonly #recovery: Recovery;
  readonly #unknownKinds = new UnknownKinds();
  readonly #refusals = new Map<string, Refusal>();
  /** The refusals already logged: each is logged once. */
  readonly #logged = new Set<string>();
  readonly #timers: Timers<'check' | 'lost' | 'resync'>;
  #lastHello: { hello: Hello; at: number } | undefined;
  /** Since when we may have missed events; undefined while connected, and before the first connection. */
  #missedSince: number | undefined;
  /** When the first connection was made: we emit nothing from before. */
  #watchedSince = 0;

  constructor(options: OpenPorts<GatewaySourceOptions>) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#timing = { ...TIMING, ...options.timing };
    this.#decoder = this.#createDecoder();
    this.#connection = this.#createConnection();
    this.#recovery = new Recovery({
      decoder: this.#decoder,
      clock: options.clock,
      timing: this.#timing,
      request: (method, params) => this.#connection.request(method, params),
      onRefused: (method, refusal) => this.#refused(method, refusal),
    });
  }

  start(): void {
    for (const turn of this.#options.openTurns?.() ?? []) this.#recovery.restore(turn);
    this.#connection.start();
    this.#awaitLoss();
    this.#keepChecking();
  }

  stop(): void {
    void this.#timers.stop();
    this.#recovery.disconnected();
    this.#connection.stop();
  }

  details(): GatewayDetails {
    const { state, lastFrameAt, counts } = this.#connection;
    return {
      state,
      lastFrameAt,
      lastEventAt: this.#options.lastEventAt(),
      ...counts,
      unknownKinds: this.#unknownKinds.counts,
      missingMethods: [...this.#refusals].flatMap(([method, refusal]) => (isUnknownMethod(refusal) ? [method] : [])),
      refusals: Object.fromEntries([...this.#refusals].filter(([, refusal]) => !isUnknownMethod(refusal))),
      openRuns: this.#decoder.runs.openRuns().length,
    };
  }

  #createDecoder(): GatewayDecoder {
    const { redact, clock, emit, emitsQuestions = false, neededArgs, showsFailures, approveBot, controlUiUrl } = this.#options;
    return new GatewayDecoder({
      redact,
      emitsQuestions,
      neededArgs,
      showsFailures,
      places: { approveBot, controlUiUrl },
      now: () => clock.now(),
      after: (delayMs, run) => this.#timers.after(delayMs, run),
      emit,
      onUnknown: (kind) => this.#unknownKinds.add(kind),
      onSession: (rawKey) => this.#recovery.subscribe(rawKey),
      onGap: () => this.#resync(),
      onRetry: (rawKey) => void this.#recovery.askRetry(rawKey),
      onRowNeeded: (rawKey) => void this.#recovery.askRow(rawKey),
      onMissingResult: (rawKey) => void this.#recovery.askResults(rawKey),
    });
  }

  #createConnection(): Connection {
    const { url, clock, random, log, version, stateDir, onState } = this.#options;
    return new Connection({
      url,
      token: () => this.#options.token(),
      clock,
      random,
      log,
      version,
      stateDir,
      timing: this.#timing,
      onConnected: (hello) => this.#connected(hello),
      onDisconnected: () => this.#disconnected(),
      onEvent: (event, payload: JsonRecord) => this.#decoder.event(event, payload),
      onGap: () => this.#resync(),
      onState: (state) => onState?.(state),
    });
  }

  #connected(hello: Hello): void {
    this.#timers.cancel('lost');
    const at = this.#options.clock.now();
    const wasRestarted = this.#lastHello !== undefined && isAnotherStart(this.#lastHello, { hello, at });
    if (this.#lastHello === undefined) this.#watchedSince = at;
    this.#lastHello = { hello, at };
    if (wasRestarted) this.#decoder.tasks.endAll(this.#options.clock.now());
    this.#refusals.clear();
    this.#decoder.toolsUntold(false);
    this.#decoder.runs.gatewayConnected();
    const missedSince = this.#missedSince;
    this.#missedSince = undefined;
    void this.#recovery.connected(wasRestarted, missedSince);
  }

  #disconnected(): void {
    this.#missedSince = this.#before(this.#connection.lastFrameAt ?? this.#options.clock.now());
    this.#recovery.disconnected();
    this.#awaitLoss();
  }

  /** A gateway that restarts is back soon. If it stays away longer, nobody knows how its runs ended. */
  #awaitLoss(): void {
    this.#timers.restart('lost', this.#timing.lostMs, () => this.#decoder.runs.lost(this.#options.clock.now()));
  }

  /** Gaps come in bursts; one catch-up covers all of them. */
  #resync(): void {
    const since = this.#before(this.#options.clock.now());
    this.#timers.restart('resync', this.#timing.recheckMs / 4, () => void this.#recovery.resync(since));
  }

  #before(at: number): number {
    return Math.max(this.#watchedSince, at - OVERLAP_MS);
  }

  #keepChecking(): void {
    this.#timers.restart('check', this.#timing.checkMs, () => {
      this.#keepChecking();
      if (this.#connection.state.state !== 'connected') return;
      this.#decoder.tasks.confirm(this.#options.clock.now());
      void this.#recovery.checkQuiet(this.#options.clock.now());
    });
  }

  #refused(method: string, refusal: Refusal): void {
    this.#refusals.set(method, refusal);
    if (this.#options.isOnlySource === true && sendsRunsOnly(method, refusal)) this.#decoder.toolsUntold(true);
    const name = `${this.#lastHello?.hello.version} ${method} ${refusal.code}`;
    if (this.#logged.has(name)) return;
    this.#logged.add(name);
    if (isUnknownMethod(refusal))
      this.#options.log.warn({ method }, 'The gateway is an older one and has no such method, so it shows less.');
    else this.#options.log.warn({ method, refusal: refusal.message }, 'The gateway refuses a request in every form, so it shows less.');
  }
}

/** Whether the gateway restarted between the two connections. In 2026.7 only the uptime shows it. */
function isAnotherStart(before: { hello: Hello; at: number }, now: { hello: Hello; at: number }): boolean {
  const { bootId, uptimeMs } = now.hello;
  if (bootId !== undefined && before.hello.bootId !== undefined) return bootId !== before.hello.bootId;
  return uptimeMs !== undefined && now.at - uptimeMs > before.at;
}
