// The chain of the audit ledger breaks while agents work: a fork is an accident of two writers, an altered line is not.

import type { LedgerBroke } from './fact.ts';
import { findingOf, rule } from './rule.ts';

const NAME = 'ledger-chain';

export const ledgerChain = rule<null>({
  name: NAME,
  meaning: 'the audit ledger stays one intact chain',
  isOnByDefault: true,
  action: 'ledger_chain',
  begin: null,
  observe(state, fact) {
    if (fact.type !== 'ledger_broke') return { state, findings: [] };
    const severity = fact.how === 'forked' ? 'notice' : 'violation';
    return { state, findings: [findingOf(fact, { rule: NAME, finding: fact.how, severity, sentence: sentenceOf(fact) })] };
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
