/** The tables of variables in the documents, made from the one in the source. */

import type { Setting } from '../src/config/setting.ts';
import { settings } from '../src/config/settings.ts';

type Row = Pick<Setting<unknown>, 'variable' | 'meaning' | 'presence'> & { form: { expected: string } };

/** The documents that show such a table. */
export const DOCUMENTS = ['README.md', 'docs/CONFIGURATION.md'] as const;

/** As a user sees it whose home is `~`. */
const ENVIRONMENT = { HOME: '~' };

/** The comment before a table names the variables to show, in their order; one that names none means all, and what each of them takes. */
const PLACE = /(<!-- configuration:begin(?<names>[\w ]*)-->\n)[^]*?(<!-- configuration:end -->)/;

/** The document with its table renewed; throws when the marks around the table are missing, or name a variable that is not there. */
export function withConfigurationTable(document: string): string {
  if (!PLACE.test(document)) throw new Error('The document has no <!-- configuration:begin --> and <!-- configuration:end -->.');
  return document.replace(PLACE, (_whole, begin: string, names: string, end: string) => `${begin}${tableOf(names.split(' '))}\n${end}`);
}

function tableOf(names: readonly string[]): string {
  const all: Row[] = Object.values(settings);
  const wanted = names.filter((name) => name !== '');
  return wanted.length === 0 ? whole(all) : excerpt(wanted.map((name) => rowNamed(all, name)));
}

function rowNamed(rows: readonly Row[], name: string): Row {
  const row = rows.find(({ variable }) => variable === name);
  if (row === undefined) throw new Error(`There is no variable ${name}.`);
  return row;
}

function whole(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${cellsOf(row).join(' | ')} | ${escaped(row.form.expected)} |`);
  return ['| variable | default | meaning | takes |', '|---|---|---|---|', ...lines].join('\n');
}

function excerpt(rows: readonly Row[]): string {
  return ['| variable | default | meaning |', '|---|---|---|', ...rows.map((row) => `| ${cellsOf(row).join(' | ')} |`)].join('\n');
}

function cellsOf(row: Row): string[] {
  return [`\`${row.variable}\``, defaultOf(row), escaped(row.meaning)];
}

function defaultOf({ presence }: Row): string {
  switch (presence.kind) {
    case 'required':
      return '**required**';
    case 'optional':
      return '';
    case 'fallback':
      return `\`${typeof presence.text === 'string' ? presence.text : presence.text(ENVIRONMENT)}\``;
    default:
      return presence satisfies never;
  }
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*');
}
