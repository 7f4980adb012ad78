import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULE_DOCUMENT, withRuleTable } from '../../../scripts/rule-table.ts';
import { RULES } from '../../../src/coordinator/rules/catalogue.ts';
import { ROOT } from './documents.ts';

it('the table of rules stands in the document as the catalogue has it (else: npm run update-docs)', () => {
  const text = readFileSync(join(ROOT, RULE_DOCUMENT), 'utf8');
  expect(text).toBe(withRuleTable(text));
  for (const { name } of RULES) expect(text).toContain(`| \`${name}\` | `);
});

it('a document without marks is refused', () => expect(() => withRuleTable('# Rules')).toThrow(/has no <!-- rules:begin -->/));
