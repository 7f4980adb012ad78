// `live-status create|update|complete`: writes a box by hand, for scripts that are older than the watcher.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encodeAttachment } from '../boxes/render/encode-attachment.ts';
import { manualCard } from '../boxes/render/manual-card.ts';
import { type ChatSettings, readChatSettings } from '../config/config.ts';
import { type Card, firstVersion } from '../core/card.ts';
import { errorText } from '../core/error-code.ts';
import { createRedactor } from '../text/redact.ts';
import type { CliContext, Command, OptionValues } from './command.ts';
import { printProblems } from './config-problems.ts';
import { type ChatServer, openChatServer } from './doctor/chat-server.ts';
import { exitCodes } from '../process/exit-codes.ts';

const MAX_PROPS_CHARS = 7_500; // what every version of Mattermost takes
const BY_HAND = { byHand: 1 }; // no watcher takes such a post for its own
const DETAILS = [
  'TEXT may also come from standard input. It is masked and shown like the text of an agent, one line each.',
  'Deprecated: the watcher writes boxes by itself.',
  '',
  'Exit codes: 0 done, 1 Mattermost did not do it, 64 wrong use, 78 settings are missing or wrong.',
];

interface Hand {
  readonly context: CliContext;
  readonly chat: ChatServer;
  readonly settings: ChatSettings;
  readonly redact: (text: string) => string;
}

export const createCommand: Command = {
  name: 'create',
  summary: 'write a box by hand and print the id of its post (deprecated)',
  details: () => DETAILS.join('\n'),
  options: {
    channel: { type: 'string', value: 'CHANNEL', help: 'an id or team/channel (default: DEFAULT_CHANNEL)' },
    root: { type: 'string', value: 'POST', help: 'the post whose thread it goes into' },
  },
  operands: { usage: 'TEXT...', most: Number.POSITIVE_INFINITY },
  run: (values, context, parts) => byHand(context, parts, async (hand, text) => create(hand, text, values)),
};

export const updateCommand: Command = {
  name: 'update',
  summary: 'change the text of a box that was written by hand (deprecated)',
  details: () => DETAILS.join('\n'),
  options: {},
  operands: { usage: 'POST_ID TEXT...', most: Number.POSITIVE_INFINITY },
  run: (_values, context, [postId, ...parts]) => byHand(context, parts, async (hand, text) => edit(hand, postId, 'active', text)),
};

export const completeCommand: Command = {
  name: 'complete',
  summary: 'end a box that was written by hand (deprecated)',
  details: () => ['Without TEXT its lines stay.', ...DETAILS].join('\n'),
  options: {},
  operands: { usage: 'POST_ID [TEXT...]', most: Number.POSITIVE_INFINITY },
  run: (_values, context, [postId, ...parts]) => byHand(context, parts, async (hand, text) => edit(hand, postId, 'done', text)),
};

async function byHand(context: CliContext, parts: readonly string[], act: (hand: Hand, text: string) => Promise<number>): Promise<number> {
  context.err('Deprecated: the watcher writes boxes by itself; see docs/UPGRADE.md.');
  const settings = readChatSettings(context.env);
  if ('problems' in settings) {
    printProblems(settings.problems, context.err);
    return exitCodes.config;
  }
  const chat = openChatServer(settings);
  try {
    const redact = createRedactor([settings.mmToken]);
    return await act({ context, chat, settings, redact }, parts.length > 0 ? parts.join(' ') : readStandardInput());
  } catch (error) {
    context.err(`live-status: ${errorText(error)}.`);
    return exitCodes.failed;
  } finally {
    await chat.close();
  }
}

function readStandardInput(): string {
  return process.stdin.isTTY ? '' : readFileSync(0, 'utf8');
}

async function create({ context, chat, settings, redact }: Hand, text: string, { channel, root }: OptionValues): Promise<number> {
  const named = typeof channel === 'string' ? channel : settings.defaultChannelName;
  if (text.trim() === '') return refuse(context, 'create needs a text');
  if (named === undefined) return refuse(context, 'create needs --channel, or DEFAULT_CHANNEL');
  const { channelId } = await chat.sink.resolveChannel(named);
  const { userId } = await chat.sink.identify();
  const target = typeof root === 'string' ? { channelId, rootId: root } : { channelId };
  const body = bodyOf(firstVersion(manualCard('active', text, redact)));
  const { postId } = await chat.sink.create({ message: '', ...body, target, pendingPostId: `${userId}:${randomUUID()}` });
  context.out(postId);
  return exitCodes.ok;
}

async function edit({ context, chat, redact }: Hand, postId: string | undefined, state: 'active' | 'done', text: string): Promise<number> {
  if (postId === undefined) return refuse(context, 'the id of a post is missing');
  if (text.trim() === '' && state === 'active') return refuse(context, 'update needs a text');
  const post = await chat.readByHand(postId);
  if (post === undefined) return notOurs(context, postId);
  const card = manualCard(state, text, redact);
  // The text in the post was made safe when it was written.
  await chat.sink.edit(postId, bodyOf(text.trim() === '' ? { ...card, lines: post.lines } : card));
  return exitCodes.ok;
}

function bodyOf(card: Card) {
  return encodeAttachment(card, BY_HAND, { maxPropsChars: MAX_PROPS_CHARS });
}

function refuse(context: CliContext, problem: string): number {
  context.err(`live-status: ${problem}. See --help.`);
  return exitCodes.usage;
}

function notOurs(context: CliContext, postId: string): number {
  context.err(`live-status: post ${JSON.stringify(postId)} is no box that was written by hand with this account.`);
  return exitCodes.failed;
}
