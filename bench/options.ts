// What the command line asks for. Pure.

import { parseArgs } from 'node:util';
import { ROWS } from './rows/catalogue.ts';
import type { Row } from './contract.ts';

export interface Options {
  rows: readonly Row[];
  quick: boolean;
  json: boolean;
  /** A folder for CPU profiles of the watcher. */
  profile: string | undefined;
}

export const HELP = `npm run -s bench -- [options]

Measures the built program beside the least that the same work costs, and prints one table.

  --only ROW      only this row; may be given several times
  --quick         small and short: shows that the rows work, not what they measure
  --json          prints the figures as JSON
  --profile DIR   writes a CPU profile of the watcher for each row into DIR and prints what is at its top; figures are then too high
  --help          prints this

Rows: ${ROWS.map(({ name }) => name).join(', ')}
`;

/** Gives the options, or words about what is wrong with them; nothing when only help is wanted. */
export function readOptions(args: readonly string[]): Options | string | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return undefined;
    const unknown = values.only?.filter((name) => !ROWS.some((row) => row.name === name)) ?? [];
    if (unknown.length > 0) return `There is no row ${unknown.join(', ')}.`;
    const rows = ROWS.filter(({ name }) => values.only?.includes(name) ?? true);
    return { rows, quick: values.quick, json: values.json, profile: values.profile };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
