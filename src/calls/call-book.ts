// Holds the calls: which there are, how they turned out, and how many an hour allows. Knows neither the turns nor the chat server.
//
// A call is on disk before its post is created, and is known for a day after it. So neither a crash nor a wait that is told again calls
// anybody twice.

import { ownName, tellerOf } from '../core/told-name.ts';
import { fingerprint } from '../core/turn.ts';
import { type Address, type CallRecord, decodeRecord, isSettled, shifted, withdrawn, withOutcome, withShown } from './call-record.ts';
import { heldWords, WITHDRAWN } from './call-words.ts';

/** Where calls are kept. On disk when `put` returns, unless the disk fails; `undefined` deletes. */
export interface CallRows {
  rows(): readonly { key: string; value: unknown }[];
  put(key: string, value: unknown): void;
}

export interface CallBookOptions {
  rows: CallRows;
  perHour: number;
  /** What began before may have been called for by an earlier process of which nothing is stored. */
  startedAt: number;
}

/** What somebody should be called for. */
export type NewCall = Pick<CallRecord, 'kind' | 'boxId' | 'wait' | 'end' | 'isPrivate' | 'asker' | 'place' | 'words'> & {
  name: string;
  since: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_KEPT = 2_000;
const MAX_HELD_PLACES = 50;
const ROW = 'call '; // prefix of the key of each call
const CAP = 'calls of this hour'; // the key of that row

interface Cap {
  sentAt: number[];
  held: { place: CallRecord['place']; count: number }[];
}

export class CallBook {
  readonly #options: CallBookOptions;
  readonly #recordsById = new Map<string, CallRecord>();
  #cap: Cap = { sentAt: [], held: [] };

  constructor(options: CallBookOptions) {
    this.#options = options;
    for (const { key, value } of options.rows.rows()) {
      if (key === CAP) this.#cap = decodeCap(value);
      if (key.startsWith(ROW)) for (const record of decodeRecord(value)) this.#recordsById.set(record.id, record);
    }
  }

  /** A call for something that has none yet. */
  add({ name, since, ...call }: NewCall, now: number): void {
    const { perHour, startedAt } = this.#options;
    const id = idOf(call.kind, name);
    if (perHour === 0 || this.#recordsById.has(id)) return;
    const isRoom = this.#sentLately(now) + this.#underWay() < perHour;
    if (!isRoom) this.#hold(call.place);
    const gateway = tellerOf(call.boxId);
    const own = gateway === undefined ? {} : { ownId: idOf(call.kind, ownName(name, gateway)) };
    this.#put({ ...call, id, ...own, at: now, phase: isRoom ? (since < startedAt ? 'sent' : 'wanted') : 'held' });
    this.#forgetOld(now);
  }

  /** The newest call about that wait, if it is the same wait and not a later one of that name. */
  ofWait(key: string, wait: { since: number; until?: number | undefined }): CallRecord | undefined {
    const newest = [...this.#recordsById.values()].findLast((record) => record.wait?.key === key);
    if (newest?.wait === undefined || newest.overAt === undefined) return newest;
    const isSame = wait.until === undefined ? wait.since < newest.overAt : wait.until === newest.wait.until;
    return isSame ? newest : undefined;
  }

  ofEnd(kind: 'failed' | 'done', boxId: string): CallRecord | undefined {
    return this.#recordsById.get(idOf(kind, boxId));
  }

  /** The calls about waits of that box which are not over. */
  openWaits(boxId: string): CallRecord[] {
    return [...this.#recordsById.values()].filter((record) => isFollowed(record) && record.boxId === boxId);
  }

  /** The call about that wait, while it is not over. */
  followed(key: string): CallRecord | undefined {
    return [...this.#recordsById.values()].find((record) => isFollowed(record) && record.wait?.key === key);
  }

  /** How it turned out; `undefined`: that is open again. */
  turnedOut({ id }: CallRecord, outcome: string | undefined, overAt?: number): void {
    const record = this.#recordsById.get(id);
    if (record === undefined || record.isWithdrawn === true || record.outcome === outcome) return;
    this.#put(withOutcome(record, outcome, overAt));
  }

  /** Whether a call says something of that box. */
  tellsOf(boxId: string): boolean {
    return this.#toldOf(boxId).length > 0;
  }

  /** That box is not shown where it was any more: its calls say no more than the name. */
  withdraw(boxId: string, name: string, now: number): void {
    for (const record of this.#toldOf(boxId)) this.#put(withdrawn(record, { name, outcome: WITHDRAWN, now }));
  }

  #toldOf(boxId: string): CallRecord[] {
    return [...this.#recordsById.values()].filter((record) => record.boxId === boxId && record.isWithdrawn !== true);
  }

  /** What is to be sent next: first creates, since somebody waits for those; of each the oldest first. `isHeldUp`: not now. */
  next(now: number, isHeldUp: (id: string) => boolean): CallRecord | undefined {
    this.#forgetOld(now);
    this.#callForHeld(now);
    const open = [...this.#recordsById.values()].filter((record) => !isSettled(record) && !isHeldUp(record.id));
    return open.find(({ phase }) => phase !== 'posted') ?? open[0];
  }

  /** A create is about to be sent. */
  sending({ id }: CallRecord, address: Address, now: number): void {
    this.#change(id, (record) => ({ ...record, phase: 'sent', address, sentAt: now }));
  }

  posted({ id }: CallRecord, postId: string, address: Address, now: number): void {
    this.#cap.sentAt.push(now);
    this.#options.rows.put(CAP, this.#cap);
    this.#change(id, (record) => withShown({ ...record, phase: 'posted', postId, address }, undefined));
  }

  /** Its post says that outcome, or nothing can be written to it any more. */
  shown({ id }: CallRecord, outcome: string | undefined): void {
    this.#change(id, (record) => withShown(record, outcome));
  }

  /** It is not posted. One that was never sent is forgotten, and may be added again. */
  drop({ id, phase }: CallRecord): void {
    if (phase === 'wanted') this.#forget(id);
    else this.#change(id, (record) => ({ ...record, phase: 'dropped' }));
  }

  /** Nobody can be called: it is not added again. */
  giveUp({ id }: CallRecord): void {
    this.#change(id, (record) => ({ ...record, phase: 'dropped' }));
  }

  /** It was refused. One that was to go to another channel goes where its box is instead; false for others. */
  sendHome({ id }: CallRecord): boolean {
    if (this.#recordsById.get(id)?.address?.pointer === undefined) return false;
    this.#change(id, ({ address: _refused, ...record }) => ({ ...record, phase: 'wanted', isHome: true }));
    return true;
  }

  shift(byMs: number): void {
    this.#cap = { ...this.#cap, sentAt: this.#cap.sentAt.map((at) => at + byMs) };
    for (const record of this.#recordsById.values()) if (isFollowed(record)) this.#put(shifted(record, byMs));
  }

  /** When there is something to send though nothing happens (wall clock). */
  dueAt(): number {
    return this.#cap.held.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...this.#cap.sentAt) + HOUR_MS;
  }

  #sentLately(now: number): number {
    return this.#cap.sentAt.filter((at) => now - at < HOUR_MS).length;
  }

  #underWay(): number {
    return [...this.#recordsById.values()].filter(({ phase }) => phase === 'wanted' || phase === 'sent').length;
  }

  #hold(place: CallRecord['place']): void {
    const { held } = this.#cap;
    const known = held.find((other) => other.place.channelId === place.channelId);
    if (known !== undefined) known.count += 1;
    else if (held.length < MAX_HELD_PLACES) held.push({ place: { channelId: place.channelId }, count: 1 });
    this.#options.rows.put(CAP, this.#cap);
  }

  /** One line for each channel, as soon as there is room for it. */
  #callForHeld(now: number): void {
    const { perHour } = this.#options;
    const [held] = this.#cap.held;
    if (held === undefined || this.#sentLately(now) + this.#underWay() >= perHour) return;
    this.#cap = { ...this.#cap, held: this.#cap.held.slice(1) };
    const id = fingerprint(`held ${held.place.channelId} ${now}`);
    this.#put({ id, kind: 'held', boxId: '', at: now, place: held.place, words: heldWords(held.count, perHour), phase: 'wanted' });
    this.#options.rows.put(CAP, this.#cap);
  }

  #forgetOld(now: number): void {
    const sentAt = this.#cap.sentAt.filter((at) => now - at < HOUR_MS);
    if (sentAt.length < this.#cap.sentAt.length) this.#options.rows.put(CAP, (this.#cap = { ...this.#cap, sentAt }));
    let surplus = this.#recordsById.size - MAX_KEPT;
    for (const record of this.#recordsById.values()) {
      const isOld = now - record.at > DAY_MS && !isFollowed(record);
      const isSurplus = surplus > 0 && isSettled(record) && (record.phase === 'held' || !isFollowed(record));
      if (!isOld && !isSurplus) continue;
      surplus -= 1;
      this.#forget(record.id);
    }
  }

  #forget(id: string): void {
    this.#recordsById.delete(id);
    this.#options.rows.put(ROW + id, undefined);
  }

  #change(id: string, change: (record: CallRecord) => CallRecord): void {
    const record = this.#recordsById.get(id);
    if (record !== undefined) this.#put(change(record));
  }

  #put(record: CallRecord): void {
    this.#recordsById.set(record.id, record);
    this.#options.rows.put(ROW + record.id, record);
  }
}

/** `name` begins with the box. */
function idOf(kind: CallRecord['kind'], name: string): string {
  return fingerprint(`${kind} ${name}`);
}

/** Whether it is about a wait that is not over. */
function isFollowed({ wait, overAt }: CallRecord): boolean {
  return wait !== undefined && overAt === undefined;
}

function decodeCap(value: unknown): Cap {
  const { sentAt, held } = (value ?? {}) as Partial<Cap>;
  return { sentAt: Array.isArray(sentAt) ? sentAt : [], held: Array.isArray(held) ? held : [] };
}
