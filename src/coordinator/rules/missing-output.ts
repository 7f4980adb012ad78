// Finds tasks that ended without what they had to produce.

import { deedRule } from './deed-rule.ts';
import { enforcementOf } from './enforcement.ts';

export const missingOutput = deedRule({
  name: 'missing-output',
  meaning: 'a mesh task ends with the outputs that it must have',
  byDefault: 'on',
  severity: 'violation',
  ofFact: (fact) =>
    enforcementOf(fact)?.rule === 'required-output'
      ? { finding: 'missing', severity: 'violation', deed: 'ended without an output that is required' }
      : undefined,
});
