/** Writes the tables of variables into the documents that show them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { DOCUMENTS, withConfigurationTable } from './configuration-table.ts';

for (const document of DOCUMENTS) {
  const path = new URL(`../${document}`, import.meta.url);
  writeFileSync(path, withConfigurationTable(readFileSync(path, 'utf8')));
}
