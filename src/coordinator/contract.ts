// The contract of the coordinator: what it is given, what it is asked and what it answers.

import type { Clock } from '../core/clock.ts';
import type { Change } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { SessionsByKey } from '../core/session.ts';
import type { StatusLimits } from '../core/status.ts';
import type { CoordinatorHealth } from './health.ts';
import type { Notice, Told } from './operators.ts';
import type { RolesByAgent } from './rules/role.ts';
import type { Rule } from './rules/rule.ts';
import type { StoredRow } from './stored.ts';

export interface CoordinatorPorts {
  clock: Clock;
  log: Logger;
  /** Masks the configured secrets and whatever looks like one. */
  redact(text: string): string;
  /** As they are folded at the moment. */
  sessions: SessionsByKey;
  /** These boxes say something else now; `all` when the badge changed. */
  changed(boxIds: readonly string[] | 'all'): void;
  /** Posts a notice, in its place or in the configured channel. Must not reject. */
  tell(notice: Notice): Promise<Told>;
  /** Another watcher has taken over: nothing is judged by the time, written or told any more. */
  isReplaced(): boolean;
  /** What `rowsToStore` gave in an earlier process. */
  stored: readonly StoredRow[];
}

export interface CoordinatorOptions {
  roles: RolesByAgent;
  /** The rules that are switched on. */
  rules: readonly Rule[];
  missingAfterMs: number;
  limits: StatusLimits;
  governanceDir: string;
  ledger: { path: string; create: boolean };
  /** Mattermost user names to mention. */
  operators: readonly string[];
  /** Whether notices can be posted outside of conversations. */
  hasChannel: boolean;
  noticesPerHour: number;
}

export interface Coordinator {
  /** Looks at the governance files and begins to read the ledger. Resolves when the first are known. */
  start(): Promise<void>;
  /** Takes in what an event changed. */
  apply(change: Change): void;
  /** Call every half second or so, but only once the sources have caught up: what happened meanwhile is judged in order of time. */
  tick(): void;
  /** The wall clock was set or the machine slept. */
  shiftClock(byMs: number): void;
  /** One sentence per violation to show in a box; repeats are counted in it. Hostile text: neutralise it. */
  violationsFor(boxId: string): string[];
  /** The same for what is no violation but worth a line. */
  noticesFor(boxId: string): string[];
  /** Mode and posture for the titles, and that recovery is asked for. */
  badge(): string | undefined;
  health(): CoordinatorHealth;
  /** What is not stored yet. Store it in one transaction with the sessions and how far the sources were read. */
  rowsToStore(): StoredRow[];
  /**
   * Call directly after those rows were stored. Only then findings go to the ledger and the operators, and then at once: a crash neither
   * loses nor repeats one.
   */
  rowsStored(): void;
  /** Writes once more what waits, as far as that is possible at once, and lets go of everything. */
  stop(): Promise<void>;
}
