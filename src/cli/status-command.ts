// `live-status status`: shows whether the daemon runs, its health, and where each box is.

import { formatCost, formatTokens } from '../boxes/render/amounts.ts';
import { askHealth, type HealthAnswer, noAnswerText, type SeenHealth } from './ask-health.ts';
import { gatewayCounts } from '../health/fleet-gateways.ts';
import type { CliContext, Command } from './command.ts';
import { statusCodes } from '../process/exit-codes.ts';
import { columns } from './help.ts';
import { findWatcher, type FoundWatcher } from './running-watcher.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'show whether the watcher runs and where its boxes are',
  details: () =>
    [
      'Finds the watcher by PID_FILE and asks its GET /health, with HEALTH_TOKEN if set. One line for each session: its state, and the post of its box or why it has',
      'none.',
      '',
      'Exit codes: 0 running (whatever its health), 1 ended without removing its PID file, 3 not running, 4 unknown, 78 a variable is wrong.',
    ].join('\n'),
  options: {},
  run: (_values, context) => status(context),
};

async function status(context: CliContext): Promise<number> {
  const found = findWatcher(context);
  if ('exitCode' in found) return found.exitCode;
  for (const line of await runningLines(found)) context.out(line);
  return statusCodes.running;
}

async function runningLines({ record, token }: Extract<FoundWatcher, { record: unknown }>): Promise<string[]> {
  const first = `live-status is running (pid ${record.pid}).`;
  if (record.healthUrl === undefined) return [first, 'Health: off (HEALTH_PORT=0), so nothing more is known.'];
  const answer = await askHealth(record.healthUrl, { pid: record.pid, token });
  return [first, ...healthLines(answer, record.healthUrl)];
}

/** The daemon's health, as lines for people. */
export function healthLines(answer: HealthAnswer, url: string): string[] {
  return answer.kind === 'seen' ? seenLines(answer.health) : [`Health: ${noAnswerText(answer, url)}.`];
}

function seenLines({
  status: overall,
  reason,
  version,
  uptimeMs,
  publisher,
  bus,
  boxes,
  sessions,
  gateways = [],
  spent = {},
}: SeenHealth): string[] {
  const rows = sessions.map(({ agent, project, gateway, state, activity, channelId, postId, why }): [string, string] => [
    `${agent}${project === undefined ? '' : ` · ${project}`}${gateway === undefined ? '' : ` on ${gateway}`}  ${describeState(state, activity)}`,
    `${channelId === undefined ? '' : `channel ${channelId}, `}${describePost(postId, why)}`,
  ]);
  return [
    `Health: ${overall}, ${reason}.`,
    `Version ${version}, up for ${describeDuration(uptimeMs)}.`,
    ...(publisher === undefined ? [] : [publisherLine(publisher)]),
    ...(bus === undefined ? [] : [busLine(bus)]),
    ...(gateways.length === 0 ? [] : [`Gateways: ${gatewayCounts(gateways)}.`]),
    `Boxes: ${boxes.active} active, ${boxes.waiting} waiting, ${boxes.dirty} not up to date, ${boxes.parked.length} parked.`,
    ...((boxes.lostWithoutPost ?? 0) === 0 ? [] : [`${boxes.lostWithoutPost} turns were lost without a word and got no post.`]),
    ...(Object.keys(spent).length === 0 ? [] : [`Spent by these: ${spentText(spent)}.`]),
    ...(rows.length === 0 ? ['Sessions: none.'] : ['Sessions:', ...columns(rows)]),
  ];
}

function publisherLine({ state, active }: NonNullable<SeenHealth['publisher']>): string {
  if (state === 'active') return 'Publisher of a fleet: the active one.';
  return `Publisher of a fleet: it stands by, and ${active === undefined ? 'nobody is active' : `${active} is active`}.`;
}

function busLine({ state, because, told, waiting }: NonNullable<SeenHealth['bus']>): string {
  const where = state === 'reached' ? 'the bus is reached' : `the bus is away: ${because ?? 'it is not known why'}`;
  return `Watcher of a fleet: ${where}; ${told} boxes are told, ${waiting} of them wait for the bus.`;
}

function spentText(spent: NonNullable<SeenHealth['spent']>): string {
  const parts = Object.entries(spent).map(([family, { tokens, costUsd }]) => [family, formatTokens(tokens), formatCost(costUsd)]);
  return parts.map((part) => part.filter((word) => word !== undefined).join(' ')).join(', ');
}

/** `blocked (waiting)`, `ready (done)`: what it does, and the state of its box where that says more. */
function describeState(state: string, activity = state): string {
  return activity === state ? state : `${activity} (${state})`;
}

function describePost(postId: string | undefined, why: string | undefined): string {
  if (postId === undefined) return `no post: ${why ?? 'it is not written yet'}`;
  return why === undefined ? `post ${postId}` : `post ${postId}: ${why}`;
}

function describeDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)}s`;
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
