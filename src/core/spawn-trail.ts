// Compares the sub-agents that a log of their program names with those that its source shows. What only one of the two has is a remark in the
// box of the session whose log it is. Owns the spawns that are not paired yet, and knows nothing of files.

import { addBounded } from './bounded-map.ts';
import type { SessionEvent } from './event.ts';
import type { Change } from './fold.ts';
import type { SessionsByKey } from './session.ts';

/** What a source observes in the session whose log it is: a sub-agent was spawned at `place`, the address of the sessions that it is about. */
export const SPAWN_LOGGED = 'spawn_logged';

interface Spawn {
  readonly at: number;
  /** Of the session that spawned. */
  readonly address: string;
}

interface Trail {
  readonly key: string;
  readonly place: string;
  readonly unshown: number;
  readonly unlogged: number;
}

const SAME_MS = 30_000; // a call is written down when it is made, and its hook logs it a moment later
const SETTLED_MS = 120_000; // a sub-agent is shown as such when its first line was read
const MOST_SPAWNS = 500;
const MOST_CHILDREN = 5_000;
const NOTE = 'spawn-trail';

export class SpawnTrail {
  readonly #sessionsByKey: SessionsByKey;
  /** What was spawned before is history: sources do not show all of it. */
  #since: number;
  #logged: Spawn[] = [];
  #shown: Spawn[] = [];
  readonly #children = new Set<string>();
  #trail: Trail | undefined;

  constructor(sessionsByKey: SessionsByKey, now: number) {
    this.#sessionsByKey = sessionsByKey;
    this.#since = now;
  }

  note({ event, after }: Pick<Change, 'event' | 'after'>): void {
    if (event.type === 'observed' && event.what === SPAWN_LOGGED) this.#log(event.sessionKey, event.facts['place'] ?? '', event.at);
    if (event.type !== 'child_spawned' || event.source === 'daemon' || this.#children.has(event.childKey)) return;
    addBounded(this.#children, event.childKey, MOST_CHILDREN);
    const spawn = { at: event.at, address: after.address ?? '' };
    if (spawn.at >= this.#since && !isPaired(this.#logged, spawn)) this.#shown = [...this.#shown, spawn].slice(-MOST_SPAWNS);
  }

  /** Before that there is nothing to judge. */
  dueAt(): number {
    return this.#trail === undefined
      ? Number.POSITIVE_INFINITY
      : Math.min(...[...this.#logged, ...this.#shown].map(({ at }) => at + SETTLED_MS));
  }

  /** The remark about spawns for which the other side had its time. */
  remarks(now: number): SessionEvent[] {
    const trail = this.#trail;
    if (trail === undefined || now < this.dueAt()) return [];
    const isDue = ({ at }: Spawn): boolean => at + SETTLED_MS <= now;
    const unshown = this.#logged.filter((spawn) => isDue(spawn) && this.#isWatched(spawn.address)).length;
    const unlogged = this.#shown.filter((spawn) => isDue(spawn) && isAt(trail.place, spawn.address)).length;
    this.#logged = this.#logged.filter((spawn) => !isDue(spawn));
    this.#shown = this.#shown.filter((spawn) => !isDue(spawn));
    if (unshown + unlogged === 0) return [];
    this.#trail = { ...trail, unshown: trail.unshown + unshown, unlogged: trail.unlogged + unlogged };
    return [{ type: 'noted', source: 'daemon', sessionKey: trail.key, at: now, noteId: NOTE, severity: 'info', text: textOf(this.#trail) }];
  }

  shiftClock(byMs: number): void {
    const shifted = (spawns: readonly Spawn[]): Spawn[] => spawns.map((spawn) => ({ ...spawn, at: spawn.at + byMs }));
    this.#since += byMs;
    this.#logged = shifted(this.#logged);
    this.#shown = shifted(this.#shown);
  }

  #log(key: string, place: string, at: number): void {
    if (this.#trail === undefined) this.#shown = this.#shown.filter((spawn) => spawn.at >= at - SAME_MS); // nobody wrote a log then
    if (this.#trail?.key !== key) this.#trail = { key, place, unshown: 0, unlogged: 0 };
    const spawn = { at, address: place };
    if (at >= this.#since && !isPaired(this.#shown, spawn)) this.#logged = [...this.#logged, spawn].slice(-MOST_SPAWNS);
  }

  /** Where no session is seen, nobody could have shown a sub-agent. */
  #isWatched(place: string): boolean {
    return [...this.#sessionsByKey.values()].some(({ address = '' }) => isAt(place, address));
  }
}

/** The log may also have spawns of other folders, so such a pair is one; but nobody misses them there. */
function isPaired(others: Spawn[], { at, address }: Spawn): boolean {
  const near = others.filter((other) => programOf(other.address) === programOf(address) && Math.abs(other.at - at) <= SAME_MS);
  const [nearest] = near.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  if (nearest === undefined) return false;
  others.splice(others.indexOf(nearest), 1);
  return true;
}

function programOf(address: string): string {
  return address.slice(0, address.indexOf(':'));
}

function isAt(place: string, address: string): boolean {
  return address === place || address.startsWith(`${place}/`);
}

function textOf({ unshown, unlogged }: Trail): string {
  return [
    ...(unshown === 0 ? [] : [`${counted(unshown)} of its audit log shown by no source`]),
    ...(unlogged === 0 ? [] : [`${counted(unlogged)} not in its audit log`]),
  ].join(', ');
}

function counted(count: number): string {
  return count === 1 ? '1 sub-agent' : `${count} sub-agents`;
}
