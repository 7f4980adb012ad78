// Finds records of the mesh that are about to be too large for its bucket.

import { deedRule } from './deed-rule.ts';

const MOST_BYTES = 950_000; // a bucket takes up to 1,048,576, with the change that is still to come

export const recordSize = deedRule({
  name: 'record-size',
  meaning: 'no record of the mesh comes near the largest size of its bucket',
  byDefault: 'on',
  severity: 'violation',
  ofFact({ what, facts }) {
    const bytes = Number(facts['bytes']);
    if (what !== 'record_size' || !(bytes > MOST_BYTES)) return undefined;
    return {
      finding: 'large',
      severity: 'violation',
      deed: `has a record of more than ${MOST_BYTES / 1_000} KB: ${facts['record'] ?? 'unnamed'}`,
    };
  },
});
