// Limits how many sessions are watched, so that an agent that creates thousands of them cannot block the watcher for all others.
// Does not know what their events mean.

import type { Clock } from '../core/clock.ts';
import type { EventOf, SessionEvent } from '../core/event.ts';
import { setBounded } from '../core/bounded-map.ts';
import type { SessionsByKey } from '../core/session.ts';

export interface SessionLimits {
  /** Sessions watched at once: those with a turn that runs or ended within the last quarter of an hour. */
  most: number;
  /** How many of them are reserved for agents that hold less than half of all. */
  kept: number;
}

export interface SessionLimitFacts {
  /** Sessions that were turned away within the last minute. */
  turnedAway: number;
  /** The agent of the newest of these sessions. */
  agent: string | undefined;
}

/** What the fold knows of the sessions that were admitted. */
export interface KnownSessions {
  /** Those that still have a turn. */
  heldKeys(): readonly string[];
  agentOf(sessionKey: string): string;
}

const LIMITS: SessionLimits = { most: 1_200, kept: 200 }; // a thousand sessions of one agent stay within the limits of memory and event loop
const FREE_EVERY_MS = 1_000;
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 50_000;
const MAX_SEEN = 50_000; // far more than a gateway ever lists
const MAX_UNSEEN = 5_000; // a session acts soon after its `session_seen`, long before so many other sessions

export class SessionLimit {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #known: KnownSessions;
  readonly #limits: SessionLimits;
  readonly #agentByKey = new Map<string, string>();
  readonly #countByAgent = new Map<string, number>();
  readonly #turnedAwayAt = new Map<string, number>();
  readonly #seenKeys = new Set<string>();
  /**
   * Every `session_seen` that was not admitted, one of each source. A source emits it only once, so it is kept until the session does
   * something.
   */
  readonly #waitingByKey = new Map<string, EventOf<'session_seen'>[]>();
  #freedAt = Number.NEGATIVE_INFINITY;
  #lastAgent: string | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>, known: KnownSessions, limits: SessionLimits = LIMITS) {
    this.#clock = clock;
    this.#known = known;
    this.#limits = limits;
  }

  /**
   * The event if its session is watched, after each `session_seen` of that session that was not admitted before. A session that was turned
   * away is admitted as soon as there is room.
   */
  admit(event: SessionEvent): SessionEvent[] {
    const { sessionKey } = event;
    if (this.#agentByKey.has(sessionKey)) return [event];
    if (event.type === 'session_seen') return this.#admitSeen(event);
    if (!this.#takesIn(sessionKey)) return [];
    const waiting = this.#waitingOf(sessionKey);
    this.#waitingByKey.delete(sessionKey);
    return [...waiting, event];
  }

  /** Emitted once and needed as soon as the session does something. A session without a turn costs next to nothing. */
  #admitSeen(event: EventOf<'session_seen'>): SessionEvent[] {
    const { sessionKey } = event;
    if (this.#seenKeys.has(sessionKey) || this.#addSeen(sessionKey)) return [event];
    const ofOthers = this.#waitingOf(sessionKey).filter(({ source }) => source !== event.source);
    setBounded(this.#waitingByKey, sessionKey, [...ofOthers, event], MAX_UNSEEN);
    return [];
  }

  #waitingOf(sessionKey: string): EventOf<'session_seen'>[] {
    return this.#waitingByKey.get(sessionKey) ?? [];
  }

  #takesIn(sessionKey: string): boolean {
    const agent = this.#waitingOf(sessionKey)[0]?.agentId ?? this.#known.agentOf(sessionKey);
    if (!this.#hasRoom(agent)) this.#free();
    if (!this.#hasRoom(agent)) return this.#turnAway(sessionKey, agent);
    this.#turnedAwayAt.delete(sessionKey);
    this.#agentByKey.set(sessionKey, agent);
    this.#countByAgent.set(agent, this.#countOf(agent) + 1);
    return true;
  }

  #addSeen(sessionKey: string): boolean {
    if (this.#seenKeys.size >= MAX_SEEN) return false;
    this.#seenKeys.add(sessionKey);
    return true;
  }

  facts(): SessionLimitFacts {
    const since = this.#clock.monotonic() - REMEMBERED_MS;
    for (const [key, at] of this.#turnedAwayAt) {
      if (at >= since) break;
      this.#turnedAwayAt.delete(key);
    }
    const turnedAway = this.#turnedAwayAt.size;
    return { turnedAway, agent: turnedAway === 0 ? undefined : this.#lastAgent };
  }

  #hasRoom(agent: string): boolean {
    const { most, kept } = this.#limits;
    const isGreedy = this.#countOf(agent) >= most / 2;
    return this.#agentByKey.size < (isGreedy ? most - kept : most);
  }

  #countOf(agent: string): number {
    return this.#countByAgent.get(agent) ?? 0;
  }

  #turnAway(sessionKey: string, agent: string): false {
    this.#turnedAwayAt.delete(sessionKey);
    if (this.#turnedAwayAt.size < MAX_REMEMBERED) this.#turnedAwayAt.set(sessionKey, this.#clock.monotonic());
    this.#lastAgent = agent;
    return false;
  }

  /** Frees the places of sessions whose boxes are all forgotten. */
  #free(): void {
    const now = this.#clock.monotonic();
    if (now - this.#freedAt < FREE_EVERY_MS) return;
    this.#freedAt = now;
    const held = new Set(this.#known.heldKeys());
    for (const [key, agent] of this.#agentByKey) {
      if (held.has(key)) continue;
      this.#agentByKey.delete(key);
      this.#countByAgent.set(agent, this.#countOf(agent) - 1);
    }
  }
}

/** The sessions with a turn that runs or ended lately. */
export function keysWithTurns(sessionsByKey: SessionsByKey): string[] {
  return [...sessionsByKey.values()].flatMap(({ key, turns }) => (turns.length === 0 ? [] : [key]));
}
