// Classifies a shell command by the programs that it calls, not by every word: `grep delete` deletes nothing.
//
// It recognises honest commands. One that hides its action (a script, an encoded text) passes as reading: the coordinator observes and
// is no sandbox.

import { type SimpleCommand, simpleCommands } from './shell-commands.ts';

/** `read` changes nothing; a posture or a mode may forbid each of the others. */
export type ActionClass = 'read' | 'state_change' | 'destructive' | 'outbound' | 'transaction';

/** Programs that are of one class whatever their arguments. */
const PROGRAMS: Readonly<Record<string, ActionClass>> = {
  rm: 'destructive',
  rmdir: 'destructive',
  unlink: 'destructive',
  shred: 'destructive',
  dd: 'destructive',
  truncate: 'destructive',
  mkfs: 'destructive',
  dropdb: 'destructive',
  mv: 'state_change',
  cp: 'state_change',
  mkdir: 'state_change',
  touch: 'state_change',
  ln: 'state_change',
  chmod: 'state_change',
  chown: 'state_change',
  tee: 'state_change',
  patch: 'state_change',
  install: 'state_change',
  kill: 'state_change',
  pkill: 'state_change',
  killall: 'state_change',
  reboot: 'state_change',
  shutdown: 'state_change',
  scp: 'outbound',
  sftp: 'outbound',
  ftp: 'outbound',
  ssh: 'outbound',
  nc: 'outbound',
  mail: 'outbound',
  sendmail: 'outbound',
  solana: 'transaction',
};

/** Programs whose arguments decide; the first pattern that matches counts. */
const BY_ARGUMENTS: Readonly<Record<string, readonly (readonly [RegExp, ActionClass])[]>> = {
  git: [
    [/^(?:-[cC] \S+ |-\S+ )*push\b/, 'outbound'],
    [/^(?:-[cC] \S+ |-\S+ )*(?:clean|reset --hard|branch -D)\b/, 'destructive'],
    [
      /^(?:-[cC] \S+ |-\S+ )*(?:add|am|apply|checkout|cherry-pick|commit|merge|mv|pull|rebase|reset|restore|revert|rm|stash|switch|tag)\b/,
      'state_change',
    ],
  ],
  curl: [
    [/(?:^| )(?:-X|--request)[ =]?(?:post|put|patch|delete)\b/i, 'outbound'],
    [/(?:^| )(?:-d|--data\S*|-F|--form\S*|-T|--upload-file|--json)(?:[ =]|$)/, 'outbound'],
    [/(?:^| )(?:-o|-O|--output)\b/, 'state_change'],
  ],
  wget: [[/--post-(?:data|file)|--method=(?:post|put|delete)/i, 'outbound']],
  http: [[/^(?:-\S+ )*(?:post|put|patch|delete)\b/i, 'outbound']],
  https: [[/^(?:-\S+ )*(?:post|put|patch|delete)\b/i, 'outbound']],
  find: [[/ -delete\b| -exec rm\b/, 'destructive']],
  sed: [[/(?:^| )(?:-i|--in-place)/, 'state_change']],
  perl: [[/(?:^| )-\w*i/, 'state_change']],
  rsync: [
    [/ --delete\b/, 'destructive'],
    [/ \S+:\S/, 'outbound'],
    [/./, 'state_change'],
  ],
  npm: [
    [/^publish\b/, 'outbound'],
    [/^(?:i|install|ci|uninstall|update|link)\b/, 'state_change'],
  ],
  pip: [[/^(?:install|uninstall)\b/, 'state_change']],
  apt: [[/^(?:-\S+ )*(?:install|remove|purge|upgrade)\b/, 'state_change']],
  docker: [
    [/^push\b/, 'outbound'],
    [/^(?:rm|rmi|(?:system|volume|image) (?:prune|rm))\b/, 'destructive'],
    [/^(?:run|build|start|stop|exec|compose)\b/, 'state_change'],
  ],
  kubectl: [
    [/^delete\b/, 'destructive'],
    [/^(?:apply|create|edit|patch|scale|rollout)\b/, 'state_change'],
  ],
  systemctl: [[/^(?:-\S+ )*(?:start|stop|restart|reload|enable|disable|mask)\b/, 'state_change']],
};

const SQL_PROGRAMS = new Set(['psql', 'mysql', 'sqlite3', 'mariadb']);
const SQL: readonly (readonly [RegExp, ActionClass])[] = [
  [/\b(?:drop|delete|truncate)\b/i, 'destructive'],
  [/\b(?:alter|create|insert|update|grant)\b/i, 'state_change'],
];

const REDIRECT = /(?:^|[^0-9&>=-])>{1,2}(?!&|>|\s*\/dev\/(?:null|std))/;
const MAX_CHARS = 20_000;

/** The classes of a command line, `read` when nothing else is recognised. */
export function classesOfCommand(command: string): ActionClass[] {
  const text = command.slice(0, MAX_CHARS);
  const found = simpleCommands(text).flatMap((words) => classOfSimple(words));
  if (REDIRECT.test(withoutQuoted(text))) found.push('state_change');
  return found.length === 0 ? ['read'] : [...new Set(found)];
}

/** A `>` between quotation marks writes nothing. */
function withoutQuoted(text: string): string {
  return text.replace(/'[^']*'|"[^"]*"/g, '');
}

function classOfSimple([name = '', ...args]: SimpleCommand): ActionClass[] {
  const program = name.toLowerCase();
  const rest = args.join(' ');
  const always = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined;
  if (always !== undefined) return [always];
  const patterns = SQL_PROGRAMS.has(program) ? SQL : Object.hasOwn(BY_ARGUMENTS, program) ? BY_ARGUMENTS[program] : undefined;
  const match = patterns?.find(([pattern]) => pattern.test(rest));
  return match === undefined ? [] : [match[1]];
}
