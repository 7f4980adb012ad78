// The rows of the active publisher, on the bus. A run claims them, reads them whole, and writes each with compare-and-set, so that it notices when
// another run goes on in its place. Owns which revision of a row is known; knows nothing of what rows mean.

import { jetstream, JetStreamApiCodes, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import { isRecord, parseJson } from '../core/json-guards.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import { wait } from '../core/wait.ts';
import { keySubject, POSTS_BUCKET } from './buckets.ts';

export interface RunRowsPorts {
  clock: Clock;
  connection: NatsConnection;
  /** The chat server that the rows are about. */
  server: string;
  /** Who runs, for people. */
  name: string;
  /** Whether the next run will write such a row: then it is claimed at the start. */
  isOpen(kind: string, value: unknown): boolean;
  log: Logger;
  /** Another run has begun. Called once; nothing is written from then on. */
  onReplaced(because: string): void;
}

export interface RunRow {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
}

/** Who runs, as everybody may read it. */
export interface RunClaim {
  readonly name: string;
  /** Wall clock, but later than that of every run before. */
  readonly at: number;
  /** When the first run of all began. */
  readonly since: number;
}

/** What stands in a row on the bus: `epoch` is the run that wrote it. */
interface StoredRow extends RunRow {
  readonly epoch: number;
}

const RETRY_MS = 250;
const TIMEOUT_MS = 2_000;
const GONE_FOR = '1h'; // an earlier run that is still at work finds the row deleted, not missing
const MOST_CLAIMS = 10; // candidates that begin at the same moment

export class RunRows {
  readonly #ports: RunRowsPorts;
  readonly #js: JetStreamClient;
  readonly #kv: KV;
  readonly #rowsByKey = new Map<string, RunRow>();
  readonly #revisionsByKey = new Map<string, number>();
  readonly #dirtyKeys = new Set<string>();
  readonly #writesByKey = new Map<string, Promise<void>>();
  readonly #timers: Timers;
  readonly #stop = new AbortController();
  #claim: RunClaim = { name: '', at: 0, since: 0 };
  #epoch = 0;
  #confirming: Promise<void> | undefined;
  #isOpening = true;
  #replacedBecause: string | undefined;
  /** Why the newest write was not kept, while that is so. */
  #problem: string | undefined;
  readonly #repeats: RepeatLog;

  private constructor(ports: RunRowsPorts, kv: KV) {
    this.#ports = ports;
    this.#js = jetstream(ports.connection);
    this.#kv = kv;
    this.#timers = new Timers(ports.clock);
    this.#repeats = createRepeatLog(ports.log, ports.clock);
  }

  /**
   * Begins a run: from here on no earlier one can write a row that is still needed. Throws what the bus refuses, and when `signal` is
   * aborted: a bus that is lost meanwhile answers nothing any more.
   */
  static async open(ports: RunRowsPorts, signal?: AbortSignal): Promise<RunRows> {
    const rows = new RunRows(ports, await new Kvm(ports.connection).open(POSTS_BUCKET));
    const ended = Promise.withResolvers<never>();
    const giveUp = (): void => {
      rows.#stop.abort();
      ended.reject(new Error('it may not be active any more'));
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    try {
      await Promise.race([ended.promise, rows.#open()]);
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    return rows;
  }

  async #open(): Promise<void> {
    const { server, isOpen } = this.#ports;
    await this.#begin();
    for await (const entry of await this.#kv.history({ key: `${server}.row.>` })) this.#restore(entry);
    for (const [key, { kind, value }] of this.#rowsByKey) if (isOpen(kind, value)) this.#write(key);
    await this.settled();
    this.#isOpening = false;
  }

  /** The run that has them now, if any. */
  static async claimOn(connection: NatsConnection, server: string): Promise<RunClaim | undefined> {
    const kv = await new Kvm(connection).open(POSTS_BUCKET);
    return claimIn(await kv.get(claimKey(server)));
  }

  get claim(): RunClaim {
    return this.#claim;
  }

  /** Why rows are not kept, for people; `undefined` while they are. */
  get problem(): string | undefined {
    return this.#problem;
  }

  ofKind(kind: string): RunRow[] {
    return [...this.#rowsByKey.values()].filter((row) => row.kind === kind);
  }

  /** `undefined` deletes the row. On the bus soon: `settled` says when. */
  put({ kind, name, value }: RunRow): void {
    const key = this.#keyOf(kind, name);
    if (value === undefined) this.#rowsByKey.delete(key);
    else this.#rowsByKey.set(key, { kind, name, value });
    this.#write(key);
  }

  /** Resolves when all that was put so far is on the bus. Rejects when another run has begun, or this one is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#writesByKey.values());
    if (this.#stop.signal.aborted) throw new Error(this.#replacedBecause ?? 'the run is over');
  }

  /** Resolves when no other run had begun after this was called. Whoever calls while another call waits shares the next answer. */
  async confirm(): Promise<void> {
    await this.#confirming?.catch(() => undefined);
    this.#confirming ??= this.#renew().finally(() => (this.#confirming = undefined));
    await this.#confirming;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#timers.stop();
  }

  async #begin(): Promise<void> {
    const key = claimKey(this.#ports.server);
    for (let attempt = 1; ; attempt++) {
      const before = await this.#kv.get(key);
      const earlier = claimIn(before);
      const at = Math.max(this.#ports.clock.now(), (earlier?.at ?? 0) + 1);
      this.#claim = { name: this.#ports.name, at, since: earlier?.since ?? at };
      this.#revisionsByKey.set(key, before?.revision ?? 0);
      try {
        this.#epoch = await this.#publish(key, JSON.stringify(this.#claim));
        return;
      } catch (error) {
        if (!isOutdated(error) || attempt === MOST_CLAIMS) throw error;
      }
    }
  }

  async #renew(): Promise<void> {
    if (this.#replacedBecause !== undefined) throw new Error(this.#replacedBecause);
    try {
      await this.#publish(claimKey(this.#ports.server), JSON.stringify(this.#claim));
    } catch (error) {
      if (isOutdated(error)) await this.#lookWhoRuns();
      throw this.#replacedBecause === undefined ? error : new Error(this.#replacedBecause, { cause: error });
    }
  }

  /** Our own write may have arrived though its answer did not. */
  async #lookWhoRuns(): Promise<void> {
    const key = claimKey(this.#ports.server);
    const entry = await this.#kv.get(key);
    const claim = claimIn(entry);
    if (claim?.name === this.#claim.name && claim.at === this.#claim.at) this.#revisionsByKey.set(key, entry?.revision ?? 0);
    else this.#replaced(claim?.name);
  }

  #replaced(by = 'another publisher'): void {
    if (this.#replacedBecause !== undefined) return;
    this.#replacedBecause = `${by} has taken over`;
    this.#stop.abort();
    this.#ports.onReplaced(this.#replacedBecause);
  }

  #restore(entry: KvEntry): void {
    this.#revisionsByKey.set(entry.key, entry.revision);
    const row = rowIn(entry);
    if (row === undefined) this.#rowsByKey.delete(entry.key);
    else this.#rowsByKey.set(entry.key, row);
  }

  #write(key: string): void {
    this.#dirtyKeys.add(key);
    if (this.#writesByKey.has(key)) return;
    const writing = this.#writeWhileDirty(key).finally(() => this.#writesByKey.delete(key));
    this.#writesByKey.set(key, writing);
    this.#timers.track(writing);
  }

  async #writeWhileDirty(key: string): Promise<void> {
    while (!this.#stop.signal.aborted && this.#dirtyKeys.delete(key)) {
      const row = this.#rowsByKey.get(key);
      try {
        await this.#publish(key, row === undefined ? undefined : JSON.stringify({ ...row, epoch: this.#epoch }));
        this.#setProblem(undefined);
      } catch (error) {
        this.#dirtyKeys.add(key);
        await this.#recover(key, error);
      }
    }
  }

  /** What an earlier run wrote is written over; what a later one wrote ends ours. */
  async #recover(key: string, error: unknown): Promise<void> {
    try {
      if (!isOutdated(error)) {
        this.#setProblem(errorText(error));
        return await wait(this.#ports.clock, RETRY_MS, this.#stop.signal);
      }
      const entry = await this.#kv.get(key);
      const stored = rowIn(entry);
      this.#revisionsByKey.set(key, entry?.revision ?? 0);
      if (stored !== undefined && stored.epoch > this.#epoch) return this.#replaced();
      if (this.#isOpening && entry !== null) this.#restore(entry);
    } catch {
      await wait(this.#ports.clock, RETRY_MS, this.#stop.signal);
    }
  }

  #setProblem(problem: string | undefined): void {
    this.#problem = problem;
    const because = problem ?? '';
    if (problem === undefined) this.#repeats.recovered('row', {}, 'The bus of the fleet keeps again which box has which post.');
    else
      this.#repeats.failed('row', { because }, 'The bus of the fleet does not keep which box has which post; no box is written meanwhile.');
  }

  /** Resolves with the new revision. */
  async #publish(key: string, text: string | undefined): Promise<number> {
    const marks = headers();
    if (text === undefined) {
      marks.set('KV-Operation', 'PURGE');
      marks.set('Nats-Rollup', 'sub');
    }
    const lastSubjectSequence = this.#revisionsByKey.get(key) ?? 0;
    const { seq } = await this.#js.publish(keySubject(POSTS_BUCKET, key), text, {
      headers: marks,
      timeout: TIMEOUT_MS,
      expect: { lastSubjectSequence },
      ...(text === undefined ? { ttl: GONE_FOR } : {}),
    });
    if (text === undefined) this.#revisionsByKey.delete(key);
    else this.#revisionsByKey.set(key, seq);
    return seq;
  }

  /** Names have characters that keys may not have. */
  #keyOf(kind: string, name: string): string {
    return `${this.#ports.server}.row.${kind}.${Buffer.from(name).toString('base64url')}`;
  }
}

function claimKey(server: string): string {
  return `${server}.run`;
}

function isOutdated(error: unknown): boolean {
  const codes: readonly number[] = [JetStreamApiCodes.StreamWrongLastSequence, JetStreamApiCodes.StreamWrongLastSequenceUnknown];
  return error instanceof JetStreamApiError && codes.includes(error.code);
}

function claimIn(entry: KvEntry | null): RunClaim | undefined {
  const value = jsonIn(entry);
  if (!isRecord(value)) return undefined;
  const { name, at, since } = value;
  return typeof name === 'string' && typeof at === 'number' && typeof since === 'number' ? { name, at, since } : undefined;
}

function rowIn(entry: KvEntry | null): StoredRow | undefined {
  const value = jsonIn(entry);
  if (!isRecord(value)) return undefined;
  const { kind, name, epoch } = value;
  if (typeof kind !== 'string' || typeof name !== 'string' || typeof epoch !== 'number') return undefined;
  return { kind, name, value: value['value'], epoch };
}

function jsonIn(entry: KvEntry | null): unknown {
  return entry === null || entry.operation !== 'PUT' ? undefined : parseJson(entry.string());
}
