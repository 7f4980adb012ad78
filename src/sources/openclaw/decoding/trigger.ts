// Reads from a user line of any version who or what started a turn.

import type { Trigger } from '../../../core/event.ts';
import { chatKindOf } from './chat-types.ts';
import { isGatewayCommand } from './gateway-command.ts';
import { asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { isOpenClawName } from './openclaw-names.ts';
import type { SafeText } from './safe-text.ts';
import { fieldLine, type UserText } from './user-text.ts';

/** `isAnswered`: the gateway answered the line itself; no model run belongs to it. */
interface FoundTrigger {
  trigger: Trigger;
  isAnswered: boolean;
}

/** Ids of posts and users in Mattermost. Ids of other messengers have other shapes, and we cannot use them. */
const MATTERMOST_ID = /^[a-z0-9]{26}$/;
const MAX_NAME_POINTS = 80;
const HEARTBEAT_POLL = '[OpenClaw heartbeat poll]';
const CRON = /^\[cron:([^\s\]]{1,100})(?: ([^\]\n]{0,300}))?\]/;
/** Before 2026.2.26 a sub-agent's report has no mark. Its label may be its whole task. */
const TASK_OVER =
  /^A (?:(?:background|sub-?agent|spawned|delegated) (?:task|run|job)|cron job)(?: "[^]{0,2000}?")? (?:just |has |has just )?(?:completed|finished|failed|timed out|was (?:cancelled|aborted|killed))\b/;
const QUEUED_REPORTS = /^\[Queued announce messages while agent was busy\]\s+(?:---\s+Queued #1\s+)?/;
const CHILD_SESSION = /^\[System Message\] \[sessionId: ([\w-]{1,100})\]/;

/** Reads a user line: its message (for the sender, where the version stores one) and its text. */
export function findTrigger(message: JsonRecord, text: UserText, safe: SafeText): FoundTrigger {
  const fromSession = interSession(message, safe);
  if (fromSession !== undefined) return { trigger: fromSession, isAnswered: false };
  const internal = isFromChat(message, text) ? heartbeatPoll(text.prompt) : internalTrigger(text.prompt, safe);
  if (internal !== undefined) return { trigger: internal, isAnswered: false };
  if (isGatewayCommand(text.prompt)) return { trigger: { kind: 'command' }, isAnswered: true };
  return { trigger: personOrOperator(message, text, safe), isAnswered: false };
}

/** Whether somebody typed the line: then its text must not be taken for one of the gateway's own. */
function isFromChat(message: JsonRecord, text: UserText): boolean {
  return isOfMessenger(text.conversation) || senderMarks(message) !== undefined;
}

/**
 * Any prompt may have a block of metadata, also one of the gateway or of the operator's page. Only a sender, a message or a room of a
 * messenger makes it a person's.
 */
function isOfMessenger(block: JsonRecord | undefined): boolean {
  if (block === undefined) return false;
  const sender = asRecord(block['sender']);
  const named = [block['sender_id'], sender?.['id'], sender?.['name'], block['sender'], block['sender_name']].map(asText);
  const senderId = named.find((name) => name !== undefined);
  if (senderId !== undefined) return !isOpenClawName(senderId);
  return MESSENGER_FIELDS.some((name) => block[name] !== undefined && block[name] !== null && block[name] !== '');
}

const MESSENGER_FIELDS =
  'message_id reply_to_id conversation_label group_subject group_channel group_space thread_label is_group_chat was_mentioned is_forum'.split(
    ' ',
  );

/** Whether the block has a messenger's address of a room. A heartbeat has the address where it is delivered. */
function isOfRoom(block: JsonRecord): boolean {
  const address = asText(block['chat_id']);
  return address !== undefined && !isOpenClawName(address.split(':', 1)[0] ?? '');
}

/** Who sent a message, as 2026.7 stores it; lines of internal origin have none. */
function senderMarks(message: JsonRecord): JsonRecord | undefined {
  const marks = asRecord(message['__openclaw']);
  return marks?.['senderId'] === undefined && marks?.['senderIsOwner'] === undefined ? undefined : marks;
}

/** 2026.7 stores the poll with the same marks as a direct message. */
function heartbeatPoll(body: string): Trigger | undefined {
  return body.trim() === HEARTBEAT_POLL ? { kind: 'heartbeat' } : undefined;
}

/** The trigger of a line from another session: a sub-agent's report, or a message through the sessions tool. */
function interSession(message: JsonRecord, safe: SafeText): Trigger | undefined {
  const provenance = asRecord(message['provenance']);
  if (provenance?.['kind'] !== 'inter_session') return undefined;
  if (provenance['sourceTool'] !== 'subagent_announce') return { kind: 'unknown' };
  return announce(undefined, asText(provenance['sourceSessionKey']), safe);
}

function announce(childSessionId: string | undefined, childKey: string | undefined, safe: SafeText): Trigger {
  const sessionId = safe.id(childSessionId);
  const key = safe.id(childKey?.toLowerCase());
  return {
    kind: 'announce',
    ...(sessionId === undefined ? {} : { childSessionId: sessionId }),
    ...(key === undefined ? {} : { childKey: key }),
  };
}

/** The trigger of a text that the gateway writes as a user line; undefined for the text of a person or an operator. */
export function internalTrigger(body: string, safe: SafeText): Trigger | undefined {
  if (body.startsWith('[Subagent Context]')) return { kind: 'parent' };
  if (body.startsWith('[cron:')) return schedule(body, safe);
  if (body.startsWith('[System Message]')) return announce(CHILD_SESSION.exec(body)?.[1], undefined, safe);
  if (isTaskReport(body)) return announce(fieldLine(body, 'session_id'), fieldLine(body, 'session_key'), safe);
  if (TASK_OVER.test(body)) return { kind: 'announce' };
  const queued = QUEUED_REPORTS.exec(body);
  if (queued !== null) return internalTrigger(body.slice(queued[0].length), safe) ?? { kind: 'announce' };
  if (body.startsWith('An async command ')) return { kind: 'announce' };
  if (body.startsWith('[System] Your previous turn was interrupted')) return { kind: 'recovery' };
  if (body.startsWith('A scheduled reminder has been triggered')) return { kind: 'schedule' };
  if (body.startsWith('A new session was started via /new or /reset')) return { kind: 'command' };
  return isHousekeeping(body) ? { kind: 'heartbeat' } : undefined;
}

function schedule(body: string, safe: SafeText): Trigger {
  const found = CRON.exec(body);
  const jobId = safe.id(found?.[1]);
  const name = found?.[2];
  return {
    kind: 'schedule',
    ...(jobId === undefined ? {} : { jobId }),
    ...(name === undefined ? {} : { name: safe.line(name, MAX_NAME_POINTS) }),
  };
}

/** The form of sub-agent reports in the versions between the two recorded ones. */
function isTaskReport(body: string): boolean {
  const event = '[Internal task completion event]';
  const isInternal = body.startsWith('OpenClaw runtime context (internal)') || body.startsWith('<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>');
  return body.startsWith(event) || (isInternal && body.includes(event));
}

/** Heartbeats with the default prompt or one that asks for the usual answer, and the memory flush before a compaction. */
function isHousekeeping(body: string): boolean {
  return (
    body.startsWith(HEARTBEAT_POLL) ||
    body.startsWith('Read HEARTBEAT.md') ||
    body.startsWith('Pre-compaction memory flush') ||
    body.includes('nothing needs attention, reply HEARTBEAT_OK')
  );
}

/** Whether the sender's block names a person: the operator's own pages have such a block, too. */
function isOfPerson({ id, label, name, username }: JsonRecord): boolean {
  const named = [id, label, name, username].map(asText).find((each) => each !== undefined);
  return named !== undefined && !isOpenClawName(named);
}

/** 2026.2 has the post in the metadata block, 2026.7 only the sender. A line without both came through the gateway's own pages. */
export function personOrOperator(message: JsonRecord, text: UserText, safe: SafeText): Trigger {
  const marks = senderMarks(message);
  if (marks !== undefined) {
    const isPerson = marks['senderId'] !== undefined || marks['senderIsOwner'] === false;
    return isPerson ? personTrigger({ userId: marks['senderId'], from: marks }, safe) : { kind: 'operator' };
  }
  const { conversation: block = {}, sender = {} } = text;
  const isOfNobody = !isOfMessenger(block) && chatOf(block) === undefined && !isOfRoom(block);
  if (isOfNobody && !isOfPerson(sender) && !text.isOfChat) return { kind: 'operator' };
  return personTrigger({ postId: block['message_id'], rootId: block['reply_to_id'], userId: block['sender_id'], from: block }, safe);
}

/** Keeps only Mattermost's ids. `from` is what the line says about its conversation. */
export function personTrigger(ids: { postId?: unknown; rootId?: unknown; userId?: unknown; from?: JsonRecord }, safe: SafeText): Trigger {
  const chat = chatOf(ids.from);
  const postId = mattermostId(ids.postId, safe);
  const rootId = mattermostId(ids.rootId, safe);
  const userId = mattermostId(ids.userId, safe);
  return {
    kind: 'person',
    ...(postId === undefined ? {} : { postId }),
    ...(rootId === undefined ? {} : { rootId }),
    ...(userId === undefined ? {} : { userId }),
    ...(chat === undefined ? {} : { chat }),
  };
}

/** A person can write these fields, too, but they only make a conversation more private. */
function chatOf(from: JsonRecord | undefined): 'direct' | 'group' | undefined {
  const isGroup = from?.['is_group_chat'] ?? from?.['isGroupChat'] ?? from?.['is_group'];
  const isDirect = from?.['is_direct'] ?? from?.['is_dm'] ?? from?.['isDirect'];
  const kind = chatKindOf(asText(from?.['chat_type'] ?? from?.['chatType'])?.toLowerCase() ?? '');
  if (isNo(isGroup) || isYes(isDirect) || kind === 'direct') return 'direct';
  return isYes(isGroup) || kind === 'group' ? 'group' : undefined;
}

function isYes(value: unknown): boolean {
  return value === true || value === 'true';
}

function isNo(value: unknown): boolean {
  return value === false || value === 'false';
}

function mattermostId(value: unknown, safe: SafeText): string | undefined {
  const id = asText(value);
  return id !== undefined && MATTERMOST_ID.test(id) && safe.id(id) === id ? id : undefined;
}
