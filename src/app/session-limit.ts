// Limits how many sessions are watched, so that an agent that creates thousands of them cannot block the watcher for all others.
// Does not know what their events mean.

import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
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

/** The fields of an event that matter here. Only `session_seen` has the agent. */
interface Arrival extends Pick<SessionEvent, 'sessionKey' | 'type'> {
  agentId?: string;
}

const LIMITS: SessionLimits = { most: 1_200, kept: 200 }; // a thousand sessions of one agent stay within the limits of memory and event loop
const FREE_EVERY_MS = 1_000;
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 50_000;
const MAX_SEEN = 50_000; // far more than a gateway ever lists

export class SessionLimit {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #heldKeys: () => readonly string[];
  readonly #limits: SessionLimits;
  readonly #agentByKey = new Map<string, string>();
  readonly #countByAgent = new Map<string, number>();
  readonly #turnedAwayAt = new Map<string, number>();
  readonly #seenKeys = new Set<string>();
  /** A source emits `session_seen` before any other event of a session, and again long before this map drops it. */
  readonly #seenAgentByKey = new Map<string, string>();
  #freedAt = Number.NEGATIVE_INFINITY;
  #lastAgent: string | undefined;

  /** `heldKeys` are the sessions that still have a turn. */
  constructor(clock: Pick<Clock, 'monotonic'>, heldKeys: () => readonly string[], limits: SessionLimits = LIMITS) {
    this.#clock = clock;
    this.#heldKeys = heldKeys;
    this.#limits = limits;
  }

  /** Whether the event's session is watched. A session that was turned away is admitted as soon as there is room. */
  admits({ sessionKey, type, agentId }: Arrival): boolean {
    if (agentId !== undefined) setBounded(this.#seenAgentByKey, sessionKey, agentId, MAX_SEEN);
    if (this.#agentByKey.has(sessionKey)) return true;
    // Emitted once and needed as soon as the session does something. A session without a turn costs next to nothing.
    if (type === 'session_seen') return this.#seenKeys.has(sessionKey) || this.#addSeen(sessionKey);
    const agent = this.#seenAgentByKey.get(sessionKey) ?? '';
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
    const held = new Set(this.#heldKeys());
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
