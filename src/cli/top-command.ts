// `live-status top`: who waits, how the watcher is and every box, live in a terminal.

import { formatDuration } from '../boxes/render/amounts.ts';
import { statusCodes } from '../process/exit-codes.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { showLive } from './live-screen.ts';
import { type TopLine, topLines } from './top-lines.ts';
import { askTop } from './top-report.ts';

const EVERY_MS = 2_000;

export const topCommand: Command = {
  name: 'top',
  summary: 'show who waits, how the watcher is and every box, live in a terminal',
  details: () =>
    [
      'Asks the running watcher every two seconds, as status does. Who waits for a person comes first, then the health of Mattermost and the sources, then the boxes:',
      'those first that need a person. While the watcher does not answer, the last picture stays with its age. q or Ctrl-C ends it. Where the output is no terminal,',
      'it is as with --once.',
      '',
      'Exit codes: 0 shown, 1 ended without removing its PID file or no answer, 3 not running, 4 unknown, 78 a variable is wrong.',
    ].join('\n'),
  options: {
    once: { type: 'boolean', help: 'print the picture once, as plain text' },
    json: { type: 'boolean', help: 'print the whole report once, as JSON' },
  },
  run: top,
};

async function top(values: OptionValues, context: CliContext): Promise<number> {
  const { stdin, stdout } = process;
  const isLive = values['once'] !== true && values['json'] !== true && stdin.isTTY && stdout.isTTY;
  const first = await askTop(context.env);
  if ('because' in first) {
    context.err(first.because);
    return first.exitCode;
  }
  const { report } = first;
  if (values['json'] === true) context.out(JSON.stringify(report, null, 2));
  else if (isLive) await showLive({ stdin, stdout }, EVERY_MS, livePicture(context));
  else for (const { text } of topLines(report, Date.now())) context.out(text);
  return statusCodes.running;
}

/** The newest picture; the last one with a loud line above it while there is no answer. */
function livePicture({ env }: CliContext): () => Promise<readonly TopLine[]> {
  let last: { readonly lines: readonly TopLine[]; readonly at: number } = { lines: [], at: Date.now() };
  return async () => {
    const answer = await askTop(env);
    if ('because' in answer) return [...lostLines(answer.because, Date.now() - last.at), ...last.lines];
    last = { lines: topLines(answer.report, Date.now()), at: Date.now() };
    return last.lines;
  };
}

function lostLines(because: string, ageMs: number): TopLine[] {
  return [
    { text: `NO ANSWER, this is ${formatDuration(ageMs)} old. ${because.replaceAll('\n', ' ')}`, look: 'alarm' },
    { text: '', look: 'plain' },
  ];
}
