// The coordinator's part of the health report, and the problems in it. Pure.

import type { GovernanceFacts } from './governance-watch.ts';
import type { ChainFacts } from './ledger/chain.ts';
import type { LedgerCondition } from './ledger/ledger-follower.ts';
import type { Resilience } from './ledger/resilience.ts';
import { describeVerdict } from './ledger/verify.ts';
import type { LedgerWriterFacts } from './ledger/ledger-writer.ts';

export interface CoordinatorHealth {
  rules: readonly string[];
  findingsByRule: Readonly<Record<string, number>>;
  governance: { state: 'good' | 'missing' | 'wrong'; because?: string; mode?: string; posture?: string; role?: string };
  recoveryNeeded: boolean;
  ledger: {
    state: LedgerCondition['state'];
    /** `intact, 15 lines`, `forked at line 4, 12 lines`, … */
    verdict: string;
    lines: number;
    waiting: number;
    dropped: number;
    written: number;
  };
  resilience: Resilience;
  /** Alerts that wait; the name is older than the word. */
  noticesWaiting: number;
  /** Reasons why the coordinator cannot do all of its work; empty when it can. */
  problems: readonly string[];
}

export interface CoordinatorParts {
  rules: readonly string[];
  findingsByRule: Readonly<Record<string, number>>;
  governance: GovernanceFacts;
  ledger: LedgerCondition;
  chain: ChainFacts & { isTorn: boolean };
  writer: LedgerWriterFacts;
  alertsWaiting: number;
}

export function healthOf(parts: CoordinatorParts): CoordinatorHealth {
  const { governance, ledger, chain, writer } = parts;
  const { waiting, dropped, written } = writer;
  const torn = chain.isTorn ? { tornLine: chain.lines + 1 } : {};
  return {
    rules: parts.rules,
    findingsByRule: parts.findingsByRule,
    governance: governanceHealth(governance),
    recoveryNeeded: governance.isRecoveryNeeded,
    ledger: { state: ledger.state, verdict: describeVerdict({ ...chain, ...torn }), lines: chain.lines, waiting, dropped, written },
    resilience: chain.resilience,
    noticesWaiting: parts.alertsWaiting,
    problems: problemsOf(parts),
  };
}

function governanceHealth({ condition, governance }: GovernanceFacts): CoordinatorHealth['governance'] {
  const because = 'because' in condition ? { because: condition.because } : {};
  const known = governance === undefined ? {} : { mode: governance.mode, posture: governance.posture, role: governance.role };
  return { state: condition.state, ...because, ...known };
}

function problemsOf({ governance, ledger, chain, writer }: CoordinatorParts): string[] {
  const { condition } = governance;
  const altered = chain.breaks.find(({ kind }) => kind !== 'forked');
  return [
    ...(condition.state === 'wrong' ? [`the governance state is not usable: ${condition.because}`] : []),
    ...(ledger.state === 'unreadable' ? [`the audit ledger cannot be read: ${ledger.because}`] : []),
    ...(writer.problem === undefined ? [] : [`the audit ledger: ${writer.problem}`]),
    ...(writer.dropped > 0 ? [`${writer.dropped} findings are not in the audit ledger, too many had to wait`] : []),
    ...(chain.isTorn ? ['the last line of the audit ledger is torn'] : []),
    ...(altered === undefined ? [] : [`the audit ledger is ${altered.kind} at line ${altered.line}`]),
  ];
}
