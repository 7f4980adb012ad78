// Finds members of a task that give no sign of life while it is open.

import { deedRule } from './deed-rule.ts';

export const staleMember = deedRule({
  name: 'stale-member',
  meaning: 'members of an open task give a sign of life every minute',
  byDefault: 'on',
  severity: 'remark',
  ofFact({ what, facts }) {
    if (what !== 'member_silent') return undefined;
    return {
      finding: 'silent',
      severity: 'remark',
      deed: `waits for ${facts['member'] ?? 'a member'}, who has given no sign of life for a minute`,
    };
  },
});
