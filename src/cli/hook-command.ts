// `live-status hook`: installs the gateway hook where OpenClaw looks for it, removes it, and shows it. For Claude Code it does the same with
// hooks that tell the watcher at once.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { problemLine, readConfig } from '../config/config.ts';
import { defaultEnvFile } from '../config/env-file.ts';
import { claudeCode } from '../sources/claude-code/claude-code-entry.ts';
import { findHomes } from '../sources/coding-agents/find-homes.ts';
import { type Done, hooksStatus, installHooks, removeHooks } from './claude-code-hooks.ts';
import type { CliContext, Command } from './command.ts';
import { exitCodes, statusCodes } from '../process/exit-codes.ts';
import {
  copyHook,
  hookFolder,
  HOOK,
  installedPlace,
  isEnabled,
  isForeignHook,
  openclawFolder,
  switchHook,
  transcriptsOf,
} from './openclaw-hooks.ts';
import { programPath } from '../process/package-folder.ts';
import { packageVersion } from '../process/package-version.ts';

export const hookCommand: Command = {
  name: 'hook',
  summary: 'install, remove or show the hook that starts the watcher with the OpenClaw gateway, or those of Claude Code',
  details: () =>
    [
      'install  copies the hook to the hooks folder of OpenClaw (OPENCLAW_STATE_DIR, else ~/.openclaw) and switches it on; makes an environment',
      '         file to fill in when there is none, and says what is still missing. The gateway starts the watcher at its next start.',
      'remove   switches it off and removes it; a watcher that runs goes on until live-status stop.',
      'status   shows whether it is installed and switched on.',
      '',
      'With claude-code: hooks in settings.json of Claude Code (CLAUDE_CONFIG_DIR, else ~/.claude). They make empty files in live-status/ there',
      'when a session asks, stops or ends, so that the watcher knows at once; remove leaves the settings as they were.',
      '',
      'Exit codes: 0 done, or installed and switched on; 1 a person has to do something; 3 not installed; 64 wrong use; 78 installed, but',
      'settings are missing or wrong.',
    ].join('\n'),
  options: {},
  operands: { usage: 'install|remove|status [claude-code]', most: 2 },
  run: async (_values, context, [action, agent]) => {
    if (agent === undefined) return runHook(action, context);
    if (agent === claudeCode.id) return runClaudeCode(action, context);
    context.err(`live-status hook: there are no hooks for ${JSON.stringify(agent)}, only for ${claudeCode.id}.`);
    return exitCodes.usage;
  },
};

function runClaudeCode(action: string | undefined, context: CliContext): number {
  const homes = findHomes(claudeCode.lives, context.env, undefined).paths;
  switch (action) {
    case 'install':
      return printDone(homes.map(installHooks), context);
    case 'remove':
      return printDone(homes.map(removeHooks), context);
    case 'status': {
      const found = homes.map(hooksStatus);
      for (const { text } of found) context.out(text);
      if (found.some(({ state }) => state === 'wrong')) return exitCodes.failed;
      return found.every(({ state }) => state === 'installed') ? exitCodes.ok : statusCodes.stopped;
    }
    case undefined:
    default:
      context.err('live-status hook: say install, remove or status. See live-status hook --help.');
      return exitCodes.usage;
  }
}

function printDone(done: readonly Done[], { out, err }: CliContext): number {
  for (const one of done) {
    if (one.kind === 'done') out(one.text);
    else err(one.because);
  }
  return done.every(({ kind }) => kind === 'done') ? exitCodes.ok : exitCodes.failed;
}

function runHook(action: string | undefined, context: CliContext): number {
  switch (action) {
    case 'install':
      return install(context);
    case 'remove':
      return remove(context);
    case 'status':
      return status(context);
    case undefined:
    default:
      context.err('live-status hook: say install, remove or status. See live-status hook --help.');
      return exitCodes.usage;
  }
}

function install(context: CliContext): number {
  const { env } = context;
  if (!existsSync(openclawFolder(env))) {
    context.err(`There is no OpenClaw at ${openclawFolder(env)}; set OPENCLAW_STATE_DIR to its folder.`);
    return exitCodes.failed;
  }
  if (isForeignHook(env)) {
    context.err(`${hookFolder(env)} is of another make: remove it, then run this again. Its settings can stay.`);
    return exitCodes.failed;
  }
  copyHook(env, { program: programPath(), node: process.execPath, version: packageVersion() });
  context.out(`The hook is in ${hookFolder(env)}.`);
  const switched = switchHook(env, true);
  context.out(
    switched.kind === 'done' ? `It is switched on (${switched.by}); restart the gateway.` : `It is not switched on yet: ${switched.cure}.`,
  );
  const missing = printMissing(context);
  return switched.kind === 'by_hand' ? exitCodes.failed : missing;
}

/** Prints what the watcher still needs. If nothing is set up, makes a file to fill in. */
function printMissing(context: CliContext): number {
  const result = readConfig(context.env);
  if (result.kind === 'valid') return exitCodes.ok;
  const file = context.envFile ?? makeEnvFile(context);
  context.err(`The watcher will not start yet. Set in ${file}, or in the environment of the gateway:`);
  for (const found of result.problems) context.err(`  ${problemLine(found)}`);
  return exitCodes.config;
}

function makeEnvFile({ env }: CliContext): string {
  const file = defaultEnvFile(env);
  const agents = transcriptsOf(env);
  const lines = [
    '# Settings of live-status, one NAME=value a line; live-status config --help explains each.',
    '#MM_URL=https://chat.example.org',
    '#MM_TOKEN_FILE=~/.config/live-status/token',
    agents === undefined ? '#TRANSCRIPT_DIR=~/.openclaw/agents' : `TRANSCRIPT_DIR=${agents}`,
  ];
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

function remove({ env, out, err }: CliContext): number {
  const folder = hookFolder(env);
  if (!existsSync(folder)) {
    out(`There is no hook in ${folder}.`);
    return exitCodes.ok;
  }
  if (isForeignHook(env)) {
    err(`${folder} is of another make and was left alone.`);
    return exitCodes.failed;
  }
  const switched = isEnabled(env) === true ? switchHook(env, false) : undefined;
  rmSync(folder, { recursive: true });
  out(`The hook is removed from ${folder}. A watcher that runs goes on; live-status stop ends it.`);
  if (switched?.kind !== 'by_hand') return exitCodes.ok;
  err(`It is still named in the configuration of OpenClaw: remove ${HOOK} from hooks.internal.entries.`);
  return exitCodes.failed;
}

function status({ env, out }: CliContext): number {
  const place = installedPlace(env);
  if (place === undefined) {
    out(`Not installed: there is no ${hookFolder(env)}.`);
    return statusCodes.stopped;
  }
  const enabled = isEnabled(env);
  const switched = enabled === undefined ? 'unknown whether it is switched on' : enabled ? 'switched on' : 'not switched on';
  out(`${hookFolder(env)}: ${switched}; it starts ${place.program ?? 'nothing'} (version ${place.version ?? 'unknown'}).`);
  if (place.version !== packageVersion()) out(`This is version ${packageVersion()}; run live-status hook install to update the hook.`);
  return enabled === true ? exitCodes.ok : exitCodes.failed;
}
