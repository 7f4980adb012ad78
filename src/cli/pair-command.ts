// `live-status pair`: pairs this device with a gateway on another machine.

import { readSettings } from '../config/config.ts';
import { chooseSources, type GatewayAccess } from '../config/choose-sources.ts';
import { errorText } from '../core/error-code.ts';
import { systemClock } from '../process/system-clock.ts';
import type { PairOutcome } from '../sources/openclaw/gateway/pair.ts';
import { prepareStateDir } from '../process/state-dir.ts';
import type { CliContext, Command } from './command.ts';
import { printProblems } from './config-problems.ts';
import { exitCodes } from '../process/exit-codes.ts';
import { packageVersion } from '../process/package-version.ts';

export const pairCommand: Command = {
  name: 'pair',
  summary: 'make this device known to an OpenClaw gateway on another machine',
  details: () =>
    [
      'Connects to GATEWAY_URL with the token and with the key of this device, which is kept in STATE_DIR and made at the first call. A gateway',
      'that does not know the device yet asks its operator: the command to run there is printed. Call this again afterwards; a watcher that',
      'runs already notices by itself within a minute. A gateway on this machine needs none of this.',
      '',
      'Exit codes: 0 the device is known, 1 it waits for approval or the gateway refuses the connection, 78 a variable is missing or wrong.',
    ].join('\n'),
  options: {},
  run: (_values, context) => runPair(context),
};

async function runPair(context: CliContext): Promise<number> {
  const names = ['gatewayUrl', 'gatewayToken', 'gatewayTokenFile', 'allowPlaintext', 'stateDir'] as const;
  const settings = readSettings(context.env, names);
  if ('problems' in settings) return refuse(settings.problems, context);
  const choice = chooseSources({ ...settings, sources: { text: 'gateway', ids: ['gateway'] } }, context.env);
  if ('problems' in choice) return refuse(choice.problems, context);
  const directory = prepareStateDir(settings.stateDir);
  if (!directory.usable) {
    context.err(directory.problem);
    return exitCodes.config;
  }
  const { gateway } = choice.chosen;
  return gateway === undefined ? exitCodes.config : ask(gateway, settings.stateDir, context);
}

function refuse(problems: Parameters<typeof printProblems>[0], context: CliContext): number {
  printProblems(problems, context.err);
  return exitCodes.config;
}

async function ask(gateway: GatewayAccess, stateDir: string, context: CliContext): Promise<number> {
  try {
    const { pair } = await import('../sources/openclaw/gateway/pair.ts'); // the watcher loads all commands, and may need no gateway
    const { url, token } = gateway;
    const outcome = await pair({ url, token, version: packageVersion(), stateDir, clock: systemClock });
    for (const line of pairLines(outcome, url)) context.out(line);
    return outcome.kind === 'paired' ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    context.err(`The key of this device cannot be used: ${errorText(error)}`);
    return exitCodes.failed;
  }
}

/** The result, as sentences for people. */
function pairLines(outcome: PairOutcome, url: string): string[] {
  const device = `Device: ${outcome.deviceId}`;
  switch (outcome.kind) {
    case 'paired':
      return [device, `The gateway at ${url} (OpenClaw ${outcome.version}) knows this device and shows it its sessions.`];
    case 'pending':
      return [
        device,
        ...(outcome.requestId === undefined ? [] : [`Request: ${outcome.requestId}`]),
        `The gateway at ${url} does not know this device yet. On its host, run:`,
        `  ${outcome.command}`,
      ];
    case 'failed':
      return [device, 'because' in outcome.state ? outcome.state.because : `The gateway at ${url} did not answer.`];
    default:
      return outcome satisfies never;
  }
}
