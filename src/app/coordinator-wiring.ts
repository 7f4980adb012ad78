// Creates the coordinator from the configuration, when it is on, and connects it to boxes and store.

import type { Config } from '../config/config.ts';
import type { Coordinator, CoordinatorOptions, CoordinatorPorts } from '../coordinator/contract.ts';
import { createCoordinator } from '../coordinator/coordinator.ts';
import { drift } from '../coordinator/rules/drift.ts';
import { RULES } from '../coordinator/rules/catalogue.ts';
import type { Rule, RuleDefault } from '../coordinator/rules/rule.ts';
import { decodeRow, type StoredRow } from '../coordinator/stored-rows.ts';
import type { StoredPart } from '../store/checkpoint.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Marks } from './encoding.ts';

/** Whether the rule that compares replies with questions is on. Without it, no text of persons is needed. */
export function wantsQuestions(config: Config): boolean {
  return config.coordinator !== 'off' && rulesOf(config).includes(drift);
}

/** The rules that are switched on. */
function rulesOf({ coordinator, coordinatorRules }: Config): Rule[] {
  return RULES.filter(({ name, byDefault }) => coordinatorRules?.[name] ?? isOn(byDefault, coordinator));
}

function isOn(byDefault: RuleDefault, scope: Config['coordinator']): boolean {
  switch (byDefault) {
    case 'on':
      return true;
    case 'governed':
      return scope === 'governed';
    case 'off':
      return false;
    default:
      return byDefault satisfies never;
  }
}

/** Continues from what `state` has of it, and adds its rows there. `undefined` when `COORDINATOR` is off. */
export function coordinatorOf(
  config: Config,
  ports: Omit<CoordinatorPorts, 'stored'>,
  state: Pick<StateStore<never>, 'facts' | 'add'>,
): Coordinator | undefined {
  if (config.coordinator === 'off') return undefined;
  const coordinator = createCoordinator({ ...ports, stored: storedFindings(state.facts) }, optionsOf(config));
  state.add(findingsToStore(coordinator));
  return coordinator;
}

function optionsOf(config: Config): CoordinatorOptions {
  return {
    roles: new Map(config.coordinatorRoles),
    rules: rulesOf(config),
    missingAfterMs: config.coordinatorMissingAfterMs,
    ruleLimits: {
      protectedBranches: config.protectedBranches,
      loopCalls: config.loopCalls,
      loopMs: config.loopMs,
      burnUsd: config.burnUsd,
      burnTokens: config.burnTokens,
    },
    limits: { idleTimeoutMs: config.idleTimeoutMs, maxDurationMs: config.maxSessionDurationMs },
    governanceDir: config.governanceDir,
    ledger: { path: config.auditLedger, create: config.auditLedgerCreate },
    operators: config.role === 'watcher' ? [] : (config.operators ?? []),
    hasChannel: config.operationsChannel !== undefined || config.role === 'watcher', // the publisher decides where it posts what it is told
    alertsPerHour: config.callsPerHour,
  };
}

const FINDINGS = 'coordinator '; // prefix of the key of each of its rows

/** The coordinator's rows of earlier processes. */
function storedFindings(facts: ImmediateRows): StoredRow[] {
  return facts.rows().flatMap(({ key, value }) => (key.startsWith(FINDINGS) ? decodeRow(key.slice(FINDINGS.length), value) : []));
}

/** The coordinator's part of the stored state, written together with sessions and positions. */
function findingsToStore(coordinator: Coordinator): StoredPart {
  return {
    changes: () => coordinator.rowsToStore().map(({ key, value }) => ({ kind: 'fact', key: `${FINDINGS}${key}`, value })),
    written: () => coordinator.rowsStored(),
  };
}

/** What was found about agents, as boxes show it. */
export interface Findings extends Pick<Coordinator, 'violationsFor' | 'remarksFor' | 'isLooping'> {
  badge(boxId: string): string | undefined;
}

/** What a box shows beside its turn. */
export function marksOf(findings: Findings | undefined, boxId: string): Marks {
  if (findings === undefined) return {};
  const badge = findings.badge(boxId);
  return {
    violations: findings.violationsFor(boxId),
    remarks: findings.remarksFor(boxId),
    ...(badge === undefined ? {} : { badge }),
  };
}

/** How many findings a box shows. */
export function findingsOf(findings: Findings | undefined, boxId: string): number {
  return findings === undefined ? 0 : findings.violationsFor(boxId).length + findings.remarksFor(boxId).length;
}
