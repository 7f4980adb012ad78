// Pure: what a session key says by itself. The grammar is OpenClaw's, as seen in the stores of 2026.2 and 2026.7.

const AGENT_ID = /^agent:([^:]+):/;
const CRON_RUN = /:run:[^:]+$/;
const ID = /^[a-z0-9]+$/;
/** What a conversation of several people is called in a key, behind its messenger or the messenger's account. */
const GROUPS: ReadonlySet<string | undefined> = new Set(['channel', 'group', 'room']);
const DIRECT: ReadonlySet<string> = new Set(['direct', 'dm']);
/** Parts behind the agent that are no messenger: whatever follows them is chosen by others than the gateway. */
const NO_MESSENGER: ReadonlySet<string | undefined> = new Set('main cron subagent acp hook explicit unindexed global unknown'.split(' '));

/** The agent a key belongs to; keys without one (`global`, `unknown`) give `undefined`. */
export function agentIdOf(key: string): string | undefined {
  return AGENT_ID.exec(key)?.[1];
}

/** The key events are told under when no index names the session. Names of files and folders must not pass for parts of a key. */
export function unindexedKey(agentId: string, sessionId: string): string {
  return `agent:${agentId.replaceAll(':', '_')}:unindexed:${sessionId.replaceAll(':', '_')}`.toLowerCase();
}

/** 2026.2 stores a scheduled run twice, under the job's key and under `<job's key>:run:<id>`; the job's key is the session's. */
export function isRunAlias(key: string): boolean {
  return CRON_RUN.test(key);
}

/** What the form of a key proves about who reads the session's conversation. */
export type KeySays =
  /** A channel or a group conversation of Mattermost; its id is that of the channel. */
  | { kind: 'channel'; channelId: string; rootId?: string }
  /** Several people on any messenger. */
  | { kind: 'group' }
  /** One person; `userId` as the messenger of the key, if it names one, calls that person. */
  | { kind: 'direct'; messenger?: string; userId?: string }
  /** The agent's own session, which everybody shares who has no session of their own. */
  | { kind: 'main' }
  | { kind: 'schedule' }
  | { kind: 'nothing' };

/** Reads a key of any form; what it does not know proves nothing. */
export function readKey(key: string): KeySays {
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
function directKey(rest: readonly string[]): KeySays {
  const at = rest.findIndex((part) => DIRECT.has(part));
  const [userId, thread, ...more] = rest.slice(at + 1);
  const isPlain = at <= 2 && more.length <= 1 && (thread === undefined || thread === 'thread');
  if (!isPlain || userId === undefined || !ID.test(userId)) return { kind: 'direct' };
  return { kind: 'direct', userId, ...(at === 0 || rest[0] === undefined ? {} : { messenger: rest[0] }) };
}

function mattermostKey([, , channelId = '', thread, rootId = '', ...more]: readonly string[]): KeySays {
  if (!ID.test(channelId) || more.length > 0) return { kind: 'nothing' };
  if (thread === undefined) return { kind: 'channel', channelId };
  return thread === 'thread' && ID.test(rootId) ? { kind: 'channel', channelId, rootId } : { kind: 'nothing' };
}

function groupKey(rest: readonly string[]): KeySays {
  if (NO_MESSENGER.has(rest[0]) || rest[0] === '') return { kind: 'nothing' };
  const at = [1, 2].find((index) => GROUPS.has(rest[index]));
  const id = at === undefined ? '' : (rest[at + 1] ?? '');
  if (id === '') return { kind: 'nothing' };
  return isPersonsId(rest[0], id) ? { kind: 'direct' } : { kind: 'group' };
}

/** Some messengers' ids tell a direct conversation, whatever the key calls it. */
function isPersonsId(messenger: string | undefined, id: string): boolean {
  return messenger === 'slack' ? /^d(?=[a-z]*\d)[a-z0-9]{7,}$/.test(id) : /@(?:s\.whatsapp\.net|c\.us|lid)$/.test(id);
}
