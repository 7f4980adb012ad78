// Finds pushes that overwrite what others may have pushed.

import { deedRule } from './deed-rule.ts';
import { protectedName, pushesIn } from './git-command.ts';

export const forcePush = deedRule({
  name: 'force-push',
  meaning: 'no push overwrites the history of a branch',
  byDefault: 'on',
  severity: 'violation',
  ofCall(call, { limits }) {
    const forced = pushesIn(call).filter(({ force }) => force !== 'no');
    const blind = forced.find(({ force, branches }) => force === 'yes' && protectedName(branches, limits.protectedBranches) !== undefined);
    if (blind !== undefined) return { finding: 'protected', severity: 'violation', deed: 'force-pushed to a protected branch' };
    if (forced.some(({ force }) => force === 'yes')) return { finding: 'forced', severity: 'remark', deed: 'force-pushed' };
    return forced.length === 0 ? undefined : { finding: 'leased', severity: 'remark', deed: 'force-pushed with a lease' };
  },
});
