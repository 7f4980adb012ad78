// The dashboard's stream of the mesh, for watchers that cannot reach the bus. Built from the shape of its messages; none was recorded. The
// server says something at least every thirty seconds; when it does not, the connection is dead.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { Timers } from '../../core/timers.ts';
import { backOffMs, type LinkState, type MeshLink } from './link-state.ts';
import { SseLines, type ServerSentEvent } from './sse-lines.ts';

interface SseLinkOptions {
  /** Of the dashboard, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
  random(): number;
  connected(): void;
  disconnected(): void;
  event(event: ServerSentEvent): void;
}

const PATH = '/api/mesh/events';
const SILENT_MS = 75_000; // two keep-alives and a little

export class SseLink implements MeshLink {
  readonly #options: SseLinkOptions;
  readonly #timers: Timers<'retry' | 'silent'>;
  #abort = new AbortController();
  #state: LinkState = { state: 'connecting' };
  #failures = 0;
  #connections = 0;
  #isStopped = false;
  #attempt: Promise<void> = Promise.resolve();

  constructor(options: SseLinkOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  get state(): LinkState {
    return this.#state;
  }

  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  start(): void {
    this.#attempt = this.#connect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#abort.abort();
    await this.#timers.stop();
    await this.#attempt;
  }

  async #connect(): Promise<void> {
    this.#abort = new AbortController();
    try {
      await this.#read();
      this.#away(`the dashboard at ${this.#options.url} has ended its stream; it is tried again`);
    } catch (error) {
      this.#away(this.#refusalOf(error));
    }
    this.#timers.cancel('silent');
    if (this.#isStopped) return;
    this.#timers.restart('retry', backOffMs(this.#failures, this.#options.random), () => {
      this.#attempt = this.#connect();
    });
    this.#failures += 1;
  }

  /** Until the stream ends. */
  async #read(): Promise<void> {
    const { url, log, connected, event, disconnected } = this.#options;
    this.#expectSomething();
    const response = await fetch(new URL(PATH, url), {
      headers: { accept: 'text/event-stream' },
      signal: this.#abort.signal,
      redirect: 'error',
    });
    if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
    this.#connections += 1;
    this.#failures = 0;
    this.#state = { state: 'heard' };
    log.info({ url }, 'The dashboard of the mesh is heard.');
    connected();
    const lines = new SseLines();
    try {
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        this.#expectSomething();
        for (const one of lines.take(piece)) event(one);
      }
    } finally {
      disconnected();
    }
  }

  #expectSomething(): void {
    this.#timers.restart('silent', SILENT_MS, () => this.#abort.abort(new Error('it has been silent for too long')));
  }

  #refusalOf(error: unknown): string {
    const { url } = this.#options;
    const message = error instanceof Error ? error.message : 'unknown';
    return `the dashboard at ${url} gives no events (${message}); see whether it runs and reaches its bus, or correct MESH_SSE_URL`;
  }

  #away(because: string): void {
    if (this.#isStopped) return;
    if (this.#state.state !== 'away' || this.#state.because !== because)
      this.#options.log.warn({ because }, 'The dashboard of the mesh is not heard. It is tried again and again.');
    this.#state = { state: 'away', because };
  }
}
