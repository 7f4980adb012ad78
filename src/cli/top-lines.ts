// Makes the lines of `live-status top` from the watcher's report. Pure; knows no terminal.

import { formatCost, formatCount, formatDuration, formatTokens } from '../boxes/render/amounts.ts';
import { gatewayCounts } from '../health/fleet-gateways.ts';
import { cut, oneLine } from '../text/text.ts';
import { aligned } from './help.ts';
import type { TopReport } from './top-report.ts';

/** A line, and how much it should stand out where a terminal can show that. */
export interface TopLine {
  readonly text: string;
  readonly look: 'plain' | 'heading' | 'alarm';
}

type Row = TopReport['sessions'][number];

const MAX_NAME_POINTS = 40;
const MAX_WHY_POINTS = 80;
const MAX_REASON_POINTS = 400;
const MOST_COUNTS = 6; // in one line
const MIB = 1_048_576;
/** Those first that need a person. */
const ORDER = ['blocked', 'waiting', 'active', 'ready', 'idle'];

/** Who waits, the health, and every box, in this order: what does not fit on a screen is at the end. `now` is when the report came. */
export function topLines(report: TopReport, now: number): TopLine[] {
  return [...headLines(report), ...waitLines(report), ...healthLines(report, now), ...boxLines(report)];
}

function headLines({ version, status, reason, uptimeMs }: TopReport): TopLine[] {
  const look = status === 'ok' ? 'plain' : 'alarm';
  return [
    heading(`live-status ${shown(version)}, up for ${formatDuration(uptimeMs)}`),
    { text: `${status}: ${cut(oneLine(reason), MAX_REASON_POINTS)}`, look },
    plain(''),
  ];
}

/** The longest wait first. */
function waitLines({ sessions }: TopReport): TopLine[] {
  const waits = sessions.flatMap((row) => (row.waits ?? []).map((wait) => ({ row, ...wait })));
  if (waits.length === 0) return [plain('Nobody is waited for.'), plain('')];
  const rows = waits
    .toSorted((one, other) => other.forMs - one.forMs)
    .map(({ row, on, forMs, leftMs }) => [nameOf(row), shown(on), formatDuration(forMs), leftText(leftMs), placeOf(row)]);
  return [...table(['WAITS', 'FOR WHAT', 'SINCE', 'LEFT', 'WHERE'], rows, 'alarm'), plain('')];
}

function leftText(leftMs: number | undefined): string {
  return leftMs === undefined ? '' : formatDuration(leftMs);
}

function busText({ state, because, told, waiting }: NonNullable<TopReport['bus']>): string {
  return `${shown(state)}; ${told} told, ${waiting} waiting${because === undefined ? '' : `; ${shown(because)}`}`;
}

function healthLines(
  { sink, bus, boxes, edits, sources, gateways = [], spent = {}, coordinator, process }: TopReport,
  now: number,
): TopLine[] {
  const failures = countsText(sink.failuresByReason);
  const ages = [
    `oldest unsent change ${formatDuration(boxes.oldestDirtyAgeMs)}`,
    `oldest unsent end ${formatDuration(boxes.oldestEndAgeMs ?? 0)}`,
  ];
  const mattermost = [
    `${shown(sink.reach)}, token ${shown(sink.token)}, breaker ${shown(sink.breaker)}`,
    `last answer ${agoText(sink.lastSuccessAt, now)}`,
    ...(sink.blockedUntil === null ? [] : [`asks to wait until ${shown(sink.blockedUntil)}`]),
  ];
  const numbers = [
    `${formatCount(edits.sent)} sent`,
    `${formatCount(edits.conflated)} saved`,
    `${formatCount(edits.perSecond)} a second at most`,
    ...(failures === '' ? [] : [`failed: ${failures}`]),
  ];
  const rows = [
    ['Boxes', `${boxes.active} open, ${boxes.dirty} not up to date, ${boxes.parked.length} parked, ${boxes.withoutSlot} without a slot`],
    ['', ages.join(', ')],
    ...(bus === undefined
      ? [
          ['Mattermost', mattermost.join('; ')],
          ['Pushes', numbers.join(', ')],
        ]
      : [['Bus', busText(bus)]]),
    ...sources.map((source) => ['Source', sourceText(source, now)]),
    ...optional('Gateways', gatewayCounts(gateways)),
    ...optional('Findings', countsText(coordinator?.findingsByRule ?? {})),
    ...optional('Spent', spentText(spent)),
    ['Process', `${formatCount(process.rssBytes / MIB)} MiB, event loop ${formatCount(process.eventLoopDelayP99Ms)} ms late`],
  ];
  return [...aligned(rows).map(plain), plain('')];
}

function sourceText(
  { name, state, lastEventAt, lagP99Ms = 0, files, unknownKinds, problems }: TopReport['sources'][number],
  now: number,
): string {
  return [
    `${shown(name)} ${shown(state)}`,
    `last event ${agoText(lastEventAt, now)}`,
    `lag ${formatCount(lagP99Ms / 1_000)} s`,
    ...(files === 0 ? [] : [`${formatCount(files)} files`]),
    ...[countsText(unknownKinds, 'unknown'), countsText(problems, 'problems')].filter((text) => text !== ''),
  ].join(', ');
}

function boxLines({ sessions }: TopReport): TopLine[] {
  if (sessions.length === 0) return [plain('No sessions.')];
  const rows = sessions
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .map((row) => [nameOf(row), stateText(row), shown(row.source ?? ''), placeOf(row)]);
  return table(['BOX', 'STATE', 'SOURCE', 'WHERE'], rows, 'plain');
}

function rankOf({ activity }: Row): number {
  return ORDER.includes(activity) ? ORDER.indexOf(activity) : ORDER.length;
}

/** `blocked (waiting)`: as `live-status status` says it. */
function stateText({ activity, state }: Row): string {
  return shown(activity === state ? state : `${activity} (${state})`);
}

function nameOf({ agent, project, gateway }: Row): string {
  const name = shown(project === undefined ? agent : `${agent} · ${project}`);
  return gateway === undefined ? name : `${name} on ${shown(gateway)}`;
}

function placeOf({ channelId, postId, why }: Row): string {
  const where = [channelId === undefined ? '' : `channel ${shown(channelId)}`, postId === undefined ? '' : `post ${shown(postId)}`];
  return [...where, cut(oneLine(why ?? ''), MAX_WHY_POINTS)].filter((part) => part !== '').join(', ');
}

function countsText(counts: Readonly<Record<string, number>>, title?: string): string {
  const all = Object.entries(counts).map(([name, count]) => `${shown(name)} ${formatCount(count)}`);
  const most = all.length > MOST_COUNTS ? [...all.slice(0, MOST_COUNTS), `${all.length - MOST_COUNTS} more`] : all;
  return most.length === 0 ? '' : `${title === undefined ? '' : `${title}: `}${most.join(', ')}`;
}

function spentText(spent: NonNullable<TopReport['spent']>): string {
  const parts = Object.entries(spent).map(([family, { tokens, costUsd }]) => [shown(family), formatTokens(tokens), formatCost(costUsd)]);
  return parts.map((part) => part.filter((word) => word !== undefined).join(' ')).join(', ');
}

function agoText(at: string | null, now: number): string {
  const instant = Date.parse(at ?? '');
  return Number.isNaN(instant) ? 'never' : `${formatDuration(now - instant)} ago`;
}

function optional(name: string, text: string): string[][] {
  return text === '' ? [] : [[name, text]];
}

/** Agents and servers wrote most names: one short line each, without anything that a terminal would obey. */
function shown(text: string): string {
  return cut(oneLine(text), MAX_NAME_POINTS);
}

function table(head: readonly string[], rows: readonly (readonly string[])[], look: TopLine['look']): TopLine[] {
  const [first = '', ...others] = aligned([head, ...rows]);
  return [heading(first), ...others.map((text) => ({ text, look }))];
}

function heading(text: string): TopLine {
  return { text, look: 'heading' };
}

function plain(text: string): TopLine {
  return { text, look: 'plain' };
}
