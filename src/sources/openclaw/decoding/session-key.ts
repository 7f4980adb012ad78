// Reads a session key. The grammar is OpenClaw's, as in the stores of 2026.2 and 2026.7. Pure.

/** The agent of an installation that names none. */
export const MAIN_AGENT = 'main';
const AGENT_ID = /^agent:([^:]+):/;
const SCHEDULED = /^agent:[^:]+:cron:/;
const CRON_RUN = /:run:[^:]+$/;
const ID = /^[a-z0-9]+$/;
/** The names of a conversation of several people in a key, after its messenger or the messenger's account. */
const GROUPS: ReadonlySet<string | undefined> = new Set(['channel', 'group', 'room']);
const DIRECT: ReadonlySet<string> = new Set(['direct', 'dm']);
/** Parts after the agent that are no messenger. Not the gateway, but others choose what follows them. */
const NO_MESSENGER: ReadonlySet<string | undefined> = new Set('main cron subagent acp hook explicit unindexed global unknown'.split(' '));

/** The agent a key belongs to; keys without one (`global`, `unknown`) give `undefined`. */
export function agentIdOf(key: string): string | undefined {
  return AGENT_ID.exec(key)?.[1];
}

/** The agent of a session. Sessions whose keys name none are those of the agent `main`. */
export function agentOf(key: string): string {
  return agentIdOf(key) ?? MAIN_AGENT;
}

/** What the form of a key says of its session, for those who do not know any keys. */
export function formOf(key: string): { isSubAgent?: true; isScheduled?: true } {
  return { ...(key.includes(':subagent:') ? { isSubAgent: true } : {}), ...(SCHEDULED.test(key) ? { isScheduled: true } : {}) };
}

/** The key for events of a session that no index names. Names of files and folders must not look like parts of a key. */
export function unindexedKey(agentId: string, sessionId: string): string {
  return `agent:${agentId.replaceAll(':', '_')}:unindexed:${sessionId.replaceAll(':', '_')}`.toLowerCase();
}

/** 2026.2 stores a scheduled run twice: under the job's key, which is the session's, and under `<job's key>:run:<id>`. */
export function isRunAlias(key: string): boolean {
  return CRON_RUN.test(key);
}

/** What a key proves about who reads the session's conversation. */
export type KeyMeaning =
  /** A channel or a group conversation of Mattermost; its id is that of the channel. */
  | { kind: 'channel'; channelId: string; rootId?: string }
  /** Several people on any messenger. */
  | { kind: 'group' }
  /** One person; `userId` is the person's id at the messenger, if the key names one. */
  | { kind: 'direct'; messenger?: string; userId?: string }
  /** The agent's own session, shared by everybody without a separate session. */
  | { kind: 'main' }
  | { kind: 'schedule' }
  | { kind: 'nothing' };

/** Reads a key of any form; an unknown form proves nothing. */
export function readKey(key: string): KeyMeaning {
  const [scope, , ...parts] = key.toLowerCase().split(':');
  const rest = parts.at(-1) === 'heartbeat' ? parts.slice(0, -1) : parts;
  if (scope !== 'agent') return { kind: 'nothing' };
  if (rest.some((part) => DIRECT.has(part))) return directKey(rest);
  if (isMain(rest)) return { kind: 'main' };
  if (rest[0] === 'cron' && rest.length > 1) return { kind: 'schedule' };
  return rest[0] === 'mattermost' && GROUPS.has(rest[1]) ? mattermostKey(rest) : groupKey(rest);
}

function isMain([first, second, ...more]: readonly string[]): boolean {
  return first === 'main' && (second === undefined || ((second === 'thread' || second === 'topic') && more.length === 1));
}

/** `direct:<user>`, `<messenger>:direct:<user>` or `<messenger>:<account>:direct:<user>`, perhaps with a thread. */
function directKey(rest: readonly string[]): KeyMeaning {
  const at = rest.findIndex((part) => DIRECT.has(part));
  const [userId, thread, ...more] = rest.slice(at + 1);
  const isPlain = at <= 2 && more.length <= 1 && (thread === undefined || thread === 'thread');
  if (!isPlain || userId === undefined || !ID.test(userId)) return { kind: 'direct' };
  return { kind: 'direct', userId, ...(at === 0 || rest[0] === undefined ? {} : { messenger: rest[0] }) };
}

function mattermostKey([, , channelId = '', thread, rootId = '', ...more]: readonly string[]): KeyMeaning {
  if (!ID.test(channelId) || more.length > 0) return { kind: 'nothing' };
  if (thread === undefined) return { kind: 'channel', channelId };
  return thread === 'thread' && ID.test(rootId) ? { kind: 'channel', channelId, rootId } : { kind: 'nothing' };
}

function groupKey(rest: readonly string[]): KeyMeaning {
  if (NO_MESSENGER.has(rest[0]) || rest[0] === '') return { kind: 'nothing' };
  const at = [1, 2].find((index) => GROUPS.has(rest[index]));
  const id = at === undefined ? '' : (rest[at + 1] ?? '');
  if (id === '') return { kind: 'nothing' };
  return isPersonsId(rest[0], id) ? { kind: 'direct' } : { kind: 'group' };
}

/** Ids of some messengers show a direct conversation, whatever the key calls it. */
function isPersonsId(messenger: string | undefined, id: string): boolean {
  return messenger === 'slack' ? /^d(?=[a-z]*\d)[a-z0-9]{7,}$/.test(id) : /@(?:s\.whatsapp\.net|c\.us|lid)$/.test(id);
}
