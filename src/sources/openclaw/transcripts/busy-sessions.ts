// Tracks which sessions show signs of life outside their transcripts: a lock file, or a running row in the index. Reads no file.

import type { Clock } from '../../../core/clock.ts';
import type { EventOf } from '../../../core/event.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import type { LockTrust } from './lock-file.ts';

export type BusyEvent =
  | Omit<EventOf<'busy_seen'>, 'sessionKey' | 'source'>
  | Omit<EventOf<'busy_cleared'>, 'sessionKey' | 'source'>
  | Omit<EventOf<'calls_abandoned'>, 'sessionKey' | 'source'>;

export interface BusySessionsOptions {
  clock: Clock;
  /** When the session's transcript last grew, by the wall clock; 0 if never. */
  lastLineAt(key: string): number;
  emit(key: string, event: BusyEvent): void;
}

interface Signs {
  /** Until when the lock is trusted: `undefined` without a lock, 0 for one that is not trusted. */
  lockUntil?: number;
  lockSince?: number;
  ownerIsDead: boolean;
  running?: { since: number; updatedAt: number };
  /** When the newest run ended, as the row says. A lock from before that is left behind. */
  overAt?: number;
  /** When the lock was released while the row said `running`. Any further sign deletes it. */
  letGo?: { at: number; isEmitted: boolean };
  /** The time in which lines may come that say how a run was stopped. */
  awaitsLines?: { since: number; until: number };
  /** A row left behind by a crash: not trusted until it is updated. */
  deadRowAt?: number;
  /** The last `until` emitted and when, by the monotonic clock; `undefined` after `busy_cleared`. */
  emitted?: { until: number; at: number };
  crashEmitted: boolean;
  /** When `busy_cleared` was last emitted. */
  restAt?: number;
}

// A live owner is checked every two seconds; this time outlasts a few missed checks.
const ALIVE_MS = 30_000;
const RENEW_MS = 15_000;
// After a crash the index says `running` until the next run. A running turn updates the index or its file more often than this.
export const ROW_TRUSTED_MS = 150_000;
// Between two attempts of a run nobody holds the lock, for 30 s at most. A row without a lock is trusted for longer than that.
const LET_GO_TRUSTED_MS = 45_000;
// A run releases its lock only for moments, and never while one of its commands runs: after this time the result would be written.
const ABANDONED_MS = 3_000;
// A run that is stopped releases its lock in the middle of a command. The line about it came 0.95 s later on a busy machine.
const STOPPED_LINES_MS = 2_000;
// 2026.7 takes the lock away from a run that holds it longer than five minutes.
const TAKEN_AWAY_MS = 290_000;
// The lock and the row outlast the last line by some milliseconds, and the lock is taken again for moments right after it. A sign of
// life right after a line would open a new box.
const QUIET_MS = 1_000;
const MAX_SESSIONS = 5_000;

/** Turns locks and rows into `busy_seen` and `busy_cleared`. */
export class BusySessions {
  readonly #options: BusySessionsOptions;
  readonly #signsByKey = new Map<string, Signs>();
  /** The rows of this version say which sessions are running. Then a lock alone begins no turn. */
  #rowsShowRuns = false;

  constructor(options: BusySessionsOptions) {
    this.#options = options;
  }

  /** Whether a trusted sign shows that the session is at work. */
  isBusy(key: string): boolean {
    const signs = this.#signsByKey.get(key);
    return signs !== undefined && this.#until(key, signs) > this.#options.clock.now();
  }

  lockHeld(key: string, trust: LockTrust, since: number): void {
    const signs = this.#signsOf(key);
    signs.lockSince = since;
    delete signs.letGo;
    delete signs.awaitsLines;
    signs.ownerIsDead = trust.kind === 'dead';
    if (trust.kind !== 'dead') signs.crashEmitted = false;
    switch (trust.kind) {
      case 'alive':
        signs.lockUntil = this.#options.clock.now() + ALIVE_MS;
        break;
      case 'aged':
        signs.lockUntil = trust.until;
        break;
      case 'stale':
        signs.lockUntil = 0;
        break;
      case 'dead':
        return this.#crashed(key, signs);
      default:
        trust satisfies never;
    }
    this.#emitSeen(key, signs);
  }

  /** Call it after the lines that were written under the lock were emitted. */
  lockReleased(key: string): void {
    const signs = this.#signsOf(key);
    const wasDead = signs.ownerIsDead;
    const wasHeld = signs.lockUntil !== undefined;
    const now = this.#options.clock.now();
    const isOwnWill = wasHeld && !wasDead && now - (signs.lockSince ?? now) < TAKEN_AWAY_MS;
    if (isOwnWill && signs.running !== undefined) signs.letGo = { at: now, isEmitted: false };
    // Right after a line nothing more is expected of the run. The row of a stopped run may be read later than this.
    const lastLineAt = this.#options.lastLineAt(key);
    if (isOwnWill && lastLineAt > 0 && !isJustBefore(lastLineAt, now)) signs.awaitsLines = linesFrom(now);
    delete signs.lockUntil;
    signs.ownerIsDead = false;
    // 2026.7 takes the lock for moments when nothing happens; without a new line that changes nothing.
    const isNews = wasHeld || signs.restAt === undefined || this.#options.lastLineAt(key) > signs.restAt;
    if (!wasDead && isNews) this.#released(key, signs);
  }

  /** The index was read: `entry` is one of its rows. Call it after the lines that were written before were emitted. */
  indexed(entry: IndexEntry): void {
    if (entry.status !== undefined) this.#rowsShowRuns = true;
    const known = this.#signsByKey.get(entry.key);
    if (entry.status === 'running') return this.#rowRuns(entry, known ?? this.#signsOf(entry.key));
    if (known === undefined) return;
    if (entry.status !== undefined && entry.endedAt !== undefined) known.overAt = entry.endedAt;
    if (known.running === undefined && !isLeftBehind(known)) return;
    delete known.running;
    delete known.letGo;
    this.#released(entry.key, known);
  }

  #rowRuns(entry: IndexEntry, signs: Signs): void {
    const updatedAt = entry.updatedAt ?? entry.startedAt ?? 0;
    if (signs.deadRowAt === updatedAt) return;
    delete signs.deadRowAt;
    delete signs.overAt;
    // A run that was stopped leaves its row like this in 2026.4. Its lines say how it ended.
    if (entry.wasAborted === true) return this.#wasStopped(signs);
    delete signs.awaitsLines;
    if (updatedAt !== signs.running?.updatedAt) delete signs.letGo;
    signs.running = { since: entry.startedAt ?? updatedAt, updatedAt };
    this.#emitSeen(entry.key, signs);
  }

  #wasStopped(signs: Signs): void {
    delete signs.running;
    signs.awaitsLines ??= linesFrom(this.#options.clock.now());
  }

  /** Whether any sign is trusted, or was and must be cleared. */
  areDue(): boolean {
    const now = this.#options.clock.now();
    return this.#signsByKey.entries().some(([key, signs]) => {
      const isLettingGo = signs.letGo?.isEmitted === false;
      return signs.emitted !== undefined || isLettingGo || this.#until(key, signs) > now;
    });
  }

  /**
   * Renews trusted signs, and clears a row that is trusted no longer: a gateway that is stopped releases its lock but leaves the row
   * behind. Call it every few seconds, after locks and indexes were checked.
   */
  renew(): void {
    for (const [key, signs] of this.#signsByKey) {
      this.#abandoned(key, signs);
      if (this.#until(key, signs) > this.#options.clock.now()) this.#emitSeen(key, signs);
      else if (signs.emitted !== undefined && (signs.lockUntil === undefined || isLeftBehind(signs))) this.#released(key, signs);
    }
  }

  /** Emits `calls_abandoned` when the lock is gone, the row still says `running`, and nothing was written or renewed since. */
  #abandoned(key: string, signs: Signs): void {
    const { letGo } = signs;
    const now = this.#options.clock.now();
    if (letGo === undefined || letGo.isEmitted || now - letGo.at < ABANDONED_MS) return;
    letGo.isEmitted = true;
    if (this.#options.lastLineAt(key) <= letGo.at) this.#options.emit(key, { type: 'calls_abandoned', at: now });
  }

  #crashed(key: string, signs: Signs): void {
    signs.lockUntil = 0;
    if (signs.running !== undefined) signs.deadRowAt = signs.running.updatedAt;
    delete signs.running;
    delete signs.emitted;
    if (!signs.crashEmitted) this.#options.emit(key, { type: 'busy_cleared', at: this.#options.clock.now(), crashed: true });
    signs.crashEmitted = true;
  }

  #released(key: string, signs: Signs): void {
    const now = this.#options.clock.now();
    const { awaitsLines } = signs;
    if ((awaitsLines?.until ?? 0) > now || this.#until(key, signs) > now) return;
    delete signs.emitted;
    delete signs.awaitsLines;
    signs.restAt = now;
    const isSaid = awaitsLines !== undefined && this.#options.lastLineAt(key) > awaitsLines.since;
    this.#options.emit(key, { type: 'busy_cleared', at: signs.restAt, crashed: false, ...(isSaid ? { isSaid: true } : {}) });
  }

  #emitSeen(key: string, signs: Signs): void {
    const { clock } = this.#options;
    const now = clock.now();
    const until = this.#until(key, signs);
    const lastLineAt = this.#options.lastLineAt(key);
    // The lock is taken again after the last line of a run, and the row is written only after that. The row says which run it is.
    const since = signs.running?.since ?? signs.lockSince;
    const isFresh = isJustBefore(lastLineAt, now) || (since !== undefined && isJustBefore(lastLineAt, since) && isJustBefore(since, now));
    // By the monotonic clock, so that a wall clock set back does not end the renewals.
    const isRecent = signs.emitted !== undefined && (clock.monotonic() - signs.emitted.at < RENEW_MS || signs.emitted.until === until);
    if (until <= now || isFresh || isRecent) return;
    const at = signs.emitted === undefined ? startOf(since, lastLineAt, now) : now;
    signs.emitted = { until, at: clock.monotonic() };
    const isRun = signs.running !== undefined || !this.#rowsShowRuns;
    const renewedAt = signs.lockUntil === undefined ? Math.max(signs.running?.updatedAt ?? 0, lastLineAt) : now;
    this.#options.emit(key, { type: 'busy_seen', at, until, isRun, renewedAt, ...(since === undefined ? {} : { since }) });
  }

  #until(key: string, signs: Signs): number {
    if (signs.ownerIsDead) return 0;
    return Math.max(isLeftBehind(signs) ? 0 : (signs.lockUntil ?? 0), this.#runningUntil(key, signs));
  }

  #runningUntil(key: string, { running, letGo }: Signs): number {
    if (running === undefined) return 0;
    const until = Math.max(running.updatedAt, running.since, this.#options.lastLineAt(key)) + ROW_TRUSTED_MS;
    return letGo === undefined ? until : Math.min(until, letGo.at + LET_GO_TRUSTED_MS);
  }

  #signsOf(key: string): Signs {
    const signs = this.#signsByKey.get(key) ?? { ownerIsDead: false, crashEmitted: false };
    setBounded(this.#signsByKey, key, signs, MAX_SESSIONS);
    return signs;
  }
}

function isJustBefore(earlier: number, later: number): boolean {
  return later - earlier < QUIET_MS && later >= earlier;
}

function linesFrom(since: number): { since: number; until: number } {
  return { since, until: since + STOPPED_LINES_MS };
}

/** The row says that the run that took the lock is over. */
function isLeftBehind({ lockUntil, lockSince, overAt }: Signs): boolean {
  return lockUntil !== undefined && lockSince !== undefined && overAt !== undefined && lockSince <= overAt;
}

/** The turn began when its lock was taken, unless the previous turn ended later than that. */
function startOf(since: number | undefined, lastLineAt: number, now: number): number {
  return since !== undefined && since > lastLineAt && since <= now ? since : now;
}
