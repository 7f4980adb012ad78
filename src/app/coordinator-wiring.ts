// Creates the coordinator from the configuration, when it is on, and connects it to boxes and store.

import type { Config } from '../config/config.ts';
import type { Coordinator, CoordinatorOptions, CoordinatorPorts } from '../coordinator/contract.ts';
import { createCoordinator } from '../coordinator/coordinator.ts';
import { drift } from '../coordinator/rules/drift.ts';
import { RULES } from '../coordinator/rules/catalogue.ts';
import { decodeRow, type StoredRow } from '../coordinator/stored-rows.ts';
import type { StoredPart } from '../store/checkpoint.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Marks } from './encoding.ts';

/** Whether the rule that compares replies with questions is on. Without it, no text of persons is needed. */
export function wantsQuestions({ coordinator, coordinatorRules }: Config): boolean {
  return coordinator && (coordinatorRules?.[drift.name] ?? drift.isOnByDefault);
}

/** Continues from what `state` has of it, and adds its rows there. `undefined` when `COORDINATOR` is off. */
export function coordinatorOf(
  config: Config,
  ports: Omit<CoordinatorPorts, 'stored'>,
  state: Pick<StateStore<never>, 'facts' | 'add'>,
): Coordinator | undefined {
  if (!config.coordinator) return undefined;
  const coordinator = createCoordinator({ ...ports, stored: storedFindings(state.facts) }, optionsOf(config));
  state.add(findingsToStore(coordinator));
  return coordinator;
}

function optionsOf(config: Config): CoordinatorOptions {
  return {
    roles: new Map(config.coordinatorRoles),
    rules: RULES.filter(({ name, isOnByDefault }) => config.coordinatorRules?.[name] ?? isOnByDefault),
    missingAfterMs: config.coordinatorMissingAfterMs,
    limits: { idleTimeoutMs: config.idleTimeoutMs, maxDurationMs: config.maxSessionDurationMs },
    governanceDir: config.governanceDir,
    ledger: { path: config.auditLedger, create: config.auditLedgerCreate },
    operators: config.coordinatorOperators ?? [],
    hasChannel: config.coordinatorChannel !== undefined,
    alertsPerHour: config.coordinatorNoticesPerHour,
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

/** What a box shows beside its turn. */
export function marksOf(coordinator: Coordinator | undefined, boxId: string): Marks {
  if (coordinator === undefined) return {};
  const badge = coordinator.badge();
  return {
    violations: coordinator.violationsFor(boxId),
    remarks: coordinator.remarksFor(boxId),
    ...(badge === undefined ? {} : { badge }),
  };
}
