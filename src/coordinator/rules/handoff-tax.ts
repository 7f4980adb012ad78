// Finds tasks of Network-AI that are handed around more than they are worked at. Its own check refuses the fourth handoff and writes that
// down nowhere.

import { type Handoff, faultsOf, handoffFinding, NO_OUTPUT } from './handoffs.ts';
import type { Observed } from './observation.ts';
import { rule } from './rule.ts';

const NAME = 'handoff-tax';

export const handoffTax = rule<null>({
  name: NAME,
  meaning: 'a task of Network-AI has at most three handoffs, short ones, and most of them bring something',
  byDefault: 'on',
  severity: 'violation',
  action: 'handoff_tax',
  begin: null,
  observe(state, observation) {
    if (observation.type !== 'observed') return { state, findings: [] };
    const handoff = handoffOf(observation);
    const faults = observation.what === 'no_output' ? [NO_OUTPUT] : handoff === undefined ? [] : faultsOf(handoff);
    return { state, findings: faults.map((fault) => handoffFinding(NAME, observation, fault)) };
  },
});

function handoffOf({ what, facts }: Observed): Handoff | undefined {
  const [number, artifacts, length] = [facts['number'], facts['artifacts'], facts['length']].map(Number);
  if (what !== 'handoff' || number === undefined || !Number.isInteger(number)) return undefined;
  return { number, artifacts: artifacts ?? 0, length: length ?? 0 };
}
