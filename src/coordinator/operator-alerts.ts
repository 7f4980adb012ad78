// Makes alerts of violations: one per conversation and rule, and a limited number per hour. Knows no chat server.

import { addBounded } from '../core/bounded-map.ts';
import { codeSpan } from '../text/neutralise.ts';
import { cut, oneLine } from '../text/text.ts';
import { placeOf } from './actor.ts';
import type { Finding } from './rules/rule.ts';

/** A short post for the operators. `text` is safe Markdown; its only mentions are the configured people. */
export interface Alert {
  id: string;
  at: number;
  /** The conversation's channel and thread; absent for what has none. */
  place?: { channelId: string; rootId?: string };
  text: string;
  /** An earlier attempt may have posted it. */
  isDoubtful: boolean;
}

/** `later`: the server is not reachable now; `never`: it refuses this alert. */
export type AlertOutcome = 'posted' | 'later' | 'never';

export interface OperatorAlertsOptions {
  /** User names without `@`. */
  people: readonly string[];
  /** Whether there is a channel for alerts without a conversation, and for alerts that mention nobody. */
  hasChannel: boolean;
  perHour: number;
  /** Called when there is something to store. */
  changed(): void;
}

/** Plain data for the checkpoint. */
export interface StoredOperators {
  /** The conversations and rules that have had their alert; the name is older than the word. */
  told: string[];
  sentAt: number[];
  held: number;
  heldPlace?: { channelId: string; rootId?: string };
  queue: Alert[];
}

const HOUR_MS = 3_600_000;
const MAX_ALERTED = 5_000;
const MAX_SENTENCE_POINTS = 200;

export class OperatorAlerts {
  readonly #options: OperatorAlertsOptions;
  readonly #alerted: Set<string>;
  #sentAt: number[];
  #held: number;
  #heldPlace: Alert['place'];
  #queue: Alert[];
  /** The alerts that the checkpoint has. Only these are posted, so that a crash neither loses nor repeats one. */
  #safeIds = new Set<string>();

  constructor(options: OperatorAlertsOptions, stored: StoredOperators | undefined) {
    this.#options = options;
    this.#alerted = new Set(stored?.told);
    this.#sentAt = [...(stored?.sentAt ?? [])];
    this.#held = stored?.held ?? 0;
    this.#heldPlace = stored?.heldPlace;
    this.#queue = (stored?.queue ?? []).map((alert) => ({ ...alert, isDoubtful: true }));
    this.markSafe();
  }

  stored(): StoredOperators {
    const place = this.#heldPlace === undefined ? {} : { heldPlace: this.#heldPlace };
    return { told: [...this.#alerted], sentAt: this.#sentAt, held: this.#held, queue: this.#queue, ...place };
  }

  /** All alerts added so far are in the checkpoint. */
  markSafe(): void {
    this.#safeIds = new Set(this.#queue.map(({ id }) => id));
  }

  /** Adds an alert for a violation, unless its conversation and rule have had one. */
  add(finding: Finding): void {
    const { people, hasChannel, perHour } = this.#options;
    const place = placeOf(finding.conversation);
    if (finding.severity === 'remark' || (people.length === 0 && !hasChannel) || (place === undefined && !hasChannel)) return;
    const key = `${finding.conversation}|${finding.rule}`;
    if (this.#alerted.has(key)) return;
    addBounded(this.#alerted, key, MAX_ALERTED);
    this.#forgetOld(finding.at);
    if (this.#sentAt.length + this.#queue.length >= perHour) this.#hold(place);
    else this.#enqueue(`${finding.rule}-${finding.at}-${finding.boxId}`, finding.at, place, textOf(finding));
    this.#options.changed();
  }

  /** The next alert to post, oldest first; none while it is not safe. */
  next(now: number): Alert | undefined {
    this.#forgetOld(now);
    if (this.#queue.length === 0 && this.#held > 0 && this.#sentAt.length < this.#options.perHour) this.#enqueueHeld(now);
    const [oldest] = this.#queue;
    return oldest !== undefined && this.#safeIds.has(oldest.id) ? oldest : undefined;
  }

  /** Takes the outcome of an attempt to post an alert. */
  settle(alert: Alert, outcome: AlertOutcome, now: number): void {
    const isSame = ({ id }: Alert) => id === alert.id;
    this.#queue =
      outcome === 'later'
        ? this.#queue.map((other) => (isSame(other) ? { ...other, isDoubtful: true } : other))
        : this.#queue.filter((other) => !isSame(other));
    if (outcome === 'posted') this.#sentAt.push(now);
    if (outcome !== 'later') this.#options.changed();
  }

  waiting(): number {
    return this.#queue.length;
  }

  #hold(place: Alert['place']): void {
    this.#held++;
    this.#heldPlace = place ?? this.#heldPlace;
  }

  #enqueueHeld(now: number): void {
    const findings = this.#held === 1 ? '1 more finding was' : `${this.#held} more findings were`;
    this.#enqueue(
      `held-${now}`,
      now,
      this.#heldPlace,
      `${findings} held back, because ${this.#options.perHour} alerts an hour are the limit; the boxes and the audit ledger have them`,
    );
    this.#held = 0;
    this.#heldPlace = undefined;
    this.#options.changed();
  }

  #enqueue(id: string, at: number, place: Alert['place'], sentence: string): void {
    const mentions = this.#options.people.map((name) => `@${name} `).join('');
    this.#queue.push({ id, at, text: `${mentions}${sentence}.`, isDoubtful: false, ...(place === undefined ? {} : { place }) });
  }

  #forgetOld(now: number): void {
    this.#sentAt = this.#sentAt.filter((at) => now - at < HOUR_MS);
  }
}

/** Agents may choose the names in a sentence, and a new post notifies people whose name is in it. A code span notifies nobody. */
function textOf({ rule, sentence }: Finding): string {
  return `Violation (${rule}): ${codeSpan(cut(oneLine(sentence), MAX_SENTENCE_POINTS))}`;
}
