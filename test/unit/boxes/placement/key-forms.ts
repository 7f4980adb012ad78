// Every form of a session's key with the rows that it may have, and where that leads (LS-18).

export const [C, U, P] = ['c4xq8tq7y3bkzpsn9mwjd1e5fo', 'u9dm2zcx6wqk4ybn8trs1hj5pe', 'post0000000000000000000001'];
const R = 'p7r1hkz5m3y8xbq9dtwn4sj6ea';

/** `own`: the conversation's own channel. `private`: no channel at all. */
export type Where = 'default' | 'own' | 'private';
/** By what the line says that set the turn going: nothing (an operator's), a group, a direct conversation. */
export type ByLine = readonly [nothing: Where, group: Where, direct: Where];

const NEVER: ByLine = ['private', 'private', 'private'];
const HERE: ByLine = ['own', 'own', 'private'];
const OPEN: ByLine = ['default', 'default', 'private'];
/** A session of the agent's own: no person's chat is in it. */
const OWN: ByLine = ['default', 'private', 'private'];

export type Row = Record<string, unknown>;
export const WEBCHAT = { chatType: 'direct', lastChannel: 'webchat', deliveryContext: { channel: 'webchat' } };
export const IN_CHANNEL = {
  chatType: 'channel',
  lastChannel: 'mattermost',
  lastTo: `channel:${C}`,
  deliveryContext: { channel: 'mattermost', to: `channel:${C}` },
};
export const DM = {
  chatType: 'direct',
  lastChannel: 'mattermost',
  lastTo: `user:${U}`,
  deliveryContext: { channel: 'mattermost', to: `user:${U}` },
};
export const TELEGRAM_DM = { chatType: 'direct', lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:4242' } };
const TELEGRAM_GROUP = { chatType: 'group', lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:-100' } };
export const UNSAID = { lastChannel: 'telegram', deliveryContext: { channel: 'telegram', to: 'telegram:4242' } };
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
export const BOTH = { chatType: 'channel', deliveryContext: { channel: 'mattermost', to: `user:${U}` } };

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

export const FORMS: readonly Form[] = [
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
