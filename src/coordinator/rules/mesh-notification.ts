// Passes on what the mesh itself tells its people: that it is blocked, or that something failed.

import { deedRule } from './deed-rule.ts';

export const meshNotification = deedRule({
  name: 'mesh-notification',
  meaning: 'the mesh tells its people neither of a block nor of an error',
  byDefault: 'on',
  severity: 'violation',
  ofFact({ what, facts }) {
    const kind = facts['kind'];
    if (what !== 'notification' || (kind !== 'block' && kind !== 'error')) return undefined;
    const how = kind === 'block' ? 'a block' : 'an error';
    const who = facts['node'] || undefined; // the title of its box says what happened, not who it is
    return {
      ...(who === undefined ? {} : { who }),
      finding: kind,
      severity: 'violation',
      deed: `told its people of ${how}: ${facts['title'] ?? 'without a title'}`,
    };
  },
});
