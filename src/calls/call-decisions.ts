// Decides who is called: follows waits and ends of the turns that the watch shows, and tells the book. Sends nothing itself.

import { setBounded } from '../core/bounded-map.ts';
import type { Change } from '../core/fold.ts';
import { homeOf, isPublic } from '../core/home.ts';
import type { TurnTree } from '../core/session.ts';
import type { Target } from '../core/sink.ts';
import { endedWaits } from '../core/waiting.ts';
import { codeSpan } from '../text/neutralise.ts';
import type { CallBook, NewCall } from './call-book.ts';
import type { CallRecord } from './call-record.ts';
import { endOutcome, endWords, GOES_ON, waitOutcome, waitWords } from './call-words.ts';
import { type CallLimits, endingOf, type OpenWait, openWaitsOf, waitKey } from './occasions.ts';
import type { Sight, TurnObserver } from './turn-watch.ts';

export interface CallsPorts {
  book: CallBook;
  redact(text: string): string;
  /** Whether that box was somewhere and does not belong there any more. */
  isWithdrawn(boxId: string): boolean;
  /** Something may be to be sent. Returns at once. */
  send(): void;
}

export interface CallsOptions extends CallLimits {
  /** Since when ends call: those of before are no news. */
  sinceAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const PLACE_MS = 2_000; // a box gets its place within this time, or a person has to do something first
const LEAVES_MS = 60_000; // one that loses its place has another by then, or is withdrawn
const MAX_UNPLACED = 1_000;

export class Calls implements TurnObserver {
  readonly #ports: CallsPorts;
  readonly #options: CallsOptions;
  /** Since when boxes that calls tell of have no place. */
  readonly #unplacedSinceByBox = new Map<string, number>();

  constructor(ports: CallsPorts, options: CallsOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  heard(change: Change): void {
    const { book } = this.#ports;
    for (const wait of endedWaits(change)) {
      const call = book.followed(waitKey(wait));
      if (call?.wait !== undefined) book.turnedOut(call, waitOutcome(wait.outcome, wait.by, wait.at - call.wait.since), wait.at);
    }
    this.#learnWho(change);
  }

  /** The end of a wait is told once more by somebody who knows who answered. */
  #learnWho({ event, after }: Change): void {
    if (event.type !== 'waiting_ended' || event.by === undefined || event.outcome === undefined) return;
    const { book } = this.#ports;
    for (const { boxId } of after.turns) {
      const call = book.ofWait(waitKey({ boxId, waitId: event.waitId }), { since: Number.NEGATIVE_INFINITY });
      if (call?.wait === undefined || call.overAt === undefined) continue;
      book.turnedOut(call, waitOutcome(event.outcome, event.by, call.overAt - call.wait.since), call.overAt);
    }
  }

  see({ tree, place, now }: Sight): number {
    if (this.#ports.isWithdrawn(tree.turn.boxId)) return this.#withdraw(tree, now);
    if (tree.status.state === 'interrupted') return this.#seePlace({ tree, place, now }); // the watch ends, not the turn
    const waits = openWaitsOf(tree, now);
    this.#closeOthers(tree.turn.boxId, waits, now);
    this.#tellEnds(tree);
    const wanted = [...waits.map((open) => this.#seeWait(open, { tree, place, now })), this.#seeEnd({ tree, place, now })];
    return Math.min(...wanted, this.#seePlace({ tree, place, now }));
  }

  /** A box that has lost its place may be about to be withdrawn. */
  #seePlace({ tree: { turn }, place, now }: Sight): number {
    const { boxId } = turn;
    if (place !== undefined || !this.#ports.book.tellsOf(boxId)) {
      this.#unplacedSinceByBox.delete(boxId);
      return NEVER;
    }
    const since = this.#unplacedSinceByBox.get(boxId) ?? now;
    setBounded(this.#unplacedSinceByBox, boxId, since, MAX_UNPLACED);
    return now - since < LEAVES_MS ? now + PLACE_MS : NEVER;
  }

  #withdraw({ turn: { boxId }, session: { agentId } }: TurnTree, now: number): number {
    const { book, redact } = this.#ports;
    this.#unplacedSinceByBox.delete(boxId);
    book.withdraw(boxId, codeSpan(redact(agentId)), now);
    return NEVER;
  }

  /** Waits of which nobody said that they ended. */
  #closeOthers(boxId: string, waits: readonly OpenWait[], now: number): void {
    const { book } = this.#ports;
    for (const call of book.openWaits(boxId)) {
      if (call.wait === undefined || waits.some(({ key }) => key === call.wait?.key)) continue;
      const isExpired = call.wait.until !== undefined && now >= call.wait.until;
      book.turnedOut(call, waitOutcome(isExpired ? 'expired' : 'ended', undefined, now - call.wait.since), now);
    }
  }

  #seeWait(open: OpenWait, { tree, place, now }: Sight): number {
    const { book, redact } = this.#ports;
    const { key, wait, callsAt } = open;
    const { since, until } = wait;
    const expiresAt = until ?? NEVER;
    const known = book.ofWait(key, wait);
    if (known?.overAt !== undefined) book.turnedOut(known, undefined); // it was told as over, and goes on
    if (known !== undefined) return expiresAt;
    if (now < callsAt) return Math.min(callsAt, expiresAt);
    if (place === undefined) return Math.min(now + PLACE_MS, expiresAt);
    const followed = { key, since, ...(until === undefined ? {} : { until }) };
    const words = waitWords(tree, wait, { now, redact });
    this.#add({ kind: 'wait', name: `${key} ${since}`, since, wait: followed, words }, tree, place, now);
    return expiresAt;
  }

  #seeEnd({ tree, place, now }: Sight): number {
    const ending = endingOf(tree, this.#options, now);
    const endedAt = tree.status.endedAt ?? tree.turn.lastEventAt;
    if (ending === undefined || endedAt < this.#options.sinceAt) return NEVER;
    const { boxId } = tree.turn;
    if (this.#ports.book.ofEnd(ending.kind, boxId) !== undefined) return NEVER;
    if (now < ending.callsAt) return ending.callsAt;
    if (place === undefined) return now + PLACE_MS;
    const words = endWords(tree, tree.status, this.#ports.redact);
    this.#add({ kind: ending.kind, name: boxId, since: endedAt, words }, tree, place, now);
    return NEVER;
  }

  /** What became of a turn that somebody was called for. */
  #tellEnds(tree: Sight['tree']): void {
    const { book } = this.#ports;
    for (const kind of ['failed', 'done'] as const) {
      const call = book.ofEnd(kind, tree.turn.boxId);
      if (call !== undefined) book.turnedOut(call, this.#outcomeOf(call, tree));
    }
  }

  #outcomeOf({ end }: CallRecord, tree: Sight['tree']): string | undefined {
    if (!tree.status.final) return GOES_ON;
    const outcome = endOutcome(tree, tree.status);
    return outcome === end ? undefined : outcome;
  }

  #add(call: Pick<NewCall, 'kind' | 'name' | 'since' | 'wait' | 'words'>, tree: Sight['tree'], place: Target, now: number): void {
    const asker = askerOf(tree);
    const end = call.kind === 'wait' ? {} : { end: endOutcome(tree, tree.status) };
    const { boxId } = tree.turn;
    const reader = { ...(asker === undefined ? {} : { asker }), ...(isPrivate(tree) ? { isPrivate: true as const } : {}) };
    this.#ports.book.add({ ...call, boxId, place, ...end, ...reader }, now);
  }

  shiftClock(byMs: number): void {
    this.#ports.book.shift(byMs);
  }

  tick(): number {
    this.#ports.send();
    return NEVER;
  }
}

function askerOf({ turn: { trigger } }: TurnTree): string | undefined {
  return trigger.kind === 'person' ? trigger.userId : undefined;
}

/** Whether one person, or nobody knows who, reads the conversation. Who reads that of a coding agent is said by its route. */
function isPrivate({ session, turn: { route, trigger } }: TurnTree): boolean {
  if (session.address !== undefined) return false;
  const home = homeOf({ trigger, ...(route === undefined ? {} : { route }) });
  return home === undefined || home.kind === 'direct' || (home.kind === 'elsewhere' && !isPublic(home.audience));
}
