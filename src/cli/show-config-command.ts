// `live-status config`: the effective configuration, fit for an environment file, secrets masked.

import { type DescribedSetting, describeConfig, olderNames } from '../config/config.ts';
import { effectsOf } from '../config/effects.ts';
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
      'Prints what is set, then what is watched and why. Of each session that a watcher knows it says where its box goes, and why; it asks',
      'Mattermost whether the targets of ROUTES are there.',
      '',
      'Variables, with their defaults:',
      ...columns(variableRows()),
      '',
      'Exit codes: 0 valid, 78 missing or wrong, with one line for each problem.',
    ].join('\n'),
  options: { all: { type: 'boolean', help: 'print the variables that have their defaults, too' } },
  async run(values, context) {
    const config = readConfigOrPrint(context);
    if (!config) return exitCodes.config;
    if (context.envFile !== undefined) context.out(`# Settings are read from ${context.envFile}, too.`);
    const described = describeConfig(config, context.env);
    const usual = described.filter(({ isDefault }) => isDefault);
    for (const each of described) if (!each.isDefault) context.out(settingLine(each));
    for (const sentence of effectsOf(config)) context.out(`# ${sentence}`);
    for (const sentence of olderNames(context.env)) context.out(`# ${sentence}`);
    for (const sentence of config.chosen.because) context.out(`# ${sentence}`);
    for (const sentence of await routeLines(config, Date.now())) context.out(`# ${oneLine(sentence)}`);
    if (values['all'] === true) for (const each of usual) context.out(settingLine(each));
    else context.out(`# ${usual.length} other variables have their defaults: live-status config --all prints them.`);
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
