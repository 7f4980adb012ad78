// Classifies a tool call by its name and arguments. The tables come first.

import { type ActionClass, classesOfCommand } from './command-class.ts';

/** A tool is of one class, or of a class that its `action` argument decides, or runs a command. */
type ToolClass = ActionClass | 'command' | { readonly action: Readonly<Record<string, ActionClass>>; readonly otherwise: ActionClass };

/** The tools of the gateway; pi's have the same names. */
const GATEWAY: Readonly<Record<string, ToolClass>> = {
  exec: 'command',
  bash: 'command',
  shell: 'command',
  read: 'read',
  ls: 'read',
  find: 'read',
  glob: 'read',
  grep: 'read',
  web_search: 'read',
  web_fetch: 'read',
  memory_search: 'read',
  memory_get: 'read',
  image: 'read',
  pdf: 'read',
  tool_search: 'read',
  agents_list: 'read',
  sessions_list: 'read',
  sessions_history: 'read',
  sessions_spawn: 'read', // the sub-agent's own calls are judged
  sessions_send: 'read', // stays among the agents
  sessions_yield: 'read',
  session_status: 'read',
  ask_user: 'read',
  update_plan: 'read',
  progress_card: 'read',
  write: 'state_change',
  edit: 'state_change',
  apply_patch: 'state_change',
  code_execution: 'state_change',
  message: { action: { read: 'read', list: 'read', search: 'read', delete: 'destructive' }, otherwise: 'outbound' },
  process: { action: { kill: 'state_change', write: 'state_change', remove: 'state_change' }, otherwise: 'read' },
  cron: { action: { list: 'read', status: 'read', runs: 'read' }, otherwise: 'state_change' },
  gateway: { action: { 'config.get': 'read', 'config.schema': 'read' }, otherwise: 'state_change' },
  nodes: { action: { status: 'read', describe: 'read', list: 'read' }, otherwise: 'state_change' },
  browser: { action: { act: 'outbound', upload: 'outbound', dialog: 'outbound' }, otherwise: 'read' },
  subagents: { action: { kill: 'state_change' }, otherwise: 'read' },
};

/** The tools of Claude Code that the gateway has not. */
const CLAUDE_CODE: Readonly<Record<string, ToolClass>> = {
  monitor: 'command',
  powershell: 'command',
  multiedit: 'state_change',
  notebookedit: 'state_change',
  killbash: 'state_change',
  killshell: 'state_change',
  taskstop: 'state_change',
  croncreate: 'state_change',
  crondelete: 'state_change',
  enterworktree: 'state_change',
  exitworktree: { action: { keep: 'read' }, otherwise: 'state_change' },
  notebookread: 'read',
  webfetch: 'read',
  websearch: 'read',
  toolsearch: 'read',
  bashoutput: 'read',
  taskoutput: 'read',
  agentoutputtool: 'read',
  cronlist: 'read',
  listmcpresourcestool: 'read',
  readmcpresourcetool: 'read',
  agent: 'read', // the sub-agent's own calls are judged
  task: 'read',
  sendmessage: 'read', // stays among the agents
  skill: 'read', // what follows from it is judged
  slashcommand: 'read',
  askuserquestion: 'read',
  enterplanmode: 'read',
  exitplanmode: 'read',
  taskcreate: 'read', // notes of the agent for itself
  taskget: 'read',
  tasklist: 'read',
  taskupdate: 'read',
  todoread: 'read',
  todowrite: 'read',
};

/** The tools of Codex that the gateway has not. Of a script (`exec`) the commands in it are judged, which are calls of their own. */
const CODEX: Readonly<Record<string, ToolClass>> = {
  exec_command: 'command',
  local_shell: 'command',
  shell_command: 'command',
  write_stdin: 'state_change', // polls that write nothing are no calls
  view_image: 'read',
  request_user_input: 'read',
  list_mcp_resources: 'read',
  list_mcp_resource_templates: 'read',
  read_mcp_resource: 'read',
  spawn_agent: 'read', // the sub-agent's own calls are judged
  resume_agent: 'read',
  list_agents: 'read',
  wait_agent: 'read',
  wait: 'read',
  close_agent: 'read', // one that is not needed any more
  followup_task: 'read',
  send_input: 'read',
  send_message: 'read',
};

/** A tool that is not here is judged by the words of its name and arguments. */
const TOOLS: Readonly<Record<string, ToolClass>> = { ...GATEWAY, ...CLAUDE_CODE, ...CODEX };

/** Words that name an action in free text. */
const WORDS: readonly (readonly [RegExp, ActionClass])[] = [
  [/\b(?:delete|destroy|drop|erase|purge|remove|shred|truncate|wipe|rm)\b/, 'destructive'],
  [/\b(?:create|deploy|edit|insert|install|modify|patch|rename|save|set|update|write)\b/, 'state_change'],
  [/\b(?:broadcast|email|export|post|publish|send|share|submit|transmit|upload)\b/, 'outbound'],
  [
    /\b(?:buy|invest|pay|purchase|sell|swap|trade|transfer|wallet|withdraw)\b|\b\d+(?:[.,]\d+)? ?(?:btc|eth|eur|sol|usd|usdc)\b/,
    'transaction',
  ],
];

/** The command line that a tool call runs; `undefined` for a tool that runs none. */
export function commandOf(tool: string, args: Readonly<Record<string, string>>): string | undefined {
  const name = tool.trim().toLowerCase();
  return Object.hasOwn(TOOLS, name) && TOOLS[name] === 'command' ? commandIn(args) : undefined;
}

function commandIn(args: Readonly<Record<string, string>>): string {
  return args['command'] ?? args['cmd'] ?? Object.values(args).join(' ');
}

/** The classes of a tool call; only `read` when nothing else is recognised. */
export function classesOf(tool: string, args: Readonly<Record<string, string>>): ActionClass[] {
  const name = tool.trim().toLowerCase();
  const known = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (known === undefined) return classesOfText([name, ...Object.values(args)].join(' '));
  if (known === 'command') return classesOfCommand(commandIn(args));
  if (typeof known === 'string') return [known];
  const action = args['action']?.trim().toLowerCase() ?? '';
  return [Object.hasOwn(known.action, action) ? (known.action[action] ?? known.otherwise) : known.otherwise];
}

/** The classes of an action described in words. */
export function classesOfText(text: string): ActionClass[] {
  const words = text.toLowerCase().replaceAll('_', ' ');
  const found = WORDS.flatMap(([pattern, kind]) => (pattern.test(words) ? [kind] : []));
  return found.length === 0 ? ['read'] : found;
}
