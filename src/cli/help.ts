// The texts of `--help`.

import type { Command } from './command.ts';

/** The help of the whole program. */
export function programHelp(commands: readonly Command[]): string {
  return [
    'Usage: live-status <command> [options]',
    '',
    'Keeps one post per turn of an agent in Mattermost up to date: a box that says what the agent does and how it ended.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...columns([
      ['-h, --help', 'show this, or the help of a command: live-status <command> --help'],
      ['--version', 'show the version'],
    ]),
    '',
    'Everything is configured by environment variables; live-status config --help lists them. They may also stand, one NAME=value a line, in',
    '~/.config/live-status/env or the file that LIVE_STATUS_ENV_FILE names.',
    'Required are MM_URL, MM_TOKEN or MM_TOKEN_FILE, and something to watch: TRANSCRIPT_DIR, or a gateway (GATEWAY_URL and GATEWAY_TOKEN, or',
    "OpenClaw's own configuration when it is on this machine).",
  ].join('\n');
}

/** The help of one command. */
export function commandHelp({ name, summary, details, options, operands }: Command): string {
  const rows = Object.entries(options).map(
    ([option, { value, help }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  return [
    `Usage: live-status ${name}${operands === undefined ? '' : ` ${operands.usage}`}${rows.length > 0 ? ' [options]' : ''}`,
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`,
    '',
    details(),
    '',
    'Options:',
    ...columns([...rows, ['-h, --help', 'show this']]),
  ].join('\n');
}

/** Indented lines in two columns. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

/** A table whose columns are as wide as their widest cells. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
