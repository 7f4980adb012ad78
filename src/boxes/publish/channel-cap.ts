// Keeps a channel usable for people: counts its ordinary edits of the last hour, and says when the next one may be sent.

import { setBounded } from '../../core/bounded-map.ts';
import type { SlowChannel } from './publisher-ports.ts';
import { looksDead } from './with-distance.ts';

const WINDOW_MS = 3_610_000; // an hour, and the ten seconds by which one request may take longer than another
const MAX_CHANNELS = 1_000; // beyond that, the channel that has been quiet for longest begins anew

interface Usage {
  /** Oldest first; at most as many as an hour allows. */
  sentAt: number[];
  openAt: number;
  /** How far apart the edits of one box are there, as far as the cap makes them so. */
  everyMs: number;
}

/** At most `perHour` ordinary edits of one channel in any hour; 0 means any number. The first half of them keeps no distance. */
export class ChannelCap {
  readonly #perHour: number;
  readonly #usageByChannel = new Map<string, Usage>();

  constructor(perHour: number) {
    this.#perHour = perHour;
  }

  /** The earliest instant of the next ordinary edit there. */
  openAt(channelId: string): number {
    return this.#usageByChannel.get(channelId)?.openAt ?? 0;
  }

  /** Counts an ordinary edit of one of so many `waiting` boxes. Returns how far apart the edits of each are now. */
  count(channelId: string, waiting: number, now: number): number {
    if (this.#perHour === 0) return 0;
    const { sentAt } = this.#usageByChannel.get(channelId) ?? { sentAt: [] };
    const recent = [...sentAt.filter((at) => at > now - WINDOW_MS), now];
    const distanceMs = this.#distanceAfter(recent, now);
    const everyMs = distanceMs * waiting;
    setBounded(this.#usageByChannel, channelId, { sentAt: recent, openAt: now + distanceMs, everyMs }, MAX_CHANNELS);
    return everyMs;
  }

  /** Channels that are written to so rarely by now that their boxes look dead. */
  slow(now: number): SlowChannel[] {
    return [...this.#usageByChannel].flatMap(([channelId, { sentAt, everyMs }]) =>
      looksDead(everyMs) && (sentAt.at(-1) ?? 0) > now - everyMs ? [{ channelId, everyMs }] : [],
    );
  }

  /**
   * From half of the allowance on, what is left of it is spread over the time until the oldest edit is an hour old: hardly at first,
   * evenly at the end.
   */
  #distanceAfter(recent: readonly number[], now: number): number {
    const half = this.#perHour / 2;
    const stretch = Math.min(1, Math.max(0, (recent.length - half) / half));
    const left = Math.max(1, this.#perHour - recent.length);
    return Math.ceil((stretch * ((recent[0] ?? now) + WINDOW_MS - now)) / left);
  }
}
