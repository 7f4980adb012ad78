// Finds pushes to branches that only people should push to.

import { deedRule } from './deed-rule.ts';
import { protectedName, pushesIn } from './git-command.ts';

export const protectedBranch = deedRule({
  name: 'protected-branch',
  meaning: 'nobody pushes straight to a branch of `PROTECTED_BRANCHES`',
  byDefault: 'on',
  severity: 'remark',
  ofCall(call, { limits }) {
    const name = protectedName(
      pushesIn(call).flatMap(({ branches }) => branches),
      limits.protectedBranches,
    );
    return name === undefined ? undefined : { finding: 'pushed', severity: 'remark', deed: `pushed to the protected branch ${name}` };
  },
});
