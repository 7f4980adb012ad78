// `live-status config`: the effective configuration, fit for an environment file, secrets masked.

import { type DescribedSetting, describeConfig } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import type { Command } from './command.ts';
import { readConfigOrPrint } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { oneLine } from '../text/text.ts';
import { columns } from './help.ts';
import { routeLines } from './route-lines.ts';

export const showConfigCommand: Command = {
  name: 'config',
  summary: 'check the configuration and print it, secrets masked',
  details: () =>
    [
      'Says of each session that a watcher knows where its box goes, and why; asks Mattermost whether the targets of ROUTES are there.',
      '',
      'Variables, with their defaults:',
      ...columns(variableRows()),
      '',
      'Exit codes: 0 valid, 78 missing or wrong, with one line for each problem.',
    ].join('\n'),
  options: {},
  async run(_values, context) {
    const config = readConfigOrPrint(context);
    if (!config) return exitCodes.config;
    if (context.envFile !== undefined) context.out(`# Settings are read from ${context.envFile}, too.`);
    for (const described of describeConfig(config, context.env)) context.out(settingLine(described));
    for (const sentence of config.chosen.because) context.out(`# ${sentence}`);
    for (const sentence of await routeLines(config, Date.now())) context.out(`# ${oneLine(sentence)}`);
    return exitCodes.ok;
  },
};

function variableRows(): [string, string][] {
  return Object.values(settings).map(({ variable, presence, meaning }) => {
    const fallback = presence.kind === 'fallback' && typeof presence.text === 'string' ? ` = ${presence.text}` : '';
    return [`${variable}${fallback}`, `${meaning}${presence.kind === 'required' ? ' (required)' : ''}`];
  });
}

function settingLine({ variable, text, isDefault }: DescribedSetting): string {
  if (text === undefined) return `# ${variable} is not set`;
  return `${isDefault ? '# ' : ''}${variable}=${/[\s'"$`\\]/.test(text) ? JSON.stringify(text) : text}${isDefault ? ' (default)' : ''}`;
}
