// Owns whom was told what: once per conversation and rule, a limited number per hour. Knows no chat server.

import { codeSpan } from '../text/neutralise.ts';
import { cut, oneLine } from '../text/text.ts';
import { placeOf } from './deeds.ts';
import type { Finding } from './rules/rule.ts';

/** A short post for the operators. `text` is safe Markdown; its only mentions are the configured people. */
export interface Notice {
  id: string;
  at: number;
  /** The conversation's channel and thread; absent for what has none. */
  place?: { channelId: string; rootId?: string };
  text: string;
  /** An earlier attempt may have posted it. */
  isDoubtful: boolean;
}

/** `later`: the server is not reachable now; `never`: it refuses this notice. */
export type Told = 'told' | 'later' | 'never';

export interface OperatorsOptions {
  /** User names without `@`. */
  people: readonly string[];
  /** Whether there is a channel for notices without a conversation, and for notices that mention nobody. */
  hasChannel: boolean;
  perHour: number;
}

/** Plain data for the checkpoint. */
export interface StoredOperators {
  told: string[];
  sentAt: number[];
  held: number;
  heldPlace?: { channelId: string; rootId?: string };
  queue: Notice[];
}

const HOUR_MS = 3_600_000;
const MAX_TOLD = 5_000;
const MAX_SENTENCE_POINTS = 200;

export class Operators {
  readonly #options: OperatorsOptions;
  readonly #told: Set<string>;
  #sentAt: number[];
  #held: number;
  #heldPlace: Notice['place'];
  #queue: Notice[];

  constructor(options: OperatorsOptions, stored: StoredOperators | undefined) {
    this.#options = options;
    this.#told = new Set(stored?.told);
    this.#sentAt = [...(stored?.sentAt ?? [])];
    this.#held = stored?.held ?? 0;
    this.#heldPlace = stored?.heldPlace;
    this.#queue = (stored?.queue ?? []).map((notice) => ({ ...notice, isDoubtful: true }));
  }

  stored(): StoredOperators {
    const place = this.#heldPlace === undefined ? {} : { heldPlace: this.#heldPlace };
    return { told: [...this.#told], sentAt: this.#sentAt, held: this.#held, queue: this.#queue, ...place };
  }

  /** Takes a finding; returns whether something is to be remembered. Repeats, notices and what was told before are not told. */
  note(finding: Finding): boolean {
    const { people, hasChannel, perHour } = this.#options;
    const place = placeOf(finding.conversation);
    if (finding.severity === 'notice' || (people.length === 0 && !hasChannel) || (place === undefined && !hasChannel)) return false;
    const key = `${finding.conversation}|${finding.rule}`;
    if (this.#told.has(key)) return false;
    this.#remember(key);
    this.#forgetOld(finding.at);
    if (this.#sentAt.length + this.#queue.length >= perHour) this.#hold(place);
    else this.#enqueue(`${finding.rule}-${finding.at}-${finding.boxId}`, finding.at, place, textOf(finding));
    return true;
  }

  /** The next notice to post, oldest first. */
  next(now: number): Notice | undefined {
    this.#forgetOld(now);
    if (this.#queue.length === 0 && this.#held > 0 && this.#sentAt.length < this.#options.perHour) this.#tellHeld(now);
    return this.#queue[0];
  }

  /** What became of it. */
  settle(notice: Notice, told: Told, now: number): void {
    const isSame = ({ id }: Notice) => id === notice.id;
    this.#queue =
      told === 'later'
        ? this.#queue.map((other) => (isSame(other) ? { ...other, isDoubtful: true } : other))
        : this.#queue.filter((other) => !isSame(other));
    if (told === 'told') this.#sentAt.push(now);
  }

  waiting(): number {
    return this.#queue.length;
  }

  #remember(key: string): void {
    this.#told.add(key);
    for (const oldest of this.#told) {
      if (this.#told.size <= MAX_TOLD) break;
      this.#told.delete(oldest);
    }
  }

  #hold(place: Notice['place']): void {
    this.#held++;
    this.#heldPlace = place ?? this.#heldPlace;
  }

  #tellHeld(now: number): void {
    const findings = this.#held === 1 ? '1 more finding was' : `${this.#held} more findings were`;
    this.#enqueue(
      `held-${now}`,
      now,
      this.#heldPlace,
      `${findings} held back, because ${this.#options.perHour} notices an hour are the limit; the boxes and the audit ledger have them`,
    );
    this.#held = 0;
    this.#heldPlace = undefined;
  }

  #enqueue(id: string, at: number, place: Notice['place'], sentence: string): void {
    const mentions = this.#options.people.map((name) => `@${name} `).join('');
    this.#queue.push({ id, at, text: `${mentions}${sentence}.`, isDoubtful: false, ...(place === undefined ? {} : { place }) });
  }

  #forgetOld(now: number): void {
    this.#sentAt = this.#sentAt.filter((at) => now - at < HOUR_MS);
  }
}

/** The names in a sentence may be an agent's choice, and a new post notifies whoever has one of its words as a name: not in a code span. */
function textOf({ rule, sentence }: Finding): string {
  return `Violation (${rule}): ${codeSpan(cut(oneLine(sentence), MAX_SENTENCE_POINTS))}`;
}
