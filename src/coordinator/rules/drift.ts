// Measures how far the wording of an answer is from that of its instruction. The measure is rough, so the rule is off by default.

import { agentName, findingOf, rule } from './rule.ts';

export type DriftLevel = 'green' | 'yellow' | 'orange' | 'red';

const NAME = 'drift';
const MAX_WORDS = 5_000; // of either text

/** The share of distinct words that the two texts do not have in common, in percent with two decimals. */
export function driftPercent(instruction: string, answer: string): number {
  const asked = distinctWords(instruction);
  const said = distinctWords(answer);
  const all = new Set([...asked, ...said]).size;
  const shared = asked.size + said.size - all;
  return all === 0 ? 0 : Math.round((1 - shared / all) * 10_000) / 100;
}

function distinctWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return new Set(words.slice(0, MAX_WORDS));
}

/** The published levels: below 5, 20 and 40 percent, and above. */
export function driftLevel(percent: number): DriftLevel {
  if (percent < 5) return 'green';
  if (percent < 20) return 'yellow';
  return percent < 40 ? 'orange' : 'red';
}

export const drift = rule<null>({
  name: NAME,
  meaning: 'an answer shares its words with the instruction',
  byDefault: 'off',
  severity: 'violation',
  action: 'drift',
  begin: null,
  observe(state, observation) {
    if (observation.type !== 'answered' || observation.driftPercent === undefined) return { state, findings: [] };
    const level = driftLevel(observation.driftPercent);
    if (level === 'green' || level === 'yellow') return { state, findings: [] };
    const sentence = `the answer of ${agentName(observation)} drifted ${Math.round(observation.driftPercent)}% from the instruction`;
    const severity = level === 'red' ? 'violation' : 'remark';
    return {
      state,
      findings: [findingOf(observation, { rule: NAME, finding: level, severity, sentence, sameAs: `${level} ${observation.agentId}` })],
    };
  },
});
