/** The table of variables in the README, made from the one in the source. */

import type { Setting } from '../src/config/setting.ts';
import { settings } from '../src/config/settings.ts';

type Row = Pick<Setting<unknown>, 'variable' | 'meaning' | 'presence'>;

/** As a user sees it whose home is `~`. */
const ENVIRONMENT = { HOME: '~' };

/** The rows in the order of the source, as a Markdown table. */
export function configurationTable(): string {
  const rows = Object.values(settings).map((row: Row) => `| \`${row.variable}\` | ${defaultOf(row)} | ${escaped(row.meaning)} |`);
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

const BEGIN = '<!-- configuration:begin -->';
const END = '<!-- configuration:end -->';

/** The README with its table renewed; throws when the marks around the table are missing. */
export function withConfigurationTable(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The README needs ${BEGIN} and ${END}.`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${configurationTable()}\n${readme.slice(end)}`;
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
