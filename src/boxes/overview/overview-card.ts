// Draws the board of a channel. Each line is the title of a box, so it says no more than that box does. Pure.

import type { Card } from '../../core/card.ts';
import type { JudgedTree } from '../../core/status.ts';
import { openWaits } from '../../core/turn.ts';
import { formatCost, formatTokens } from '../render/amounts.ts';
import { colorOf } from '../render/colors.ts';
import type { RenderOptions } from '../render/render-options.ts';
import { titleOf } from '../render/title.ts';
import { draw, foreignName, joined, type Version, type Wording } from '../render/wording.ts';
import { type Group, GROUPS, type OverviewRow } from './overview-rows.ts';

/** A line in both versions: for the post's creation, and for its edits. */
export type Line = Readonly<Record<Version, string>>;

export interface Spending {
  tokens: number;
  costUsd: number;
}

/** What a board says. `failures` are the lines of those that failed within an hour, the newest first. */
export interface OverviewContent {
  rows: readonly OverviewRow[];
  failures: readonly Line[];
  spentToday: Spending;
  now: number;
}

const MAX_WHO_POINTS = 60;
const MAX_WHO = 3; // of one turn: its box has all of them
const MAX_LINES = 30; // clients fold away what is longer
const COUNTED: Record<Group, string> = { waits: 'waiting', stuck: 'stuck', works: 'working', failed: 'failed within the hour' };

/** The title of the row's box, and of a wait who may end it. */
export function lineOf({ tree }: Pick<OverviewRow, 'tree'>, options: RenderOptions): Line {
  const line = joined([titleOf(tree, options), ...whoMayAnswer(tree, options)], ' | ');
  return { first: draw(line, 'first'), later: draw(line, 'later') };
}

function whoMayAnswer({ turn, session, status }: JudgedTree, options: RenderOptions): Wording[] {
  if (status.state !== 'waiting') return [];
  const names = new Set(openWaits(turn, session.asOf).flatMap(({ who }) => who ?? []));
  return [...names].slice(0, MAX_WHO).map((who) => [foreignName(options.redact(who), MAX_WHO_POINTS)]);
}

export function overviewCard({ rows, failures, spentToday, now }: OverviewContent, options: RenderOptions): Card {
  const open = rows.filter(({ group }) => group !== 'failed');
  const all = [...open.map((row) => withMark(row.group, lineOf(row, options))), ...failures];
  const shown = all.slice(0, MAX_LINES);
  const lines = (version: Version): string[] => [
    ...shown.map((line) => line[version]),
    ...footer(all.length - shown.length, spentToday, now),
  ];
  const title = `[BOARD] ${summary(open, failures.length)}`;
  return {
    state: 'active',
    color: colorOf(open.some(({ group }) => group === 'waits') ? 'waiting' : open.length > 0 ? 'active' : 'done', false),
    title,
    lines: lines('later'),
    first: { title, lines: lines('first') },
    dropOrder: [...shown.keys()].toReversed(), // who waits stays longest, and the footer always
    droppedLines: 0,
    fallback: title,
    urgentKey: '',
    final: false,
  };
}

/** The last one of this process: it must not look as if somebody still kept it. */
export function stoppedCard(now: number): Card {
  const title = '[BOARD] the watcher has stopped';
  const lines = [`_${clockTime(now)}: nobody keeps this board until it runs again._`];
  return {
    state: 'interrupted',
    color: colorOf('interrupted', false),
    title,
    lines,
    droppedLines: 0,
    fallback: title,
    urgentKey: '',
    final: false,
  };
}

function withMark(group: Group, line: Line): Line {
  return group === 'stuck' ? { first: `${line.first} | stuck`, later: `${line.later} | stuck` } : line;
}

function summary(open: readonly OverviewRow[], failed: number): string {
  const counts = GROUPS.map((group) => ({ group, count: group === 'failed' ? failed : open.filter((row) => row.group === group).length }));
  const parts = counts.filter(({ count }) => count > 0).map(({ group, count }) => `${count} ${COUNTED[group]}`);
  return parts.length === 0 ? 'nobody works' : parts.join(' | ');
}

function footer(more: number, { tokens, costUsd }: Spending, now: number): string[] {
  const cost = formatCost(costUsd);
  const spent = [...(tokens > 0 ? [formatTokens(tokens)] : []), ...(cost === undefined ? [] : [cost])].join(', ');
  return [...(more > 0 ? [`_and ${more} more_`] : []), `_as of ${clockTime(now)}${spent === '' ? '' : `; today ${spent}`}_`];
}

/** `14:05 UTC`: people of several time zones read it. */
function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}
