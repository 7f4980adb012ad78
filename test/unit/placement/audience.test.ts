// LS-18 as a table: every form of a key, with its row there, missing or contradicting it, and lines that say direct, group or nothing,
// through the decoders of both sources. What is not proven to be public is private; a contradiction is private.

import { describe, expect, it } from 'vitest';
import { createSessions } from '../../../src/boxes/sessions.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { createPlacement, type PlacementOptions } from '../../../src/daemon/placement.ts';
import { decodeIndexEntry, type IndexEntry } from '../../../src/sources/decoding/index-entry.ts';
import { unindexedKey } from '../../../src/sources/decoding/session-key.ts';
import { Announcer } from '../../../src/sources/transcripts/announce.ts';
import { createTranscriptDecoder } from '../../../src/sources/transcripts/decode.ts';
import { Decoding } from '../gateway/decoding.ts';
import { createFakeClock } from '../sinks/fake-clock.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const [C, R, U, P] = [
  'c4xq8tq7y3bkzpsn9mwjd1e5fo',
  'p7r1hkz5m3y8xbq9dtwn4sj6ea',
  'u9dm2zcx6wqk4ybn8trs1hj5pe',
  'post0000000000000000000001',
];

/** `own`: the conversation's own channel. `private`: no channel at all. */
type Where = 'default' | 'own' | 'private';
type Lines = 'nothing' | 'group' | 'direct' | 'schedule';
/** By what the line says that set the turn going: nothing (an operator's), a group, a direct conversation. */
type ByLine = readonly [nothing: Where, group: Where, direct: Where];

const NEVER: ByLine = ['private', 'private', 'private'];
const HERE: ByLine = ['own', 'own', 'private'];
const OPEN: ByLine = ['default', 'default', 'private'];
/** A session of the agent's own: no person's chat is in it. */
const OWN: ByLine = ['default', 'private', 'private'];

type Row = Record<string, unknown>;
const WEBCHAT = { chatType: 'direct', lastChannel: 'webchat', deliveryContext: { channel: 'webchat' } };
const IN_CHANNEL = {
  chatType: 'channel',
  lastChannel: 'mattermost',
  lastTo: `channel:${C}`,
  deliveryContext: { channel: 'mattermost', to: `channel:${C}` },
};
const DM = {
  chatType: 'direct',
  lastChannel: 'mattermost',
  lastTo: `user:${U}`,
  deliveryContext: { channel: 'mattermost', to: `user:${U}` },
};
const TELEGRAM_DM = { chatType: 'direct', lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:4242' } };
const TELEGRAM_GROUP = { chatType: 'group', lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:-100' } };
const UNSAID = { lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:4242' } };
const MIXED = { lastChannel: 'telegram', deliveryContext: { channel: 'webchat' } };
/** A row may tell of the last conversation in fields of its origin, or in those of the first versions, alone. */
const ELSEWHERE: readonly (readonly [what: string, row: Row])[] = [
  ['whose origin is a direct conversation', { ...WEBCHAT, origin: { provider: 'telegram', chatType: 'direct', from: 'telegram:4242' } }],
  ['whose origin is another messenger', { ...WEBCHAT, origin: { provider: 'whatsapp', from: '+4912345' } }],
  ['whose origin is all that it names', { origin: { label: 'Alice', provider: 'signal' } }],
  ['with the names of early 2026', { lastProvider: 'whatsapp', lastTo: '+4912345' }],
  ['that names the messenger only', { surface: 'whatsapp' }],
  ['that names an address only', { lastTo: 'telegram:4242' }],
  ['with an address beside the web chat', { ...WEBCHAT, lastTo: '+4912345' }],
  ['of a chat that other messengers call otherwise', { chatType: 'im' }],
  ['of a chat of an unknown type', { chatType: 'bubble' }],
];
const BOTH = { chatType: 'channel', deliveryContext: { channel: 'mattermost', to: `user:${U}` } };

/** Key, then what each row makes of it; `undefined` is no row at all. */
type Form = readonly [key: string, rows: readonly (readonly [what: string, row: Row | undefined, where: ByLine])[]];

/** Keys whose form proves nothing: only a row can. */
const unproven = (key: string): Form => [
  key,
  [
    ['missing', undefined, NEVER],
    ['silent', {}, NEVER],
    ['of an operator', WEBCHAT, OWN],
    ['opened by an operator', { createdVia: 'operator', chatType: 'direct' }, OWN],
    ['of a group', TELEGRAM_GROUP, OPEN],
    ['of a direct conversation', TELEGRAM_DM, NEVER],
    ['that does not say who reads it', UNSAID, NEVER],
    ['that names two messengers', MIXED, NEVER],
    ['that says direct and group', BOTH, NEVER],
    ...ELSEWHERE.map(([what, row]) => [what, row, NEVER] as const),
  ],
];

const groupKey = (key: string): Form => [
  key,
  [
    ['missing', undefined, OPEN],
    ['silent', {}, OPEN],
    ['of a group', TELEGRAM_GROUP, OPEN],
    ['that contradicts', TELEGRAM_DM, NEVER],
    ['that contradicts itself', BOTH, NEVER],
    ['whose origin contradicts', { ...TELEGRAM_GROUP, origin: { chatType: 'direct' } }, NEVER],
    ['whose type contradicts in other words', { chatType: 'p2p' }, NEVER],
    ['whose address contradicts', { deliveryContext: { channel: 'telegram', to: 'telegram:user:4242' } }, NEVER],
  ],
];

const channelKey = (key: string): Form => [
  key,
  [
    ['missing', undefined, HERE],
    ['silent', {}, HERE],
    ['of a channel', IN_CHANNEL, HERE],
    ['that contradicts', DM, NEVER],
    ['that contradicts itself', BOTH, NEVER],
    ['whose type alone contradicts', { ...IN_CHANNEL, chatType: 'direct' }, NEVER],
  ],
];

const directKey = (key: string): Form => [
  key,
  [
    ['missing', undefined, NEVER],
    ['silent', {}, NEVER],
    ['of a direct conversation', TELEGRAM_DM, NEVER],
    ['of a direct conversation here', DM, NEVER],
    ['that contradicts', IN_CHANNEL, NEVER],
    ['of an operator', WEBCHAT, NEVER],
  ],
];

const mainKey = (key: string): Form => [
  key,
  [
    ['missing', undefined, NEVER],
    ['silent', {}, OWN],
    ['of an operator', WEBCHAT, OWN],
    ['whose last conversation is direct', TELEGRAM_DM, NEVER],
    ['whose last conversation is direct here', DM, NEVER],
    ['that says direct and nothing else', { chatType: 'direct' }, NEVER],
    ['whose last conversation nobody knows', UNSAID, NEVER],
    ['that names two messengers', MIXED, NEVER],
    ['that went to a person last', { ...WEBCHAT, lastTo: `user:${U}` }, NEVER],
    ['that contradicts itself', BOTH, NEVER],
    ...ELSEWHERE.map(([what, row]) => [what, row, NEVER] as const),
    // A person on Mattermost is answered where the row says; an operator's turn is not of that channel.
    ['whose last conversation is a channel here', IN_CHANNEL, ['default', 'own', 'private']],
    ['in another spelling', { ChatType: 'x', chatType: 'Direct', lastChannel: 'Telegram' }, NEVER],
  ],
];

const FORMS: readonly Form[] = [
  mainKey('agent:main:main'),
  mainKey('agent:main:main:heartbeat'),
  mainKey('agent:main:main:thread:42'),
  channelKey(`agent:main:mattermost:channel:${C}`),
  channelKey(`agent:main:mattermost:channel:${C}:thread:${R}`),
  channelKey(`agent:main:mattermost:group:${C}`),
  channelKey(`agent:main:mattermost:group:${C}:thread:${R}`),
  groupKey('agent:main:telegram:group:-100123'),
  groupKey('agent:main:telegram:group:-100123:topic:7'),
  groupKey('agent:main:discord:channel:123'),
  groupKey('agent:main:matrix:room:!abc:example.org'),
  groupKey('agent:main:slack:account2:channel:c012'),
  directKey(`agent:main:mattermost:direct:${U}`),
  directKey(`agent:main:mattermost:direct:${U}:thread:${R}`),
  directKey(`agent:main:mattermost:bot2:direct:${U}`),
  directKey(`agent:main:direct:${U}`),
  directKey('agent:main:telegram:direct:4242'),
  directKey('agent:main:telegram:dm:4242'),
  directKey('agent:main:Telegram:DIRECT:4242'),
  directKey('agent:main:whatsapp:acc:direct:+4912345'),
  directKey('agent:main:telegram:direct:group:1'),
  directKey('agent:main:slack:channel:d012ab3cd'),
  directKey('agent:main:whatsapp:group:4912345@s.whatsapp.net'),
  unproven('agent:main:errors'),
  unproven('agent:main:acp:11111111-0000-4000-8000-000000000001'),
  unproven('agent:main:explicit:notes'),
  unproven('agent:main:hook:11111111-0000-4000-8000-000000000001'),
  unproven('agent:main:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'),
  unproven('agent:main:hook:channel:x'),
  unproven('agent:main:explicit:x:group:y'),
  unproven('agent:main:telegram:group'),
  unproven('agent:main:mattermost:channel:../x'),
  unproven('agent:main:feishu:chat:oc_1'),
];

const OPTIONS: PlacementOptions = {
  placement: 'channel',
  channels: { allow: [], deny: [] },
  direct: 'off',
  defaultChannelId: 'home',
  defaultChannelDirect: false,
};
const DIRECTORY = {
  namesOfChannel: async () => [],
  directChannelWith: async (userId: string) => `dm-${userId}`,
  isMember: async () => false,
  hasPostBy: async () => false,
  threadReplies: async () => 0,
  rootOf: async (rootId: string) => ({ rootId, channelId: C }),
};

async function whereGoes(events: readonly SessionEvent[], options: Partial<PlacementOptions> = {}): Promise<Where> {
  const sessions = createSessions();
  for (const event of events) sessions.apply(event);
  const session = [...sessions.byKey.values()].find(({ turns }) => turns.length > 0);
  const turn = session?.turns.at(-1);
  if (session === undefined || turn === undefined) throw new Error('no turn');
  const place = createPlacement(DIRECTORY, { ...OPTIONS, ...options }, createFakeClock(AT));
  const placement = await place({ session, turn, childrenByKey: {} });
  if ('refused' in placement) return 'private';
  return placement.target.channelId === 'home' ? 'default' : placement.target.channelId === C ? 'own' : 'private';
}

const blockOf = (isGroup: boolean): string =>
  `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify({ message_id: P, sender_id: U, is_group_chat: isGroup })}\n\`\`\`\n\nplease`;

const TEXTS: Record<Lines, string> = {
  nothing: 'please',
  group: blockOf(true),
  direct: blockOf(false),
  schedule: '[cron:11111111-0000-4000-8000-000000000001 nightly] go',
};

const metadata = (what: string, block: object): string =>
  `${what} (untrusted metadata):\n\`\`\`json\n${JSON.stringify(block)}\n\`\`\`\n\nhi`;

/** What versions without marks put around the words of persons. */
const CHATS: readonly (readonly [what: string, text: string])[] = [
  ['WhatsApp', '[WhatsApp +4912345 2026-01-09 12:00 UTC] hi'],
  ['WhatsApp, some minutes later', '[WhatsApp Alice +2m 2026-01-19T12:00Z] hi'],
  ['Telegram', '[Telegram Alice (@alice) id:4242 2026-01-05T10:00Z] hi'],
  ['Telegram without a time', '[Telegram Alice id:4242] hi'],
  ['Signal with a day', '[Signal Alice id:+4912345 Wed 2026-01-28 00:30 EST] hi'],
  ['a messenger nobody knows', '[Pigeon Post Alice 2026-01-05 10:00] hi'],
  ['WhatsApp behind a picture', '[media attached: /x.jpg (image/jpeg)]\n[WhatsApp +4912345 2026-01-05 10:00] see'],
  [
    'WhatsApp behind what was said before',
    '[Chat messages since your last reply - for context]\nx\n\n[Current message - respond to this]\nhi',
  ],
  ['a messenger, by its id', 'hi\n[message_id: 4242]'],
  ['a messenger, by its sender', 'hi\n[from: Alice (+4912345)]'],
  ['Mattermost, by a note alone', 'System: [2026-11-21 02:09:41 UTC] Mattermost DM from alice: hi\n\nhi'],
  ['a channel, by a note alone', 'System: [2026-11-21 02:09:41 UTC] Slack message in #dev from alice: hi\n\nhi'],
  ['somebody, by a block of the sender', metadata('Sender', { label: 'alice (77)', id: '77' })],
  ['somebody, by a block of the sender’s label', metadata('Sender', { label: 'alice' })],
  ['a chat, by its id', metadata('Conversation info', { chat_id: 'telegram:4242' })],
  ['somebody who forwards', metadata('Forwarded message context', { from: 'Bob' })],
  ['somebody who replies', metadata('Replied message', { sender_label: 'Bob', body: 'x' })],
];

const OPERATORS: readonly (readonly [what: string, text: string])[] = [
  ['a text', 'hi'],
  ['a text with a time', '[Wed 2026-01-28 00:30 EST] hi'],
  ['a text of the web chat', '[WebChat 2026-01-01 10:00] hi'],
  ['a text of the web chat with an id', 'hi\n[message_id: 0f0f0f0f-1111-4222-8333-444444444444]'],
  ['a text in brackets', '[x] hi [message 1]'],
  ['a text of the control page', metadata('Sender', { label: 'openclaw-control-ui', id: 'openclaw-control-ui' })],
  ['a text of the command line', metadata('Sender', { label: 'cli' })],
  ['a text behind the end of a command', 'System: [2026-11-21 02:00:30 UTC] Exec completed (a, code 0)\n\nhi'],
  ['a text behind a note of the node', 'System: [2026-11-21 02:00:30 UTC] Node: laptop connected\n\nhi'],
];

/** As a transcript and its index tell it. */
function byFiles(key: string, row: Row | undefined, lines: Lines, text = TEXTS[lines]): SessionEvent[] {
  const events: SessionEvent[] = [];
  const entry = row === undefined ? undefined : decodeIndexEntry(key, { sessionId: 's', ...row });
  const entries = new Map<string, IndexEntry>(entry === undefined ? [] : [[entry.key, entry]]);
  const announcer = new Announcer({
    clock: createFakeClock(AT),
    redact: (text) => text,
    entryOf: (other) => entries.get(other),
    keyOfSession: () => undefined,
    emit: (event) => events.push(event),
  });
  const message = { role: 'user', content: [{ type: 'text', text }], timestamp: AT };
  const line = JSON.stringify({ type: 'message', id: 'm1', parentId: null, timestamp: new Date(AT).toISOString(), message });
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => {} });
  announcer.tellLines(key.toLowerCase(), { agentId: 'main', sessionId: 's' }, decode(line).events);
  return events;
}

/** As a gateway tells it in one frame. */
function byGateway(key: string, row: Row | undefined, lines: Lines, text = 'please'): SessionEvent[] {
  const transport = { channel: 'mattermost', messageId: P, chatType: lines };
  const marks = lines === 'group' || lines === 'direct' ? { senderId: U, transport } : {};
  const content = lines === 'schedule' ? TEXTS.schedule : text;
  const message = { role: 'user', content, __openclaw: { id: 'm1', ...marks } };
  const session = row === undefined ? {} : { session: { label: 'x', ...row } };
  return new Decoding().event('session.message', { sessionKey: key, messageId: 'm1', message, ...session }).events;
}

const LINES: readonly Lines[] = ['nothing', 'group', 'direct'];
const CASES = FORMS.flatMap(([key, rows]) =>
  rows.flatMap(([what, row, where]) =>
    LINES.map((lines, index): [string, string, Lines, Row | undefined, Where] => [key, what, lines, row, where[index] ?? 'private']),
  ),
);

describe.each([
  ['transcripts', byFiles],
  ['the gateway', byGateway],
] as const)('by %s', (_source, told) => {
  it.each(CASES)('%s, its row %s, its line saying %s', async (key, _what, lines, row, where) => {
    expect(await whereGoes(told(key, row, lines))).toBe(where);
  });

  it.each<[string, Row | undefined, Lines, Where]>([
    ['missing', undefined, 'schedule', 'default'],
    ['silent', {}, 'schedule', 'default'],
    ['of a channel', IN_CHANNEL, 'schedule', 'own'],
    ['of a direct conversation', TELEGRAM_DM, 'schedule', 'private'],
    ['of a direct conversation here', DM, 'schedule', 'private'],
    ['of nobody knows whom', UNSAID, 'schedule', 'private'],
    ['that contradicts itself', BOTH, 'schedule', 'private'],
    ['silent', {}, 'direct', 'private'],
  ])('a scheduled run, its row %s', async (_what, row, lines, where) => {
    expect(await whereGoes(told('agent:main:cron:11111111-0000-4000-8000-000000000001', row, lines))).toBe(where);
  });

  it.each(CHATS)('a line of %s makes nothing of the agent’s own session public', async (_what, text) => {
    expect(await whereGoes(told('agent:main:main', {}, 'nothing', text))).toBe('private');
    expect(await whereGoes(told('agent:main:main', WEBCHAT, 'nothing', text))).toBe('private');
    expect(await whereGoes(told('agent:main:telegram:group:-100123', {}, 'nothing', text))).toBe('default');
  });

  it.each(OPERATORS)('%s is of the operator', async (_what, text) => {
    expect(await whereGoes(told('agent:main:main', WEBCHAT, 'nothing', text))).toBe('default');
  });

  it('DEFAULT_CHANNEL_DIRECT=1 shows what is private, and nothing else opens it', async () => {
    const key = 'agent:main:telegram:direct:4242';
    expect(await whereGoes(told(key, TELEGRAM_DM, 'nothing'), { defaultChannelDirect: true })).toBe('default');
    expect(await whereGoes(told(key, TELEGRAM_DM, 'nothing'), { direct: 'own' })).toBe('private');
  });
});

describe('a session that no index names', () => {
  it.each<[string, string]>([
    ['main', '5b3f3a52-0000-4000-8000-000000000001'],
    ['main', '5b3f3a52.checkpoint.1'],
    ['main', 'telegram:group:1'],
    ['a:telegram:group:x', 'session'],
    ['a:mattermost:channel:c4xq8tq7y3bkzpsn9mwjd1e5fo', 'session'],
    ['main', 'main'],
  ])('is private, whatever its folder (%s) and its file (%s) are called', async (agentId, sessionId) => {
    for (const lines of LINES) expect(await whereGoes(byFiles(unindexedKey(agentId, sessionId), undefined, lines))).toBe('private');
  });
});

describe('where a scheduled job delivers', () => {
  const KEY = 'agent:main:cron:job-1';
  const told = (delivery: object): SessionEvent[] =>
    new Decoding()
      .event('cron', { jobId: 'job-1', action: 'started', job: { name: 'nightly', delivery } })
      .event('agent', { runId: 'r', sessionKey: `${KEY}:run:1`, stream: 'lifecycle', data: { phase: 'start' }, ts: AT }).events;

  it.each<[string, object, Where]>([
    ['to a channel here', { mode: 'announce', channel: 'mattermost', to: `channel:${C}` }, 'own'],
    ['to a person here', { mode: 'announce', channel: 'mattermost', to: `user:${U}` }, 'private'],
    ['to somebody on another messenger', { mode: 'announce', channel: 'telegram', to: '4242' }, 'private'],
    ['wherever somebody wrote last', { mode: 'announce', channel: 'last' }, 'private'],
    ['to a group on another messenger', { mode: 'announce', channel: 'slack', to: 'channel:c012' }, 'default'],
    ['nowhere', { mode: 'none' }, 'default'],
  ])('%s, the box goes no further', async (_what, delivery, where) => {
    expect(await whereGoes(told(delivery))).toBe(where);
  });
});
