// Figures as text. Pure.

import type { Figure, Row } from './contract.ts';

export interface Measured {
  row: Row;
  figures: readonly Figure[];
}

const HEAD = ['measure', 'now', 'floor', 'goal', 'verdict'];

/** A Markdown table, its columns aligned. */
export function tableOf(measured: readonly Measured[]): string {
  const lines = measured.flatMap(({ row, figures }) => figures.map((figure) => [`${row.title}: ${figure.what}`, ...cellsOf(figure)]));
  const widths = HEAD.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const written = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [written(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(written)].join('\n');
}

function cellsOf(figure: Figure): string[] {
  const { now, floor, limit, goal, unit } = figure;
  const plainGoal = limit === undefined ? '–' : `≤ ${numberOf(limit)} ${unit}`.trim();
  return [withUnit(now, unit), floor === undefined ? '–' : withUnit(floor, unit), goal ?? plainGoal, verdictOf(figure)];
}

/** `ok`, or by which factor the goal is missed; a dash where there is no goal. Only what was not measured is no number. */
export function verdictOf({ now, limit }: Figure): string {
  if (Number.isNaN(now)) return 'not measured';
  if (limit === undefined) return '–';
  return now <= limit ? 'ok' : `missed by ${numberOf(now / limit)} ×`;
}

function withUnit(value: number, unit: string): string {
  return Number.isNaN(value) ? '–' : `${numberOf(value)} ${unit}`.trim();
}

/** Three digits say what such a measurement can say. */
function numberOf(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}
