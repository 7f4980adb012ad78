// An observer watches: one that uses a tool has left its role.

import { agentName, findingOf, rule } from './rule.ts';

const NAME = 'observer-acted';

export const observerActed = rule<null>({
  name: NAME,
  meaning: 'an observer uses no tools',
  isOnByDefault: true,
  action: 'observer_acted',
  begin: null,
  observe(state, fact) {
    if (fact.type !== 'tool_started' || fact.role !== 'observer' || fact.isKnown === true) return { state, findings: [] };
    const sentence = `${agentName(fact)} used the tool ${fact.toolName}, but an observer only watches`;
    return {
      state,
      findings: [
        findingOf(fact, {
          rule: NAME,
          finding: 'acted',
          severity: 'violation',
          sentence,
          sameAs: `acted ${fact.agentId} ${fact.toolName}`,
        }),
      ],
    };
  },
});
