// `live-status health`: asks the running watcher once, for health checks of containers and scripts.

import { readSettings } from '../config/config.ts';
import { localHealthUrl } from '../health/local-url.ts';
import { askHealth, type HealthAnswer, healthTokenOf } from './ask-health.ts';
import type { CliContext, Command } from './command.ts';
import { printProblems } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';

export const healthCommand: Command = {
  name: 'health',
  summary: 'ask the running watcher how it is, in one line',
  details: () =>
    [
      'Asks GET /health at HEALTH_HOST and HEALTH_PORT, with HEALTH_TOKEN if set, so it is right for the health check of a container.',
      '',
      'Exit codes: 0 ok or degraded, 1 down or no answer, 78 a variable is wrong or HEALTH_PORT is 0.',
    ].join('\n'),
  options: {},
  run: (_values, context) => health(context),
};

async function health(context: CliContext): Promise<number> {
  const settings = readSettings(context.env, ['healthHost', 'healthPort', 'healthToken', 'healthTokenFile']);
  if ('problems' in settings) {
    printProblems(settings.problems, context.err);
    return exitCodes.config;
  }
  const url = localHealthUrl(settings.healthHost, settings.healthPort);
  if (url === undefined) {
    context.err('HEALTH_PORT is 0, so the watcher answers nobody; set it to a free port, such as 9090.');
    return exitCodes.config;
  }
  const answer = await askHealth(url, { token: healthTokenOf(settings) });
  context.out(healthLine(answer, url));
  return answer.kind === 'seen' && answer.health.status !== 'down' ? exitCodes.ok : exitCodes.failed;
}

function healthLine(answer: HealthAnswer, url: string): string {
  switch (answer.kind) {
    case 'silent':
      return `no answer from ${url} (${answer.why})`;
    case 'foreign':
      return `${url} is answered by another program`;
    case 'locked':
      return `${url} asks for a token; set HEALTH_TOKEN or HEALTH_TOKEN_FILE as for the watcher`;
    case 'seen':
      return `${answer.health.status}: ${answer.health.reason}`;
    default:
      return answer satisfies never;
  }
}
