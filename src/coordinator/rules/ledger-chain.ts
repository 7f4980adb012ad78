// Finds breaks in the audit ledger while agents work. A fork is an accident of two writers, an altered line is not.

import type { LedgerBroke } from './observation.ts';
import { findingOf, rule } from './rule.ts';

const NAME = 'ledger-chain';

export const ledgerChain = rule<null>({
  name: NAME,
  meaning: 'the audit ledger stays one intact chain',
  byDefault: 'governed',
  severity: 'violation',
  action: 'ledger_chain',
  begin: null,
  observe(state, observation) {
    if (observation.type !== 'ledger_broke') return { state, findings: [] };
    const severity = observation.how === 'forked' ? 'remark' : 'violation';
    return {
      state,
      findings: [findingOf(observation, { rule: NAME, finding: observation.how, severity, sentence: sentenceOf(observation) })],
    };
  },
});

function sentenceOf({ how, line }: LedgerBroke): string {
  switch (how) {
    case 'forked':
      return `the chain of the audit ledger forks at line ${line}`;
    case 'tampered':
      return `line ${line} of the audit ledger was altered after it was written`;
    case 'damaged':
      return `line ${line} of the audit ledger cannot be read`;
    default:
      return how satisfies never;
  }
}
