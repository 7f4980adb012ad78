/** Writes the table of variables into the README. */

import { readFileSync, writeFileSync } from 'node:fs';
import { withConfigurationTable } from './configuration-table.ts';

const README = new URL('../README.md', import.meta.url);

writeFileSync(README, withConfigurationTable(readFileSync(README, 'utf8')));
