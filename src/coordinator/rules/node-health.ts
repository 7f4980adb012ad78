// Finds nodes of the mesh that do not work, as the mesh says.

import { deedRule } from './deed-rule.ts';

export const nodeHealth = deedRule({
  name: 'node-health',
  meaning: 'the nodes of the mesh work',
  byDefault: 'on',
  severity: 'violation',
  ofFact({ what, facts }) {
    if (what !== 'node_health') return undefined;
    const name = facts['node'] ?? 'unnamed';
    if (facts['state'] === 'BROKEN') return { finding: 'broken', severity: 'violation', deed: `reports that node ${name} is broken` };
    return facts['state'] === 'WORKING'
      ? undefined
      : { finding: 'unknown', severity: 'remark', deed: `reports that node ${name} does not work` };
  },
});
