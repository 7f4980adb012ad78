// The coordinator's interface: the ports and options that it takes, and its methods.

import type { Clock } from '../core/clock.ts';
import type { Change } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { SessionsByKey } from '../core/session.ts';
import type { StatusLimits } from '../core/status.ts';
import type { CoordinatorHealth } from './coordinator-health.ts';
import type { Alert, AlertOutcome } from './operator-alerts.ts';
import type { RolesByAgent } from './rules/role.ts';
import type { Rule, RuleLimits } from './rules/rule.ts';
import type { StoredRow } from './stored-rows.ts';

export interface CoordinatorPorts {
  clock: Clock;
  log: Logger;
  /** Masks the configured secrets and whatever looks like one. */
  redact(text: string): string;
  /** The sessions as folded up to now. */
  sessions: SessionsByKey;
  /** These boxes must be drawn again; `all` when the badge changed. */
  changed(boxIds: readonly string[] | 'all'): void;
  /** Posts an alert, in its place or in the configured channel. Must not reject. */
  postAlert(alert: Alert): Promise<AlertOutcome>;
  /** Another watcher has taken over: no more timeouts are judged, no entries written and no alerts posted. */
  isReplaced(): boolean;
  /** What `rowsToStore` returned in an earlier process. */
  stored: readonly StoredRow[];
}

export interface CoordinatorOptions {
  roles: RolesByAgent;
  /** The rules that are switched on. */
  rules: readonly Rule[];
  missingAfterMs: number;
  ruleLimits: RuleLimits;
  limits: StatusLimits;
  governanceDir: string;
  ledger: { path: string; create: boolean };
  /** Mattermost user names to mention. */
  operators: readonly string[];
  /** Whether there is a channel for alerts outside of conversations. */
  hasChannel: boolean;
  alertsPerHour: number;
}

export interface Coordinator {
  /** Reads the governance files and begins to read the ledger. Resolves when the former are read. */
  start(): Promise<void>;
  /** Observes what an event changed. */
  apply(change: Change): void;
  /** Call every half second or so, but only once the sources have caught up, because answers are judged in order of time. */
  tick(): void;
  /** The wall clock was set or the machine slept. */
  shiftClock(byMs: number): void;
  /** One sentence per violation to show in a box, with the number of repeats. Redacted, but hostile: neutralise it. */
  violationsFor(boxId: string): string[];
  /** The same for remarks. */
  remarksFor(boxId: string): string[];
  /** Whether its turn was found to go round in circles, or to spend too fast. */
  isLooping(boxId: string): boolean;
  /** Mode and posture for the titles, and whether recovery is asked for. */
  badge(): string | undefined;
  health(): CoordinatorHealth;
  /** The rows that are not stored yet. Store them in one transaction with the sessions and the positions of the sources. */
  rowsToStore(): StoredRow[];
  /**
   * Call directly after those rows were stored. Only then, and at once, findings go to the ledger and the operators. So a crash neither
   * loses nor repeats one.
   */
  rowsStored(): void;
  /** Tries once more to write the entries that wait, and releases everything. */
  stop(): Promise<void>;
}
