/** Writes the tables of variables and rules into the documents that show them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, withConfigurationTable } from './configuration-table.ts';
import { RULE_DOCUMENT, withRuleTable } from './rule-table.ts';

for (const document of DOCUMENTS) renew(document, withConfigurationTable);
renew(RULE_DOCUMENT, withRuleTable);

function renew(document: string, withTable: (text: string) => string): void {
  const path = new URL(`../${document}`, import.meta.url);
  writeFileSync(path, withTable(readFileSync(path, 'utf8')));
}
