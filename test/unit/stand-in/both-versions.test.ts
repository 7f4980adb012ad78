// The stand-in answers like 5.37 and like 11.6, fact by fact.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ServerVersion } from '../../../src/stand-in/version-rules.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { created, errorOf, jsonOf, request, standInAt } from './requests.ts';

interface Fact {
  fact: string;
  given?: string[];
  method: string;
  path: string;
  body?: unknown;
  token?: 'other';
  old: [status: number, id: string];
  new: [status: number, id: string];
}

type Stage = ReturnType<typeof standInAt> & { post: string; root: string };

const text = readFileSync(new URL('../../fixtures/mattermost-11.6/answers.json', import.meta.url), 'utf8');
const FACTS = JSON.parse(text, (_key, value: unknown) => repeated(value)) as Fact[];

function repeated(value: unknown): unknown {
  const { $repeat: repeat } = (value ?? {}) as { $repeat?: [string, number] };
  return repeat === undefined ? value : repeat[0].repeat(repeat[1]);
}

const SITUATIONS: Record<string, (stage: Stage) => void> = {
  'too old': ({ standIn, clock }) => {
    standIn.switches.editTimeLimit(1_000);
    clock.time += 2_000;
  },
  'database down': ({ standIn }) => standIn.switches.database('down'),
  'first reply': ({ standIn, root }) => {
    expect(standIn.handle(request('POST', '/posts', { channel_id: SAMPLE.publicId, root_id: root, message: 'first' })).status).toBe(201);
  },
  '20 ms later': ({ clock }) => void (clock.time += 20),
  'post deleted': ({ standIn, post }) => standIn.switches.deletePost(post, SAMPLE.aliceId),
  'not a member': ({ standIn }) => {
    for (const id of [SAMPLE.publicId, SAMPLE.privateId]) standIn.switches.removeMember(id, SAMPLE.botId);
  },
  'out of the team': ({ standIn }) => standIn.switches.removeFromTeam(SAMPLE.botId),
  'edit_post taken away': ({ standIn }) => standIn.switches.forbidEditing(true),
  'direct channels restricted': ({ standIn }) => standIn.switches.restrictDirect(true),
  archived: ({ standIn }) => standIn.switches.archiveChannel(SAMPLE.publicId),
};

function answerOf(version: ServerVersion, fact: Fact): [number, string] {
  const { standIn, clock } = standInAt({ version });
  const stage: Stage = { standIn, clock, post: created(standIn), root: created(standIn) };
  for (const name of fact.given ?? []) situation(name)(stage);
  const ids: Record<string, string> = {
    '<public>': SAMPLE.publicId,
    '<private>': SAMPLE.privateId,
    '<post>': stage.post,
    '<root>': stage.root,
    '<bot>': SAMPLE.botId,
    '<alice>': SAMPLE.aliceId,
  };
  const filled = (words: string): string => words.replace(/<\w+>/g, (name) => ids[name] ?? name);
  const asked = request(fact.method, filled(fact.path), undefined, fact.token === 'other' ? SAMPLE.otherBotToken : SAMPLE.botToken);
  const body = fact.body === undefined ? '' : filled(JSON.stringify(fact.body));
  const answer = standIn.handle({ ...asked, body });
  return [answer.status, errorOf(answer)];
}

function situation(name: string): (stage: Stage) => void {
  const found = SITUATIONS[name];
  if (found === undefined) throw new Error(`no situation ${name}`);
  return found;
}

describe('one request, two servers', () => {
  it.each(FACTS)('$fact', (fact) => {
    expect(answerOf('5.37', fact)).toEqual(fact.old);
    expect(answerOf('11.6', fact)).toEqual(fact.new);
  });

  it.each(['5.37', '11.6'] as const)('%s tells the length of a message only to who has logged in', (version) => {
    const { standIn } = standInAt({ version });
    const sizeFor = (token: string): unknown =>
      jsonOf(standIn.handle(request('GET', '/config/client?format=old', undefined, token)))['MaxPostSize'];
    expect([sizeFor(SAMPLE.botToken), sizeFor('')]).toEqual(['16383', undefined]);
  });

  it.each([
    ['5.37', false],
    ['11.6', true],
  ] as const)('%s: an edit under way while the post is deleted brings it to life again: %s', (version, revives) => {
    const { standIn } = standInAt({ version });
    const post = created(standIn);
    standIn.faults.add({ fault: { kind: 'stall', ms: 5 } });
    const { apply } = standIn.arrive(request('PUT', `/posts/${post}/patch`, { message: 'n' }));
    standIn.switches.deletePost(post, SAMPLE.aliceId);
    expect(apply().status).toBe(revives ? 200 : 403);
    expect(standIn.posts().map(({ id }) => id)).toEqual(revives ? [post] : []);
  });

  it.each(['5.37', '11.6'] as const)('%s loses from_bot with an edit of props, and keeps it when that says so', (version) => {
    const { standIn } = standInAt({ version });
    const post = created(standIn);
    const fromBot = (): unknown => standIn.posts()[0]?.props['from_bot'];
    expect(fromBot()).toBe('true');
    standIn.handle(request('PUT', `/posts/${post}/patch`, { props: { k: 1 } }));
    expect(fromBot()).toBeUndefined();
    standIn.handle(request('PUT', `/posts/${post}/patch`, { props: { k: 1, from_bot: 'true' } }));
    expect(fromBot()).toBe('true');
  });
});
