// Owns which sessions are watched at all, so that whoever makes up sessions by the thousand cannot take the watcher from everybody else.
// Knows nothing of what their events say.

import type { Clock } from '../core/clock.ts';
import type { SessionEvent } from '../core/event.ts';
import { setBounded } from '../core/bounded-map.ts';
import type { SessionsByKey } from '../core/session.ts';

export interface IntakeLimits {
  /** Sessions watched at once: those with a turn that goes on or ended within the last quarter of an hour. */
  most: number;
  /** As many of them are kept for agents that hold less than half of all. */
  kept: number;
}

export interface IntakeFacts {
  /** Sessions that were turned away within the last minute. */
  turnedAway: number;
  /** The agent of the newest of them. */
  agent: string | undefined;
}

/** What matters of an event; that it is of this agent, only `session_seen` says. */
interface Arrival extends Pick<SessionEvent, 'sessionKey' | 'type'> {
  agentId?: string;
}

const LIMITS: IntakeLimits = { most: 1_200, kept: 200 }; // a thousand sessions of one agent are watched well within the bounds of memory and loop
const FREE_EVERY_MS = 1_000;
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 50_000;
const MAX_SEEN = 50_000; // far more than a gateway ever lists

export class Intake {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #heldKeys: () => readonly string[];
  readonly #limits: IntakeLimits;
  readonly #agentByKey = new Map<string, string>();
  readonly #countByAgent = new Map<string, number>();
  readonly #turnedAwayAt = new Map<string, number>();
  readonly #seenKeys = new Set<string>();
  /** A source introduces a session before anything else of it, and again long before it is forgotten here. */
  readonly #seenAgentByKey = new Map<string, string>();
  #freedAt = Number.NEGATIVE_INFINITY;
  #lastAgent: string | undefined;

  /** `heldKeys` are the sessions that still have a turn. */
  constructor(clock: Pick<Clock, 'monotonic'>, heldKeys: () => readonly string[], limits: IntakeLimits = LIMITS) {
    this.#clock = clock;
    this.#heldKeys = heldKeys;
    this.#limits = limits;
  }

  /** Whether the event is of a session that is watched. One that was turned away is taken in as soon as there is room. */
  admits({ sessionKey, type, agentId }: Arrival): boolean {
    if (agentId !== undefined) setBounded(this.#seenAgentByKey, sessionKey, agentId, MAX_SEEN);
    if (this.#agentByKey.has(sessionKey)) return true;
    // Told once and needed as soon as the session does something; without a turn a session costs next to nothing.
    if (type === 'session_seen') return this.#seenKeys.has(sessionKey) || this.#see(sessionKey);
    const agent = this.#seenAgentByKey.get(sessionKey) ?? '';
    if (!this.#hasRoom(agent)) this.#free();
    if (!this.#hasRoom(agent)) return this.#turnAway(sessionKey, agent);
    this.#turnedAwayAt.delete(sessionKey);
    this.#agentByKey.set(sessionKey, agent);
    this.#countByAgent.set(agent, this.#countOf(agent) + 1);
    return true;
  }

  #see(sessionKey: string): boolean {
    if (this.#seenKeys.size >= MAX_SEEN) return false;
    this.#seenKeys.add(sessionKey);
    return true;
  }

  facts(): IntakeFacts {
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

  /** Gives back the room of sessions whose boxes are all forgotten. */
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

/** The sessions of which a turn goes on or ended lately. */
export function keysWithTurns(sessionsByKey: SessionsByKey): string[] {
  return [...sessionsByKey.values()].flatMap(({ key, turns }) => (turns.length === 0 ? [] : [key]));
}
