// Notes what the boxes were asked to show and what was sent, and makes numbers of it. Decides nothing.

import history from '../floors/mattermost-5.37-history.json' with { type: 'json' };
import type { Clock } from '../../src/core/clock.ts';
import type { LogFields, Logger } from '../../src/core/log.ts';
import { quantile } from '../harness/quantile.ts';

const HOUR_MS = 3_600_000;
const ignore = (): void => undefined;
const EDIT = { attachment: 'patch attachments 1 x 1500 chars, empty message', message: 'PUT message 1500 chars' } as const;

interface Turn {
  sessionKey: string;
  beganAt: number;
  endedAt?: number;
  askedAt?: number;
  isShown: boolean;
}

/** Milliseconds, or nothing where nothing of the kind happened. */
interface Spread {
  median?: number;
  p95?: number;
  p99?: number;
  most?: number;
}

export interface Figures {
  requests: number;
  creates: number;
  edits: number;
  byReason: Record<string, number>;
  /** Of the channel with the most within any hour. */
  mostEditsInHour: number;
  mostOrdinaryEditsInHour: number;
  historyRows: number;
  historyBytes: number;
  /** Age of the oldest change that was not sent, looked at every ten seconds. */
  staleness: Spread;
  endDelay: Spread;
  waitDelay: Spread;
  /** Of the requests of each session in its time at work (Jain): 1 is fair. */
  fairness: number;
  turns: number;
  tooShort: number;
  neverShown: number;
}

export class Records {
  readonly #clock: Clock;
  readonly #turnsByBox = new Map<string, Turn>();
  readonly #requestsBySession = new Map<string, number>();
  readonly #editTimesByChannel = new Map<string, { all: number[]; ordinary: number[] }>();
  readonly #countByReason = new Map<string, number>();
  readonly #endDelays: number[] = [];
  readonly #waitDelays: number[] = [];
  readonly #ages: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The publisher logs each of its requests when it has ended. */
  log(): Logger {
    return { debug: (fields) => this.#request(fields), info: ignore, warn: ignore, error: ignore };
  }

  began(boxId: string, sessionKey: string): void {
    this.#turnsByBox.set(boxId, { sessionKey, beganAt: this.#clock.now(), isShown: false });
  }

  asked(boxId: string): void {
    this.#change(boxId, (turn) => ({ ...turn, askedAt: this.#clock.now() }));
  }

  answered(boxId: string): void {
    this.#change(boxId, ({ askedAt: _askedAt, ...turn }) => turn);
  }

  ended(boxId: string): void {
    this.#change(boxId, (turn) => ({ ...turn, endedAt: this.#clock.now() }));
  }

  looked(oldestUnsentMs: number): void {
    this.#ages.push(oldestUnsentMs);
  }

  #change(boxId: string, change: (turn: Turn) => Turn): void {
    const turn = this.#turnsByBox.get(boxId);
    if (turn !== undefined) this.#turnsByBox.set(boxId, change(turn));
  }

  #request({ box, channelId, need, reason, outcome, ms }: LogFields): void {
    const turn = this.#turnsByBox.get(String(box));
    if (turn === undefined || outcome !== 'ok') return;
    count(this.#countByReason, `${String(need)} ${String(reason)}`);
    count(this.#requestsBySession, turn.sessionKey);
    const now = this.#clock.now();
    if (need === 'edit') this.#noteEdit(String(channelId), reason === 'progress', now - Number(ms));
    if (reason === 'ended' && turn.endedAt !== undefined) this.#endDelays.push(now - turn.endedAt);
    const { askedAt, ...answered } = turn;
    const showsWait = askedAt !== undefined && now - Number(ms) >= askedAt - 1; // the log has whole milliseconds
    if (showsWait) this.#waitDelays.push(now - askedAt);
    this.#turnsByBox.set(String(box), { ...(showsWait ? answered : turn), isShown: true });
  }

  #noteEdit(channelId: string, isOrdinary: boolean, sentAt: number): void {
    const times = this.#editTimesByChannel.get(channelId) ?? { all: [], ordinary: [] };
    this.#editTimesByChannel.set(channelId, times);
    times.all.push(sentAt);
    if (isOrdinary) times.ordinary.push(sentAt);
  }

  /** `workedMs` is how long each session was at work. A turn shorter than `openAfterMs` needs no box. */
  figures(workedMs: ReadonlyMap<string, number>, openAfterMs: number, style: keyof typeof EDIT): Figures {
    const byReason = Object.fromEntries([...this.#countByReason].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    const sum = (of: string): number => Object.entries(byReason).reduce((all, [name, many]) => all + (name.startsWith(of) ? many : 0), 0);
    const turns = [...this.#turnsByBox.values()];
    const unseen = turns.filter(({ isShown }) => !isShown);
    const isShort = ({ beganAt, endedAt }: Turn): boolean => endedAt !== undefined && endedAt - beganAt < openAfterMs;
    const channels = [...this.#editTimesByChannel.values()];
    const edits = sum('edit ');
    return {
      requests: sum(''),
      creates: sum('create '),
      edits,
      byReason,
      mostEditsInHour: Math.max(0, ...channels.map(({ all }) => mostInHour(all))),
      mostOrdinaryEditsInHour: Math.max(0, ...channels.map(({ ordinary }) => mostInHour(ordinary))),
      historyRows: edits,
      historyBytes: edits * bytesPerEdit(EDIT[style]),
      staleness: spreadOf(this.#ages),
      endDelay: spreadOf(this.#endDelays),
      waitDelay: spreadOf(this.#waitDelays),
      fairness: jain([...workedMs].flatMap(([key, ms]) => (ms === 0 ? [] : [(this.#requestsBySession.get(key) ?? 0) / ms]))),
      turns: turns.length,
      tooShort: unseen.filter(isShort).length,
      neverShown: unseen.filter((turn) => !isShort(turn)).length,
    };
  }
}

function count(numbers: Map<string, number>, name: string): void {
  numbers.set(name, (numbers.get(name) ?? 0) + 1);
}

/** In any sixty minutes. */
export function mostInHour(instants: readonly number[]): number {
  const times = instants.toSorted((one, other) => one - other);
  let [first, most] = [0, 0];
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - HOUR_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** 1 where all have the same, 1 / n where one has everything. */
export function jain(shares: readonly number[]): number {
  const squares = shares.reduce((sum, share) => sum + share * share, 0);
  return squares === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) ** 2 / (shares.length * squares);
}

function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return {};
  return { median: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99), most: quantile(values, 1) };
}

function bytesPerEdit(edit: string): number {
  const row = history.storage_cost_of_one_edit.find((each) => each.edit === edit);
  if (row === undefined) throw new Error(`Nobody has measured "${edit}".`);
  return row.heap_bytes_per_edit + row.index_bytes_per_edit + row.toast_bytes_per_edit;
}
