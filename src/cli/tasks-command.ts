// `live-status tasks`: the open tasks, plans and collaborations of swarms in a table, as the running watcher sees them.

import { z } from 'zod';
import { formatDuration } from '../boxes/render/amounts.ts';
import { cut, oneLine } from '../text/text.ts';
import { statusCodes } from '../process/exit-codes.ts';
import { askPage, noAnswerText } from './ask-health.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { findWatcher } from './running-watcher.ts';

const MAX_TITLE_POINTS = 40;
const MAX_NEWS_POINTS = 100;

// Only the fields that we print; a newer daemon may send more.
const taskShape = z.object({
  title: z.string(),
  depth: z.number().int().min(0).max(20),
  address: z.string().optional(),
  state: z.string(),
  activity: z.string(),
  startedAt: z.number(),
  waits: z.array(z.object({ on: z.string(), since: z.number().optional(), text: z.string().optional(), who: z.string().optional() })),
  meters: z.array(z.object({ name: z.string(), used: z.number().nullable(), of: z.number().nullish(), unit: z.string().optional() })),
  warnings: z.array(z.string()),
});
const tasksShape = z.object({ tasks: z.array(taskShape) });

export type SeenTask = z.infer<typeof taskShape>;

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'list the open tasks, plans and collaborations of swarms',
  details: () =>
    [
      'Asks the running watcher, as status does. One line for each open task of Network-AI and of openclaw-node: those first that need a person, with the parts of a',
      'plan below it.',
      '',
      'Exit codes: 0 listed, 1 ended without removing its PID file or no answer, 3 not running, 4 unknown, 78 a variable is wrong.',
    ].join('\n'),
  options: { json: { type: 'boolean', help: 'print everything that is known of them as JSON' } },
  run: tasks,
};

async function tasks(values: OptionValues, context: CliContext): Promise<number> {
  const found = findWatcher(context);
  if ('exitCode' in found) return found.exitCode;
  const { healthUrl } = found.record;
  if (healthUrl === undefined) {
    context.err('Health is off (HEALTH_PORT=0), so the watcher cannot be asked.');
    return statusCodes.deadWithPidFile;
  }
  const url = new URL('/tasks', healthUrl).href;
  const answer = await askPage(url, tasksShape, found.token);
  if (answer.kind !== 'seen') {
    context.err(`Tasks: ${noAnswerText(answer, url)}.`);
    return statusCodes.deadWithPidFile;
  }
  if (values['json'] === true) context.out(JSON.stringify(answer.body.tasks, null, 2));
  else for (const line of taskLines(answer.body.tasks, Date.now())) context.out(line);
  return statusCodes.running;
}

/** A table for people. */
export function taskLines(list: readonly SeenTask[], now: number): string[] {
  if (list.length === 0) return ['No open tasks.'];
  const rows = list.map((task) => [
    `${'  '.repeat(task.depth)}${cut(oneLine(task.title), MAX_TITLE_POINTS)}`,
    task.activity === task.state ? task.state : `${task.activity} (${task.state})`,
    formatDuration(now - task.startedAt),
    task.meters.map(meterText).join(', '),
    cut(oneLine(newsOf(task, now)), MAX_NEWS_POINTS),
  ]);
  return aligned([['TASK', 'STATE', 'FOR', 'METERS', 'WAITS AND WARNINGS'], ...rows]);
}

function meterText({ name, used, of, unit }: SeenTask['meters'][number]): string {
  const amount = `${used ?? '?'}${of === undefined || of === null ? '' : `/${of}`}`;
  return [oneLine(name), amount, oneLine(unit ?? '')].filter((part) => part !== '').join(' ');
}

function newsOf({ waits, warnings }: SeenTask, now: number): string {
  const waited = waits.map(({ on, since, text, who }) => {
    const so = since === undefined ? '' : ` for ${formatDuration(now - since)}`;
    return [`${on}${so}`, text, who === undefined ? undefined : `who: ${who}`].filter((part) => part !== undefined).join(': ');
  });
  return [...waited, ...warnings].join('; ');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
