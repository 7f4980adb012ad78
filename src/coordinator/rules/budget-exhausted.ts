// Finds tasks that their system stopped because their budget was used up.

import { deedRule } from './deed-rule.ts';

export const budgetExhausted = deedRule({
  name: 'budget-exhausted',
  meaning: 'a task ends within its budget',
  byDefault: 'on',
  severity: 'violation',
  ofFact({ what, facts }) {
    if (what !== 'budget_exhausted') return undefined;
    return { finding: 'exhausted', severity: 'violation', deed: `has used up its budget${describeUse(facts)}` };
  },
});

/** ` (800 of 1,000 tokens)`, as far as it is known. */
function describeUse({ used, of, unit = 'tokens' }: Readonly<Record<string, string>>): string {
  const [spent, limit] = [amount(used), amount(of)];
  return spent === undefined || limit === undefined ? '' : ` (${spent} of ${limit} ${unit})`;
}

function amount(text: string | undefined): string | undefined {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number.toLocaleString('en-US', { maximumFractionDigits: 1 }) : undefined;
}
