// Sends the picture to every open tab, as server-sent events. Has no queue: a tab whose connection is full is passed over, and later gets
// the newest state. Knows nothing of requests.
//
// Plain writes rather than @fastify/sse: that one waits for a full connection with everything that is written meanwhile in its queue.

import type { Clock } from '../core/clock.ts';
import type { Picture } from './picture.ts';

/** An open connection. */
export interface TabConnection {
  /** What was written before has not left yet. */
  isFull(): boolean;
  write(text: string): void;
  close(): void;
}

interface Tab {
  readonly connection: TabConnection;
  /** The version that it was sent last; `undefined` before the first. */
  since: number | undefined;
  /** Since when its connection is full (monotonic). */
  fullSince?: number;
}

export interface TabsPorts {
  readonly clock: Clock;
  readonly picture: Picture;
  /** Names this process: versions of another one mean nothing here. */
  readonly epoch: string;
  /** Draws what has changed since the last call; before every look at the picture. */
  refresh(): void;
  /** How the watcher is; sent every few seconds, so that a tab knows that its connection lives. */
  pulse(): unknown;
}

const BEAT_MS = 250; // four a second
export const PULSE_MS = 5_000;
const GIVEN_UP_AFTER_MS = 60_000; // of a full connection: nobody reads it any more
const MAX_TABS = 200;

export class Tabs {
  readonly #ports: TabsPorts;
  readonly #tabs = new Set<Tab>();
  #beatAt = Number.NEGATIVE_INFINITY;
  #cancelBeat: (() => void) | undefined;
  #cancelPulse: (() => void) | undefined;
  /** The same news for all tabs that are in step. */
  readonly #frames = new Map<number | undefined, string>();

  constructor(ports: TabsPorts) {
    this.#ports = ports;
  }

  isFull(): boolean {
    return this.count() >= MAX_TABS;
  }

  /** How many are open. */
  count(): number {
    return this.#tabs.size;
  }

  /** `lastId` is the id of the last event that the tab has seen. The returned function forgets it. */
  add(connection: TabConnection, lastId: string | undefined): () => void {
    const tab: Tab = { connection, since: this.#versionOf(lastId) };
    this.#tabs.add(tab);
    this.#ports.refresh();
    this.#frames.clear();
    this.#send(tab, `retry: 1000\n\n${this.#pulseFrame()}`);
    this.#cancelPulse ??= this.#ports.clock.after(PULSE_MS, () => this.#pulse());
    return () => void this.#tabs.delete(tab);
  }

  /** Something has changed. At most four times a second it is sent. */
  changed(): void {
    if (this.#tabs.size === 0 || this.#cancelBeat !== undefined) return;
    const { clock } = this.#ports;
    this.#cancelBeat = clock.after(Math.max(0, this.#beatAt + BEAT_MS - clock.monotonic()), () => this.#beat());
  }

  stop(): void {
    this.#cancelBeat?.();
    this.#cancelPulse?.();
    for (const { connection } of this.#tabs) connection.close();
    this.#tabs.clear();
  }

  #beat(): void {
    this.#cancelBeat = undefined;
    this.#beatAt = this.#ports.clock.monotonic();
    this.#ports.refresh();
    this.#sendAll('');
  }

  #pulse(): void {
    this.#cancelPulse = this.#tabs.size === 0 ? undefined : this.#ports.clock.after(PULSE_MS, () => this.#pulse());
    if (this.#tabs.size === 0) return;
    this.#ports.refresh();
    this.#sendAll(this.#pulseFrame());
  }

  #pulseFrame(): string {
    return frame('pulse', JSON.stringify(this.#ports.pulse()));
  }

  #sendAll(more: string): void {
    this.#frames.clear();
    for (const tab of this.#tabs) this.#send(tab, more);
  }

  #send(tab: Tab, more: string): void {
    const { clock, picture } = this.#ports;
    if (tab.connection.isFull()) {
      tab.fullSince ??= clock.monotonic();
      if (clock.monotonic() - tab.fullSince >= GIVEN_UP_AFTER_MS) this.#giveUp(tab);
      return;
    }
    delete tab.fullSince;
    const news = tab.since === picture.version() ? '' : this.#newsFrame(tab.since);
    tab.since = picture.version();
    if (news !== '' || more !== '') tab.connection.write(`${news}${more}`);
  }

  #giveUp(tab: Tab): void {
    this.#tabs.delete(tab);
    tab.connection.close();
  }

  #newsFrame(since: number | undefined): string {
    const known = this.#frames.get(since);
    if (known !== undefined) return known;
    const { version, isWhole, boxes, gone } = this.#ports.picture.newsSince(since);
    const data = `{"boxes":[${boxes.join(',')}],"gone":${JSON.stringify(gone)}}`;
    const made = `id: ${this.#ports.epoch}.${version}\n${frame(isWhole ? 'reset' : 'boxes', data)}`;
    this.#frames.set(since, made);
    return made;
  }

  #versionOf(lastId: string | undefined): number | undefined {
    const [, epoch, version] = /^([^.]+)\.(\d{1,15})$/.exec(lastId ?? '') ?? [];
    return epoch === this.#ports.epoch ? Number(version) : undefined;
  }
}

/** JSON has no line breaks of its own. */
function frame(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`;
}
