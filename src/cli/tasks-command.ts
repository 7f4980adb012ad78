// `live-status tasks`: the open tasks, plans and collaborations of swarms in a table, as the running watcher sees them.

import { z } from 'zod';
import { formatDuration } from '../boxes/render/amounts.ts';
import { readSettings } from '../config/config.ts';
import { cut, oneLine } from '../text/text.ts';
import { statusCodes } from '../process/exit-codes.ts';
import type { KanbanCard } from '../sources/mesh/kanban.ts';
import { askPage, noAnswerText } from './ask-health.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { aligned } from './help.ts';
import { cardLines, readCards } from './kanban-lines.ts';
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
      'plan below it. With OPENCLAW_NODE_DIR the open cards of its kanban file follow, whether a watcher runs or not.',
      '',
      'Exit codes: 0 listed, 1 ended without removing its PID file or no answer, 3 not running, 4 unknown, 78 a variable is wrong.',
    ].join('\n'),
  options: { json: { type: 'boolean', help: 'print everything that is known of them as JSON' } },
  run: tasks,
};

interface Listing {
  tasks?: readonly SeenTask[];
  cards?: readonly KanbanCard[];
}

async function tasks(values: OptionValues, context: CliContext): Promise<number> {
  const asked = await askTasks({ ...context, out: context.err }); // why there are none is no part of the list
  const cards = await cardsFor(context);
  const listing: Listing = { ...('tasks' in asked ? { tasks: asked.tasks } : {}), ...(cards === undefined ? {} : { cards }) };
  const lines = values['json'] === true ? [JSON.stringify(listing, null, 2)] : linesOf(listing);
  for (const line of lines) context.out(line);
  return 'tasks' in asked ? statusCodes.running : asked.exitCode;
}

function linesOf({ tasks: list, cards }: Listing): string[] {
  return [...(list === undefined ? [] : taskLines(list, Date.now())), ...(cards === undefined ? [] : cardLines(cards))];
}

/** Nothing without a folder, or when its file cannot be read. */
async function cardsFor({ env, err }: CliContext): Promise<readonly KanbanCard[] | undefined> {
  const settings = readSettings(env, ['openclawNodeDir']);
  if ('problems' in settings || settings.openclawNodeDir === undefined) return undefined;
  const cards = await readCards(settings.openclawNodeDir);
  if (typeof cards !== 'string') return cards;
  err(cards);
  return undefined;
}

async function askTasks(context: CliContext): Promise<{ tasks: SeenTask[] } | { exitCode: number }> {
  const found = findWatcher(context);
  if ('exitCode' in found) return found;
  const { healthUrl } = found.record;
  if (healthUrl === undefined) {
    context.err('Health is off (HEALTH_PORT=0), so the watcher cannot be asked.');
    return { exitCode: statusCodes.deadWithPidFile };
  }
  const url = new URL('/tasks', healthUrl).href;
  const answer = await askPage(url, tasksShape, found.token);
  if (answer.kind !== 'seen') {
    context.err(`Tasks: ${noAnswerText(answer, url)}.`);
    return { exitCode: statusCodes.deadWithPidFile };
  }
  return answer.body;
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
