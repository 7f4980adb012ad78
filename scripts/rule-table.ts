/** The table of the coordinator's rules in a document, made from their catalogue. */

import { RULES } from '../src/coordinator/rules/catalogue.ts';
import type { Rule } from '../src/coordinator/rules/rule.ts';

/** The document that shows it. */
export const RULE_DOCUMENT = 'docs/COORDINATOR.md';

const PLACE = /(<!-- rules:begin -->\n)[^]*?(<!-- rules:end -->)/;
const DEFAULTS: Readonly<Record<Rule['byDefault'], string>> = { on: 'on', governed: 'on for governed agents', off: 'off' };

/** The document with its table renewed; throws when the marks around the table are missing. */
export function withRuleTable(document: string): string {
  if (!PLACE.test(document)) throw new Error('The document has no <!-- rules:begin --> and <!-- rules:end -->.');
  return document.replace(PLACE, (_whole, begin: string, end: string) => `${begin}${tableOf(RULES)}\n${end}`);
}

function tableOf(rules: readonly Rule[]): string {
  const lines = rules.map(
    ({ name, severity, byDefault, meaning }) => `| \`${name}\` | ${DEFAULTS[byDefault]} | ${severity} | ${meaning} |`,
  );
  return ['| rule | default | gravest finding | what it expects |', '|---|---|---|---|', ...lines].join('\n');
}
