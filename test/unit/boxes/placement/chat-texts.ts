// What user lines say of whom they come from, in versions that store no sender.

const metadata = (what: string, block: object): string =>
  `${what} (untrusted metadata):\n\`\`\`json\n${JSON.stringify(block)}\n\`\`\`\n\nhi`;

/** What versions without marks put around the words of persons. */
export const CHATS: readonly (readonly [what: string, text: string])[] = [
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

export const OPERATORS: readonly (readonly [what: string, text: string])[] = [
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

/** What the block of a conversation says when there are two in it. */
export const DIRECT_CHATS: readonly (readonly [what: string, text: string])[] = [
  { is_group_chat: false },
  { is_group_chat: 'false' },
  { is_group: false },
  { is_direct: true },
  { is_dm: 'true' },
  { chat_type: 'direct' },
  { chat_type: 'P2P' },
  { chatType: 'im' },
  { chat_type: 'private', is_group_chat: true },
].map((said) => [JSON.stringify(said), metadata('Conversation info', { sender_id: '77', ...said })]);
