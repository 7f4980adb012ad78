// Finds text in the work of a task that its system forbids.

import { deedRule } from './deed-rule.ts';
import { describeFiles, enforcementOf } from './enforcement.ts';

export const forbiddenPattern = deedRule({
  name: 'forbidden-pattern',
  meaning: "a mesh task's work has no text that its harness forbids",
  byDefault: 'on',
  severity: 'violation',
  ofFact(fact) {
    const enforcement = enforcementOf(fact);
    if (enforcement?.rule.startsWith('forbidden:') !== true) return undefined;
    return { finding: 'forbidden', severity: 'violation', deed: `left a forbidden pattern in ${describeFiles(enforcement.files)}` };
  },
});
