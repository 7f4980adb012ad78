// Counts the turns that boxes show, and once a day makes a post of them for each channel. Owns what is counted and what is still to be posted;
// both are on disk. Sends nothing itself.

import { type LocalTime, dayAfter, dayDue, dueAt } from './local-day.ts';
import { type CountedTurn, digestMessage } from './digest-table.ts';
import { decodeTurn, type DigestTurn, seen } from './digest-turn.ts';
import type { Sight, TurnObserver } from '../turn-watch.ts';

/** A post that is still to be made, or may have been made. */
export interface PendingDigest {
  id: string;
  channelId: string;
  message: string;
  at: number;
  /** A create may have been sent. */
  isSent?: true;
}

interface Stored {
  /** The newest day whose digest was made. */
  date?: string;
  pending: PendingDigest[];
}

export interface DigestPorts {
  /** On disk when `put` returns, unless the disk fails; `undefined` deletes. */
  rows: { rows(): readonly { key: string; value: unknown }[]; put(key: string, value: unknown): void };
  /** Writes what `run` puts in one transaction. */
  together(run: () => void): void;
  localTime(now: number): LocalTime;
  /** The time of day at which it is due, for people. */
  timeText: string;
  redact(text: string): string;
  /** How many findings of the coordinator that box shows. */
  findingsOf(boxId: string): number;
  /** Something may be to be sent. Returns at once. */
  send(): void;
}

const NEVER = Number.POSITIVE_INFINITY;
const LOOK_MS = 20_000; // how often the time of day is looked at
const OPEN_FOR_MS = 7 * 86_400_000;
const MAX_TURNS = 20_000; // of a day; more are not counted
const TURN = 'digest turn '; // prefix of the key of each turn
const STATE = 'digest'; // the key of what is not of a turn

export class Digest implements TurnObserver {
  readonly #ports: DigestPorts;
  readonly #dueMinutes: number;
  readonly #turnsByBox = new Map<string, DigestTurn>();
  #stored: Stored = { pending: [] };

  constructor(ports: DigestPorts, dueMinutes: number) {
    this.#ports = ports;
    this.#dueMinutes = dueMinutes;
    for (const { key, value } of ports.rows.rows()) {
      if (key === STATE) this.#stored = decodeStored(value);
      if (key.startsWith(TURN)) for (const turn of decodeTurn(value)) this.#turnsByBox.set(turn.boxId, turn);
    }
  }

  see({ tree, place, now }: Sight): number {
    if (tree.status.state === 'interrupted' || place === undefined) return NEVER;
    const { boxId } = tree.turn;
    const known = this.#turnsByBox.get(boxId);
    if (known?.told !== undefined) return NEVER;
    if (known === undefined && this.#turnsByBox.size >= MAX_TURNS) return NEVER;
    const before = known ?? { boxId, at: now, waitedMs: 0 };
    const after = seen(before, tree, place.channelId, now);
    if (after !== before) this.#put(after);
    return NEVER;
  }

  shiftClock(byMs: number): void {
    for (const turn of this.#turnsByBox.values())
      if (turn.waitingSince !== undefined) this.#put({ ...turn, waitingSince: turn.waitingSince + byMs });
  }

  tick(now: number): number {
    const local = this.#ports.localTime(now);
    const due = dayDue(local, this.#dueMinutes);
    const { date } = this.#stored;
    // A clock that was wrong by days must not silence the digests until then. One that was set back by hours has had its digest.
    if (date === undefined || date > dayAfter(due, 1)) this.#store({ ...this.#stored, date: due });
    else if (due > date) this.#ports.together(() => this.#make(due, now));
    if (this.#stored.pending.length > 0) this.#ports.send();
    return Math.min(now + LOOK_MS, dueAt(local, now, this.#dueMinutes));
  }

  next(): PendingDigest | undefined {
    return this.#stored.pending[0];
  }

  /** A create is about to be sent. */
  sending({ id }: PendingDigest): void {
    const pending = this.#stored.pending.map((post) => (post.id === id ? { ...post, isSent: true as const } : post));
    this.#store({ ...this.#stored, pending });
  }

  /** It is posted, or cannot be. */
  done({ id }: PendingDigest): void {
    this.#store({ ...this.#stored, pending: this.#stored.pending.filter((post) => post.id !== id) });
  }

  #make(date: string, now: number): void {
    const ended = [...this.#turnsByBox.values()].filter((turn) => turn.ended !== undefined && turn.told === undefined);
    const byChannel = Map.groupBy(ended, ({ ended: { channelId = '' } = {} }) => channelId);
    const posts = [...byChannel].map(([channelId, turns]) => this.#postOf(channelId, turns, date, now));
    this.#forgetOld(date, now);
    for (const turn of ended) this.#put({ ...turn, told: date });
    this.#store({ date, pending: [...this.#stored.pending, ...posts] });
  }

  #postOf(channelId: string, turns: readonly DigestTurn[], date: string, at: number): PendingDigest {
    const message = digestMessage(
      turns.flatMap((turn) => this.#counted(turn)),
      `${date} ${this.#ports.timeText}`,
      this.#ports.redact,
    );
    return { id: `${channelId}-${date}`, channelId, message, at };
  }

  #counted({ boxId, waitedMs, ended }: DigestTurn): CountedTurn[] {
    return ended === undefined ? [] : [{ ...ended, waitedMs, findings: this.#ports.findingsOf(boxId) }];
  }

  /** Those of the digests before the last one, and those of which nobody has said for a week how they ended. */
  #forgetOld(date: string, now: number): void {
    for (const { boxId, told, ended, at } of this.#turnsByBox.values()) {
      const isOver = told !== undefined && told < dayAfter(date, -1); // a box is forgotten long before, whatever the clock does
      const isLost = told === undefined && ended === undefined && now - at > OPEN_FOR_MS;
      if (!isOver && !isLost) continue;
      this.#turnsByBox.delete(boxId);
      this.#ports.rows.put(TURN + boxId, undefined);
    }
  }

  #put(turn: DigestTurn): void {
    this.#turnsByBox.set(turn.boxId, turn);
    this.#ports.rows.put(TURN + turn.boxId, turn);
  }

  #store(stored: Stored): void {
    this.#stored = stored;
    this.#ports.rows.put(STATE, stored);
  }
}

function decodeStored(value: unknown): Stored {
  const { date, pending } = (value ?? {}) as Partial<Stored>;
  return { ...(typeof date === 'string' ? { date } : {}), pending: Array.isArray(pending) ? pending : [] };
}
