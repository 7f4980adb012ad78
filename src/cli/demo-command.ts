// `live-status demo`: the watcher at work, without a Mattermost and without agents.

import { SERVER_VERSIONS, type ServerVersion } from '../stand-in/version-rules.ts';
import { errorText } from '../core/error-code.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { listenForStop } from './stop-signals.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary: 'show the watcher at work, without a Mattermost and without agents',
  details: () =>
    [
      'Starts a stand-in for Mattermost with a page that shows its channels, replays recorded transcripts into a temporary folder, and',
      'runs a real watcher between the two. Needs no configuration and ignores what there is. Ctrl-C ends it and removes everything.',
      '',
      'Exit codes: 0 ended as asked, 1 the port is taken or the watcher failed, 64 wrong option.',
    ].join('\n'),
  options: {
    with: { type: 'string', value: 'SCENE', help: 'swarms: also tasks of Network-AI and of a mesh, in the channel swarm' },
    fast: { type: 'boolean', help: 'play everything once in a few seconds, print a summary and end' },
    version: {
      type: 'string',
      value: 'VERSION',
      help: `Mattermost that the stand-in plays: ${SERVER_VERSIONS.join(' or ')} (default: 5.37)`,
    },
    port: { type: 'string', value: 'PORT', help: 'port of the page (default: 8065, or any if that is taken)' },
  },
  run: demo,
};

async function demo(values: OptionValues, { env, out, err }: CliContext): Promise<number> {
  const port = portOf(values['port']);
  if (port === 'wrong') {
    err('live-status demo: --port must be a whole number from 0 to 65535.');
    return exitCodes.usage;
  }
  const version = versionOf(values['version']);
  if (version === undefined) {
    err(`live-status demo: --version must be ${SERVER_VERSIONS.join(' or ')}.`);
    return exitCodes.usage;
  }
  if (values['with'] !== undefined && values['with'] !== 'swarms') {
    err('live-status demo: --with must be swarms.');
    return exitCodes.usage;
  }
  const stop = listenForStop(() => out('Ending the demo …'));
  try {
    const { runDemo } = await import('../demo/demo.ts');
    const program = [...process.execArgv, process.argv[1] ?? ''];
    await runDemo({
      fast: values['fast'] === true,
      withSwarms: values['with'] === 'swarms',
      port,
      version,
      program,
      env,
      out,
      signal: stop.signal,
    });
    return exitCodes.ok;
  } catch (error) {
    err(`The demo failed: ${errorText(error)}`);
    return exitCodes.failed;
  } finally {
    stop.dispose();
  }
}

function versionOf(value: string | boolean | undefined): ServerVersion | undefined {
  return SERVER_VERSIONS.find((version) => version === (value ?? '5.37'));
}

function portOf(value: string | boolean | undefined): number | undefined | 'wrong' {
  if (typeof value !== 'string') return undefined;
  const port = Number(value);
  return /^\d{1,5}$/.test(value) && port <= 65_535 ? port : 'wrong';
}
