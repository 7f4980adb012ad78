// Keeps the gateway connected: one link at a time, the time of the next attempt, and the state. It does not read events.

import type { Clock } from '../../../core/clock.ts';
import { isLoopback } from '../../../core/loopback.ts';
import type { Logger } from '../../../core/log.ts';
import type { JsonRecord } from '../../../core/json-guards.ts';
import { Timers } from '../../../core/timers.ts';
import { createBackOff } from './back-off.ts';
import { connectParams } from './connect-request.ts';
import { type Device, loadDevice } from './device.ts';
import { Link } from './link.ts';
import type { RpcAnswer } from './requests.ts';
import { type GatewayState, type LinkEnd, ourCodes, verdictOf } from './connection-state.ts';
import type { Timing } from './timing.ts';
import type { Hello } from './wire.ts';

export interface ConnectionOptions {
  url: string;
  /** Called at every attempt, so that a changed token file is read again. Throws an error for people when there is none. */
  token(): string;
  clock: Clock;
  random(): number;
  log: Logger;
  timing: Timing;
  version: string;
  /** Where the key of this device is kept; without it there is no device identity. */
  stateDir?: string | undefined;
  onConnected(hello: Hello): void;
  onDisconnected(): void;
  onEvent(event: string, payload: JsonRecord): void;
  /** The gateway or the network dropped events. */
  onGap(): void;
  onState(state: GatewayState): void;
}

export interface ConnectionCounts {
  frames: number;
  garbage: number;
  gaps: number;
  reconnects: number;
}

/** Refusals that a signed device identity may cure. */
const DEVICE_MAY_HELP: ReadonlySet<string> = new Set(['NOT_PAIRED', 'DEVICE_IDENTITY_REQUIRED', 'CONTROL_UI_DEVICE_IDENTITY_REQUIRED']);

export class Connection {
  readonly counts: ConnectionCounts = { frames: 0, garbage: 0, gaps: 0, reconnects: 0 };
  readonly #options: ConnectionOptions;
  readonly #backOff;
  #state: GatewayState = { state: 'stopped' };
  #link: Link | undefined;
  #needsDevice: boolean;
  #device: Device | undefined;
  readonly #timers: Timers<'retry' | 'look'>;
  /** The token of the newest attempt. */
  #token: string | undefined;
  #lastFrameAt: number | undefined;
  #isStopped = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#backOff = createBackOff(options.timing, options.random);
    this.#needsDevice = !isLoopbackUrl(options.url);
  }

  get state(): GatewayState {
    return this.#state;
  }

  get lastFrameAt(): number | undefined {
    return this.#lastFrameAt;
  }

  start(): void {
    this.#open();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timers.cancelAll();
    this.#link?.close(ourCodes.stopped);
    this.#setState({ state: 'stopped' });
  }

  /** Never rejects; without a connection the answer is `none`. */
  request(method: string, params: Record<string, unknown>): Promise<RpcAnswer> {
    if (this.#link === undefined || this.#state.state !== 'connected') return Promise.resolve({ kind: 'none' });
    return this.#link.request(method, params);
  }

  #open(): void {
    const { url, clock, timing, onEvent } = this.#options;
    this.#timers.cancelAll();
    if (this.#state.state === 'stopped') this.#setState({ state: 'connecting' });
    this.#link = new Link({
      url,
      clock,
      timing,
      connectParams: (challenge) => this.#paramsFor(challenge),
      onHello: (hello) => this.#connected(hello),
      onEvent,
      onCount: (what) => this.#count(what),
      onEnd: (end) => this.#ended(end),
    });
  }

  #paramsFor(challenge: JsonRecord): Record<string, unknown> {
    const { version, stateDir } = this.#options;
    this.#token = undefined;
    this.#token = this.#options.token();
    if (this.#needsDevice && stateDir !== undefined) this.#device ??= loadDevice(stateDir);
    const device = this.#needsDevice && this.#device !== undefined ? { device: this.#device } : {};
    return connectParams(challenge, { token: this.#token, version, platform: process.platform, ...device });
  }

  /** The id of the device that we connect as; undefined without one. */
  get deviceId(): string | undefined {
    return this.#needsDevice ? this.#device?.id : undefined;
  }

  #connected(hello: Hello): void {
    this.#backOff.reset();
    this.#setState({ state: 'connected', version: hello.version, protocol: hello.protocol });
    this.#options.onConnected(hello);
  }

  #ended(end: LinkEnd): void {
    this.#link = undefined;
    const wasConnected = this.#state.state === 'connected';
    if (this.#isStopped) return;
    const { deviceId } = this;
    const verdict = verdictOf(deviceId === undefined ? end : { ...end, deviceId });
    const isTriedAgain = this.#retriesWithDevice(end);
    const delayMs = isTriedAgain ? 0 : this.#backOff.next(verdict);
    // The second attempt may cure it; if not, its own end is reported.
    if (!isTriedAgain) this.#setState(verdict.state);
    if (wasConnected) this.#options.onDisconnected();
    this.#timers.restart('retry', delayMs, () => this.#reconnect());
    if (verdict.state.state === 'auth' && verdict.retryAfterMs === undefined) this.#lookForToken();
  }

  #reconnect(): void {
    this.counts.reconnects += 1;
    this.#open();
  }

  /** Tries a corrected token at once. Trying a wrong one that often would make the gateway lock us out. */
  #lookForToken(): void {
    this.#timers.restart('look', this.#options.timing.lookMs, () => {
      const token = this.#readToken();
      if (token !== undefined && token !== this.#token) this.#reconnect();
      else this.#lookForToken();
    });
  }

  #readToken(): string | undefined {
    try {
      return this.#options.token();
    } catch {
      return undefined; // the next attempt reports it
    }
  }

  /** True when the next attempt uses a device identity. On loopback only a proxy makes one necessary. */
  #retriesWithDevice(end: LinkEnd): boolean {
    if (this.#needsDevice || this.#options.stateDir === undefined) return false;
    const mayHelp = end.code === ourCodes.blind || (end.refusal !== undefined && DEVICE_MAY_HELP.has(end.refusal.code));
    if (mayHelp) this.#needsDevice = true;
    return mayHelp;
  }

  #count(what: 'frame' | 'garbage' | 'gap'): void {
    switch (what) {
      case 'frame':
        this.counts.frames += 1;
        this.#lastFrameAt = this.#options.clock.now();
        return;
      case 'garbage':
        this.counts.garbage += 1;
        return;
      case 'gap':
        this.counts.gaps += 1;
        this.#options.onGap();
        return;
      default:
        what satisfies never;
    }
  }

  #setState(state: GatewayState): void {
    const isChange = JSON.stringify(state) !== JSON.stringify(this.#state);
    this.#state = state;
    if (!isChange) return;
    this.#logState(state);
    this.#options.onState(state);
  }

  #logState(state: GatewayState): void {
    const { log, url } = this.#options;
    switch (state.state) {
      case 'connected':
        return log.info({ url, version: state.version, protocol: state.protocol }, 'The gateway is connected.');
      case 'blind':
      case 'auth':
      case 'protocol':
      case 'pairing':
        return log.error({ url }, state.because);
      case 'starting':
      case 'unreachable':
        return log.warn({ url }, state.because);
      case 'connecting':
      case 'stopped':
        return;
      default:
        state satisfies never;
    }
  }
}

/** A gateway lets only direct loopback connections in without a device identity. */
function isLoopbackUrl(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}
