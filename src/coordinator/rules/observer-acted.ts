// An observer only watches: it uses no tool.

import { agentName, findingOf, rule } from './rule.ts';

const NAME = 'observer-acted';

export const observerActed = rule<null>({
  name: NAME,
  meaning: 'an observer uses no tools',
  byDefault: 'governed',
  severity: 'violation',
  action: 'observer_acted',
  begin: null,
  observe(state, observation) {
    if (observation.type !== 'tool_started' || observation.role !== 'observer' || observation.isKnown === true)
      return { state, findings: [] };
    const sentence = `${agentName(observation)} used the tool ${observation.toolName}, but an observer only watches`;
    return {
      state,
      findings: [
        findingOf(observation, {
          rule: NAME,
          finding: 'acted',
          severity: 'violation',
          sentence,
          sameAs: `acted ${observation.agentId} ${observation.toolName}`,
        }),
      ],
    };
  },
});
