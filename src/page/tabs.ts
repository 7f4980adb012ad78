// Sends the picture to every open tab, as server-sent events. Has no queue: a tab whose connection is full is passed over, and later gets
// the newest state. Knows nothing of requests.
//
// Plain writes rather than @fastify/sse: that one waits for a full connection with everything that is written meanwhile in its queue.

import type { Clock } from '../core/clock.ts';
import { eventFrame, NewsFrames } from './news-frames.ts';
import type { Picture } from './picture.ts';

/** An open connection. */
export interface TabConnection {
  /** What was written before has not left yet. */
  isFull(): boolean;
  /** The bytes may be shared with other tabs. */
  write(bytes: Buffer): void;
  close(): void;
}

interface Tab {
  readonly connection: TabConnection;
  /** The version that it was sent last; `undefined` before the first. */
  since: number | undefined;
  /** Since when its connection is full (monotonic). */
  fullSince?: number;
  /** The news that it was sent last: tabs that were sent the same share the memory. */
  sent?: { readonly id: number; readonly size: number };
}

export interface TabsPorts {
  readonly clock: Clock;
  readonly picture: Picture;
  /** Names this process: versions of another one mean nothing here. */
  readonly epoch: string;
  /** Draws what has changed since the last call; before looks at the picture. */
  refresh(): void;
  /** How the watcher is; sent every few seconds, so that a tab knows that its connection lives. `undefined` when nobody can tell. */
  pulse(): unknown;
}

const RETRY = Buffer.from('retry: 1000\n\n');
/** How long ago the last look must be, the one before it, and so on: two may follow each other at once, and no second has more than four. */
const GAPS_MS = [0, 333, 667, 1_000];
const AGED_MS = 1_000; // what only time changes is in seconds, too
export const PULSE_MS = 5_000;
const PULSE_HOLDS_MS = 1_000; // for tabs that open: many that come and go must not cost a report each
const GIVEN_UP_AFTER_MS = 60_000; // of a full connection: nobody reads it any more
const MAX_TABS = 200;
const SMALL_BYTES = 65_536; // so much may wait for each tab
const MAX_UNREAD_BYTES = 32 * 1_048_576; // of larger news, for all tabs together

export class Tabs {
  readonly #ports: TabsPorts;
  readonly #frames: NewsFrames;
  readonly #tabs = new Set<Tab>();
  /** When it looked at the picture, the newest first. */
  #looks: readonly number[] = [];
  #pulse: { readonly frame: Buffer; readonly at: number } | undefined;
  #nextBeat: { readonly dueAt: number; readonly cancel: () => void } | undefined;
  #cancelPulse: (() => void) | undefined;

  constructor(ports: TabsPorts) {
    this.#ports = ports;
    this.#frames = new NewsFrames(ports.picture, ports.epoch);
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
    const { clock } = this.#ports;
    const tab: Tab = { connection, since: this.#frames.versionOf(lastId) };
    this.#tabs.add(tab);
    this.#lookSoon();
    this.#send(tab, { hasNews: true, more: Buffer.concat([RETRY, this.#pulseFrame(PULSE_HOLDS_MS)]) });
    this.#cancelPulse ??= clock.after(PULSE_MS, () => this.#beatWithPulse());
    return () => void this.#tabs.delete(tab);
  }

  /** The data of a `reset`, for who wants it once. */
  allBoxes(): Buffer {
    this.#lookSoon();
    return this.#frames.newsSince(undefined).data;
  }

  /** Something has changed. At most four times a second it is sent. */
  changed(): void {
    this.#beatIn(this.#waitMs());
  }

  /** Only time has changed something. That is sent with the next change, at the latest a second after the last: it takes no turn from those. */
  aged(): void {
    const agoMs = this.#ports.clock.monotonic() - (this.#looks[0] ?? Number.NEGATIVE_INFINITY);
    this.#beatIn(Math.max(this.#waitMs(), AGED_MS - agoMs));
  }

  stop(): void {
    this.#nextBeat?.cancel();
    this.#cancelPulse?.();
    for (const { connection } of this.#tabs) connection.close();
    this.#tabs.clear();
  }

  /** How long it must not look yet. */
  #waitMs(): number {
    const now = this.#ports.clock.monotonic();
    return Math.max(0, ...this.#looks.map((at, before) => at + (GAPS_MS[before] ?? 0) - now));
  }

  #beatIn(ms: number): void {
    const { clock } = this.#ports;
    const dueAt = clock.monotonic() + ms;
    if (this.#tabs.size === 0 || dueAt >= (this.#nextBeat?.dueAt ?? Number.POSITIVE_INFINITY)) return;
    this.#nextBeat?.cancel();
    this.#nextBeat = { dueAt, cancel: clock.after(ms, () => this.#beat()) };
  }

  #look(): void {
    this.#nextBeat?.cancel();
    this.#nextBeat = undefined;
    this.#looks = [this.#ports.clock.monotonic(), ...this.#looks].slice(0, GAPS_MS.length);
    this.#ports.refresh();
  }

  /** Now, unless it must not yet, or does so in a moment for all tabs: whoever comes often takes no look from those. */
  #lookSoon(): void {
    if (this.#nextBeat === undefined && this.#waitMs() === 0) this.#look();
    else this.changed();
  }

  #beat(): void {
    this.#look();
    for (const tab of this.#tabs) this.#send(tab, { hasNews: true });
  }

  #beatWithPulse(): void {
    this.#cancelPulse = this.#tabs.size === 0 ? undefined : this.#ports.clock.after(PULSE_MS, () => this.#beatWithPulse());
    if (this.#tabs.size === 0) return;
    const isDue = this.#waitMs() === 0;
    if (isDue) this.#look();
    else this.changed();
    const pulse = this.#pulseFrame(0);
    for (const tab of this.#tabs) this.#send(tab, { hasNews: isDue, more: pulse });
  }

  /** One that is not older than that. */
  #pulseFrame(holdsMs: number): Buffer {
    const now = this.#ports.clock.monotonic();
    if (this.#pulse === undefined || now - this.#pulse.at >= holdsMs) this.#pulse = { frame: frameOf(this.#ports.pulse()), at: now };
    return this.#pulse.frame;
  }

  #send(tab: Tab, { hasNews, more }: { hasNews: boolean; more?: Buffer }): void {
    if (this.#isPassedOver(tab)) return;
    if (hasNews && tab.since !== this.#ports.picture.version()) this.#sendNews(tab);
    if (more !== undefined) tab.connection.write(more);
  }

  #sendNews(tab: Tab): void {
    const { id, bytes } = this.#frames.newsSince(tab.since);
    tab.since = this.#ports.picture.version();
    tab.sent = { id, size: bytes.length };
    if (bytes.length > SMALL_BYTES) this.#makeRoom(tab);
    tab.connection.write(bytes);
  }

  #isPassedOver(tab: Tab): boolean {
    const now = this.#ports.clock.monotonic();
    if (!tab.connection.isFull()) {
      delete tab.fullSince;
      return false;
    }
    tab.fullSince ??= now;
    if (now - tab.fullSince >= GIVEN_UP_AFTER_MS) this.#giveUp(tab);
    return true;
  }

  /** Gives up those that read least, the oldest first, until the large news that wait for any tab do not fill the memory. */
  #makeRoom(newest: Tab): void {
    for (const tab of this.#tabs) {
      if (this.#unreadBytes(newest) <= MAX_UNREAD_BYTES) return;
      if (tab !== newest && (tab.sent?.size ?? 0) > SMALL_BYTES && tab.connection.isFull()) this.#giveUp(tab);
    }
  }

  /** What the news take that wait for a tab, each of them once. */
  #unreadBytes(newest: Tab): number {
    const unread = [...this.#tabs].filter((tab) => tab === newest || tab.connection.isFull()).flatMap(({ sent }) => sent ?? []);
    return [...new Map(unread.map(({ id, size }) => [id, size])).values()].reduce((sum, size) => sum + size, 0);
  }

  #giveUp(tab: Tab): void {
    this.#tabs.delete(tab);
    tab.connection.close();
  }
}

function frameOf(pulse: unknown): Buffer {
  return pulse === undefined ? Buffer.alloc(0) : Buffer.from(eventFrame('pulse', JSON.stringify(pulse)));
}
