// The figures as lines for people. Pure.

import type { Figures } from './records.ts';

type Spread = Figures['staleness'];

export function linesOf(figures: Figures): string[] {
  const { byReason, staleness, endDelay, waitDelay } = figures;
  const rows: [string, string][] = [
    ['requests', `${figures.requests}: ${figures.creates} creates, ${figures.edits} edits`],
    ...Object.entries(byReason).map(([name, many]): [string, string] => [`  ${name}`, String(many)]),
    [
      'edits of one channel in an hour, at most',
      `${figures.mostEditsInHour}, of which ordinary at most ${figures.mostOrdinaryEditsInHour}`,
    ],
    ['rows of history in the database', `${figures.historyRows}, about ${(figures.historyBytes / 1e6).toFixed(1)} MB`],
    ['age of the oldest unsent change', spread(staleness)],
    ['an end until it is shown', spread(endDelay)],
    ['a question until it is shown', spread(waitDelay)],
    ['fairness of sessions (Jain, 1 is best)', figures.fairness.toFixed(3)],
    ['turns', `${figures.turns}: ${figures.tooShort} too short for a box, ${figures.neverShown} never shown`],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, value]) => `${what.padEnd(width)}  ${value}`);
}

function spread({ median, p95, p99, most }: Spread): string {
  if (median === undefined || p95 === undefined || p99 === undefined || most === undefined) return 'none';
  return `median ${time(median)}, 95 % ${time(p95)}, 99 % ${time(p99)}, at most ${time(most)}`;
}

function time(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}
