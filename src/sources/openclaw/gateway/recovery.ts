// Catches up with what we missed: after every (re)connection, after a gap, and when an open run is silent for too long. Keeps which
// sessions are subscribed on this connection, and up to where each history was read.

import type { Clock } from '../../../core/clock.ts';
import { asList, asNumber, asRecord, type JsonRecord } from '../../../core/json-guards.ts';
import type { OpenTurn } from '../../../core/source.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { Timers } from '../../../core/timers.ts';
import type { GatewayDecoder } from './decoder.ts';
import { decodeHistory, type History, isAtWork, withRow } from './history.ts';
import { CompatibleRequests } from './compatible-requests.ts';
import type { RpcAnswer } from './requests.ts';
import { isSessionKey } from './raw-session-key.ts';
import type { Timing } from './timing.ts';
import type { Refusal } from './wire.ts';

export interface RecoveryPorts {
  decoder: GatewayDecoder;
  clock: Clock;
  timing: Timing;
  request(method: string, params: Record<string, unknown>): Promise<RpcAnswer>;
  /** The gateway refuses a request in every form, or does not have the method. */
  onRefused(method: string, refusal: Refusal): void;
}

/** What a catch-up must cover. */
interface Missed {
  /** Since when; undefined when ended turns do not matter. */
  since: number | undefined;
  wasRestarted: boolean;
}

const NOTHING: Missed = { since: undefined, wasRestarted: false };
const NEWS_MS = 15 * 60_000; // a turn that began and ended longer ago, while we were away, is no news any more
const MAX_ROWS = 200;
const MAX_MESSAGES = 50;
const MAX_KEYS = 5_000;
const AT_ONCE = 4;
const RECHECKS = 3;
/** We give up a run after this long without a sign, if its gateway says neither that it goes on nor that it has ended (2026.2). */
const SILENT_MS = 10 * 60_000;
const SILENT_REASON = 'no sign of it for ten minutes';

export class Recovery {
  readonly #ports: RecoveryPorts;
  readonly #subscribed = new Map<string, true>();
  readonly #cursorsByKey = new Map<string, string>();
  /** Up to where an earlier process had read each session with an open turn. Dropped after the session's first history. */
  readonly #restoredSinceByKey = new Map<string, number>();
  readonly #requests: CompatibleRequests;
  /** The newest list of rows, for histories without a row. */
  #listed: { rows: Promise<JsonRecord[]>; at: number } | undefined;
  readonly #busyKeys = new Set<string>();
  readonly #timers: Timers;
  #generation = 0;
  /** Kept until a catch-up finishes: an interrupted one leaves it to the next. */
  #missed = NOTHING;

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
    this.#timers = new Timers(ports.clock);
    this.#requests = new CompatibleRequests(ports);
  }

  /** Takes over a turn that was open when an earlier process ended. */
  restore({ sessionKey, runIds, since }: OpenTurn): void {
    this.#ports.decoder.runs.restore(sessionKey, runIds);
    this.#restoredSinceByKey.set(sessionKey, since);
  }

  /**
   * Call for a new connection. Subscribes to everything, and catches up with running turns and with what happened since `missedSince`.
   * The first connection has no such instant: we do not emit what ended before.
   */
  connected(restartSeen: boolean, missedSince?: number): Promise<void> {
    this.#requests.reset();
    return this.#lookAround(restartSeen, missedSince);
  }

  /** Frames were dropped: reads again what runs or has run since. */
  resync(since: number): Promise<void> {
    return this.#lookAround(false, since);
  }

  async #lookAround(restartSeen: boolean, missedSince: number | undefined): Promise<void> {
    const generation = ++this.#generation;
    this.#missed = combined(this.#missed, { since: missedSince, wasRestarted: restartSeen });
    const { since, wasRestarted } = this.#missed;
    // Live events cover what begins during the catch-up.
    const open = this.#ports.decoder.runs.liveKeys();
    this.#subscribed.clear();
    this.#busyKeys.clear();
    this.#listed = undefined;
    const lately = since === undefined ? undefined : Math.max(since, this.#ports.clock.now() - NEWS_MS);
    const active = await this.#payload('sessions.subscribe', { activeOnly: true, limit: MAX_ROWS });
    const changed = lately === undefined ? undefined : await this.#payload('sessions.list', this.#changedSince(lately));
    const rows = [...(await this.#atWork(active)), ...rowsOf(changed)];
    for (const row of rows) this.#ports.decoder.row(row);
    const keys = rows.map((row) => row['key']).filter(isSessionKey);
    const sinceByKey = new Map(keys.map((key) => [key, lately]));
    for (const key of open) sinceByKey.set(key, since);
    if (generation === this.#generation) await this.#catchUp(sinceByKey, wasRestarted);
    if (generation === this.#generation) this.#missed = NOTHING;
  }

  /** The sessions at work. Some versions send them with the subscription, others only in their list, those without subscriptions not at all. */
  async #atWork(subscription: JsonRecord | undefined): Promise<JsonRecord[]> {
    if (subscription === undefined) return [];
    const list = asRecord(subscription['list']);
    return list === undefined ? (await this.#list()).filter(isAtWork) : rowsOf(list);
  }

  /** All current rows, with one request for many sessions. */
  #list(): Promise<JsonRecord[]> {
    const now = this.#ports.clock.now();
    if (this.#listed === undefined || now - this.#listed.at >= this.#ports.timing.recheckMs / 2)
      this.#listed = { rows: this.#payload('sessions.list', { limit: MAX_ROWS }).then(rowsOf), at: now };
    return this.#listed.rows;
  }

  #changedSince(since: number): Record<string, unknown> {
    return { activeMinutes: Math.ceil((this.#ports.clock.now() - since) / 60_000), limit: MAX_ROWS };
  }

  disconnected(): void {
    this.#generation += 1;
    this.#timers.cancelAll();
  }

  /** Call at every sign of a session: subscriptions are per session and end with the connection. */
  subscribe(rawKey: string): void {
    if (this.#subscribed.has(rawKey)) return;
    setBounded(this.#subscribed, rawKey, true, MAX_KEYS);
    void this.#payload('sessions.messages.subscribe', { key: rawKey });
  }

  /** Asks about open runs that have been silent for long. */
  async checkQuiet(now: number): Promise<void> {
    const { decoder, timing } = this.#ports;
    const quiet = decoder.runs.openRuns().filter((run) => now - Math.max(run.seenAt, run.askedAt) >= timing.quietMs);
    for (const run of quiet) run.askedAt = now;
    await this.#catchUp(new Map(quiet.map((run) => [run.rawKey, run.seenAt])), false);
  }

  /** Asks when a run tries again. */
  async askRetry(rawKey: string): Promise<void> {
    const answer = await this.#requests.ask('chat.history', { sessionKey: rawKey, limit: 1 });
    if (answer.kind === 'ok') this.#ports.decoder.retry(rawKey, decodeHistory(answer.payload, this.#ports.clock.now()));
  }

  /** Asks whether a run at work was stopped, which only its row says. */
  async askRow(rawKey: string): Promise<void> {
    const { decoder, clock } = this.#ports;
    const row = (await this.#list()).find(({ key }) => key === rawKey);
    decoder.runs.setStoppedByRow(rawKey, row?.['abortedLastRun'] === true, asNumber(row?.['updatedAt']) ?? clock.now());
  }

  /** Asks what tools have answered of which only the end is known. */
  async askResults(rawKey: string): Promise<void> {
    const answer = await this.#requests.ask('chat.history', { sessionKey: rawKey, limit: MAX_MESSAGES });
    if (answer.kind === 'ok') this.#ports.decoder.results(rawKey, decodeHistory(answer.payload, this.#ports.clock.now()));
  }

  async #catchUp(sinceByKey: ReadonlyMap<string, number | undefined>, wasRestarted: boolean): Promise<void> {
    const todo = [...sinceByKey];
    const worker = async (): Promise<void> => {
      for (let next = todo.shift(); next !== undefined; next = todo.shift())
        await this.#catchUpOne(next[0], next[1], wasRestarted, RECHECKS);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async #catchUpOne(rawKey: string, since: number | undefined, wasRestarted: boolean, rechecks: number): Promise<void> {
    if (this.#busyKeys.has(rawKey)) return;
    this.#busyKeys.add(rawKey);
    this.subscribe(rawKey);
    const history = await this.#history(rawKey);
    this.#busyKeys.delete(rawKey);
    if (history === 'refused') {
      this.#ports.decoder.giveUp(rawKey, wasRestarted);
      return this.#giveUpSilent(rawKey);
    }
    if (history === undefined) return;
    this.#ports.decoder.history(rawKey, history, this.#restoredSinceByKey.get(rawKey) ?? since);
    this.#restoredSinceByKey.delete(rawKey);
    if (this.#ports.decoder.settle(rawKey, history, wasRestarted)) return;
    // Rows lag behind by a second or two; after that we trust them.
    if (rechecks > 0)
      this.#timers.after(this.#ports.timing.recheckMs, () => void this.#catchUpOne(rawKey, since, wasRestarted, rechecks - 1));
    else if (!this.#ports.decoder.settle(rawKey, history, wasRestarted, true)) this.#giveUpSilent(rawKey);
  }

  #giveUpSilent(rawKey: string): void {
    const { decoder, clock } = this.#ports;
    const reason = this.#requests.lacks('sessions.subscribe') ? `${SILENT_REASON}; this gateway does not tell of /stop` : SILENT_REASON;
    for (const run of decoder.runs.openRunsOf(rawKey))
      if (clock.now() - run.seenAt >= SILENT_MS) decoder.runs.ended(run.runId, 'lost', clock.now(), reason);
  }

  /** `refused`: the gateway answers, but has no history of that session. */
  async #history(rawKey: string): Promise<History | 'refused' | undefined> {
    const cursor = this.#cursorsByKey.get(rawKey);
    const since = cursor === undefined ? 'refused' : await this.#askHistory(rawKey, { cursor });
    if (since === undefined || (since !== 'refused' && !since.isReset)) return since;
    this.#cursorsByKey.delete(rawKey);
    return this.#askHistory(rawKey, { limit: MAX_MESSAGES });
  }

  async #askHistory(rawKey: string, range: Record<string, unknown>): Promise<History | 'refused' | undefined> {
    const generation = this.#generation;
    const answer = await this.#requests.ask('chat.history', { sessionKey: rawKey, ...range });
    if (generation !== this.#generation || answer.kind === 'none') return undefined;
    if (answer.kind === 'refused') return 'refused';
    const history = decodeHistory(answer.payload, this.#ports.clock.now());
    if (history.cursor !== undefined) setBounded(this.#cursorsByKey, rawKey, history.cursor, MAX_KEYS);
    return this.#withItsRow(rawKey, history);
  }

  /** Up to 2026.5 a history has no row. */
  async #withItsRow(rawKey: string, history: History): Promise<History | undefined> {
    if (Object.keys(history.row).length > 0) return history;
    const generation = this.#generation;
    const row = (await this.#list()).find(({ key }) => key === rawKey);
    if (generation !== this.#generation) return undefined;
    return row === undefined ? history : withRow(history, row);
  }

  async #payload(method: string, params: Record<string, unknown>): Promise<JsonRecord | undefined> {
    const answer = await this.#requests.ask(method, params);
    return answer.kind === 'ok' ? answer.payload : undefined;
  }
}

function combined(before: Missed, now: Missed): Missed {
  const instants = [before.since, now.since].filter((since) => since !== undefined);
  return {
    since: instants.length === 0 ? undefined : Math.min(...instants),
    wasRestarted: before.wasRestarted || now.wasRestarted,
  };
}

function rowsOf(list: JsonRecord | undefined): JsonRecord[] {
  return asList(list?.['sessions'])
    .map(asRecord)
    .filter((row) => row !== undefined);
}
