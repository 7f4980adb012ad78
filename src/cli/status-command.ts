// `live-status status`: whether the daemon runs, how it is, and where each box is.

import { readSettings } from '../config.ts';
import { inspectPidFile, type PidRecord } from '../pid-file.ts';
import { askHealth, type HealthAnswer, type SeenHealth } from './ask-health.ts';
import type { CliContext, Command } from './command.ts';
import { tellProblems } from './config-words.ts';
import { exitCodes, statusCodes } from './exit-codes.ts';
import { columns } from './help.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'tell whether the watcher runs and where its boxes are',
  details: () =>
    [
      'Finds the watcher by PID_FILE and asks its GET /health. One line for each session: its state, and the post of its box or why it has',
      'none.',
      '',
      'Exit codes: 0 running (whatever its health), 1 ended without removing its PID file, 3 not running, 4 unknown, 78 PID_FILE is wrong.',
    ].join('\n'),
  options: {},
  run: (_values, context) => status(context),
};

async function status(context: CliContext): Promise<number> {
  const settings = readSettings(context.env, ['pidFile']);
  if ('problems' in settings) {
    tellProblems(settings.problems, context.err);
    return exitCodes.config;
  }
  const state = inspectPidFile(settings.pidFile);
  switch (state.kind) {
    case 'absent':
      context.out('live-status is stopped.');
      return statusCodes.stopped;
    case 'stale':
      context.out(`live-status is not running; its PID file ${settings.pidFile} is stale: ${state.why}.`);
      return statusCodes.deadWithPidFile;
    case 'unverified':
    case 'refused':
      context.err(`It is unknown whether live-status runs: ${state.why}.`);
      return statusCodes.unknown;
    case 'running':
      for (const line of await runningLines(state.record)) context.out(line);
      return statusCodes.running;
    default:
      return state satisfies never;
  }
}

async function runningLines(record: PidRecord): Promise<string[]> {
  const first = `live-status is running (pid ${record.pid}).`;
  if (record.healthUrl === undefined) return [first, 'Health: off (HEALTH_PORT=0), so nothing more is known.'];
  const answer = await askHealth(record.healthUrl, record.pid);
  return [first, ...healthLines(answer, record.healthUrl)];
}

/** What is known of the daemon's health, for people. */
export function healthLines(answer: HealthAnswer, url: string): string[] {
  switch (answer.kind) {
    case 'silent':
      return [`Health: unknown, ${url} does not answer (${answer.why}).`];
    case 'foreign':
      return [`Health: unknown, ${url} is answered by another program.`];
    case 'seen':
      return seenLines(answer.health);
    default:
      return answer satisfies never;
  }
}

function seenLines({ status: overall, reason, version, uptimeMs, boxes, sessions }: SeenHealth): string[] {
  const rows = sessions.map(({ agent, state, channelId, postId, why }): [string, string] => [
    `${agent}  ${state}`,
    `${channelId === undefined ? '' : `channel ${channelId}, `}${postId === undefined ? `no post: ${why ?? 'it is not written yet'}` : `post ${postId}`}`,
  ]);
  return [
    `Health: ${overall}, ${reason}.`,
    `Version ${version}, up for ${durationWords(uptimeMs)}.`,
    `Boxes: ${boxes.active} active, ${boxes.waiting} waiting, ${boxes.dirty} not up to date, ${boxes.parked.length} parked.`,
    ...(rows.length === 0 ? ['Sessions: none.'] : ['Sessions:', ...columns(rows)]),
  ];
}

function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)}s`;
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
