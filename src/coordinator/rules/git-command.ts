// Reads git commands in tool calls. Names of branches in it come from arguments that may be shown nowhere.

import { commandOf } from './action-class.ts';
import type { ToolStarted } from './observation.ts';
import { simpleCommands } from './shell-commands.ts';

/** `git push origin main` is `push` with two arguments. */
export interface GitCommand {
  verb: string;
  args: readonly string[];
}

export interface Push {
  /** `unlessMoved`: only as long as nobody else has pushed meanwhile. */
  force: 'no' | 'unlessMoved' | 'yes';
  /** The branches of the remote repository that are named. */
  branches: readonly string[];
}

/** Options of git itself whose value is a word of its own. */
const GLOBAL_WITH_VALUE: ReadonlySet<string> = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path']);
const PUSH_WITH_VALUE: ReadonlySet<string> = new Set(['-o', '--push-option', '--repo', '--receive-pack', '--exec']);

/** The git commands that a call runs. */
export function gitCommandsIn({ tool, args }: Pick<ToolStarted, 'tool' | 'args'>): GitCommand[] {
  const text = commandOf(tool, args);
  if (text === undefined || !text.includes('git')) return [];
  return simpleCommands(text).flatMap(([program, ...words]) => (program === 'git' ? gitCommand(words) : []));
}

/** The pushes that a call runs. One that only pretends is none. */
export function pushesIn(call: Pick<ToolStarted, 'tool' | 'args'>): Push[] {
  const pushes = gitCommandsIn(call).filter(({ verb }) => verb === 'push');
  return pushes.filter(({ args }) => !args.some((arg) => arg === '-n' || arg === '--dry-run')).map(({ args }) => decodePush(args));
}

function gitCommand(words: readonly string[]): GitCommand[] {
  const at = words.findIndex((word, index) => !word.startsWith('-') && !GLOBAL_WITH_VALUE.has(words[index - 1] ?? ''));
  const verb = words[at];
  return verb === undefined ? [] : [{ verb, args: words.slice(at + 1) }];
}

function decodePush(args: readonly string[]): Push {
  const refs = args.filter((arg, index) => !arg.startsWith('-') && !PUSH_WITH_VALUE.has(args[index - 1] ?? '')).slice(1);
  const isForced = args.some((arg) => arg === '--force' || arg === '--mirror' || /^-[a-z]*f[a-z]*$/.test(arg));
  const isLeased = args.some((arg) => /^--force-(?:with-lease|if-includes)/.test(arg));
  const force = isForced || refs.some((ref) => ref.startsWith('+')) ? 'yes' : isLeased ? 'unlessMoved' : 'no';
  return { force, branches: refs.map(branchOf) };
}

/** `HEAD:refs/heads/main` is main. */
function branchOf(ref: string): string {
  return ref
    .slice(ref.lastIndexOf(':') + 1)
    .replace(/^\+/, '')
    .replace(/^refs\/heads\//, '');
}

/** The first of these names that matches one of the branches; it is a word of the operators, not of the agent. */
export function protectedName(branches: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => branches.some((branch) => (name.endsWith('*') ? branch.startsWith(name.slice(0, -1)) : branch === name)));
}
