// LS-18 as a table: every form of a key, with its row there, missing or contradicting it, and lines that say direct, group or nothing,
// through the decoders of both sources. What is not proven to be public is private; a contradiction is private.

import { describe, expect, it } from 'vitest';
import { Fold } from '../../../../src/core/fold.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { createPlacement, type PlacementOptions } from '../../../../src/boxes/placement/placement.ts';
import { decodeIndexEntry, type IndexEntry } from '../../../../src/sources/openclaw/decoding/index-entry.ts';
import { unindexedKey } from '../../../../src/sources/openclaw/decoding/session-key.ts';
import { SessionEmitter } from '../../../../src/sources/openclaw/transcripts/session-emitter.ts';
import { createTranscriptDecoder } from '../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { Decoding } from '../../sources/openclaw/gateway/decoding.ts';
import { BOTH, C, DM, FORMS, IN_CHANNEL, P, type Row, TELEGRAM_DM, U, UNSAID, WEBCHAT, type Where } from './key-forms.ts';
import { HOME, emptyServer } from './empty-server.ts';
import { CHATS, DIRECT_CHATS, OPERATORS } from './chat-texts.ts';
import { FakeClock } from '../../../support/clock.ts';

type Lines = 'nothing' | 'group' | 'direct' | 'schedule';

const AT = Date.UTC(2026, 10, 21, 12);

async function whereGoes(events: readonly SessionEvent[], options: Partial<PlacementOptions> = {}): Promise<Where> {
  const fold = new Fold();
  for (const event of events) fold.apply(event);
  const session = [...fold.sessionsByKey.values()].find(({ turns }) => turns.length > 0);
  const turn = session?.turns.at(-1);
  if (session === undefined || turn === undefined) throw new Error('no turn');
  const place = createPlacement(emptyServer(C), { ...HOME, ...options }, new FakeClock(AT));
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

/** As a transcript and its index tell it. */
function byFiles(key: string, row: Row | undefined, lines: Lines, text = TEXTS[lines]): SessionEvent[] {
  const events: SessionEvent[] = [];
  const entry = row === undefined ? undefined : decodeIndexEntry(key, { sessionId: 's', ...row });
  const entries = new Map<string, IndexEntry>(entry === undefined ? [] : [[entry.key, entry]]);
  const announcer = new SessionEmitter({
    source: 'transcripts',
    clock: new FakeClock(AT),
    redact: (text) => text,
    entryOf: (other) => entries.get(other),
    keyOfSession: () => undefined,
    emit: (event) => events.push(event),
  });
  const message = { role: 'user', content: [{ type: 'text', text }], timestamp: AT };
  const line = JSON.stringify({ type: 'message', id: 'm1', parentId: null, timestamp: new Date(AT).toISOString(), message });
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => {} });
  announcer.emitLines(key.toLowerCase(), { agentId: 'main', sessionId: 's' }, decode(line).events);
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

  it.each(DIRECT_CHATS)('a line that says %s is in no channel', async (_what, text) => {
    for (const key of ['agent:main:telegram:group:-100123', `agent:main:mattermost:channel:${C}`, 'agent:main:main'])
      expect(await whereGoes(told(key, {}, 'nothing', text))).toBe('private');
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
