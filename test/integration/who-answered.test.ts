// The post that answered an approval, looked for in a stand-in over real sockets: who it was, or that nobody can know.

import { describe, expect, it, onTestFinished } from 'vitest';
import { createWhoAnswered, decisionIn } from '../../src/app/who-answered.ts';
import type { SessionEvent, WaitOutcome } from '../../src/core/event.ts';
import { Fold } from '../../src/core/fold.ts';
import { systemClock as clock } from '../../src/process/system-clock.ts';
import { createDirectory } from '../../src/sinks/mattermost/directory.ts';
import { createMattermostSink } from '../../src/sinks/mattermost/mattermost.ts';
import { createHttpTransport } from '../../src/sinks/mattermost/transport.ts';
import { SAMPLE, sampleSeed } from '../../src/stand-in/sample-seed.ts';
import { serveStandIn } from '../../src/stand-in/server.ts';
import { createStandIn } from '../../src/stand-in/stand-in.ts';
import { eventually } from '../support/until.ts';
import { request } from '../unit/stand-in/requests.ts';

const ID = '49b6f438-0051-4fc2-8542-6a3b7a00d770';
const KEY = 'agent:main:mattermost:channel:x';

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

async function waiting({ source = 'gateway', isWanted = true, channelId = SAMPLE.publicId } = {}) {
  const standIn = createStandIn({ clock, seed: sampleSeed(), version: '11.6' });
  const server = await serveStandIn(standIn, { port: 0 });
  onTestFinished(() => server.close());
  const transport = createHttpTransport({ baseUrl: server.url, token: () => SAMPLE.botToken, version: '0' });
  onTestFinished(() => transport.close());
  const side = { transport: transport.send, userId: () => SAMPLE.botId };
  const told: SessionEvent[] = [];
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const directory = createDirectory(side, createMattermostSink(side), (call) => call());
  const whoAnswered = createWhoAnswered({ directory, log: quiet, isWanted: () => isWanted, emit: (event) => void told.push(event) });
  const fold = new Fold();
  const apply = (event: Bare): void => whoAnswered(fold.apply({ ...event, sessionKey: KEY, at: Date.now(), source }));
  apply({ type: 'session_seen', agentId: 'main', route: { kind: 'channel', channelId } });
  apply({ type: 'turn_started', trigger: { kind: 'person', postId: 'p' }, messageId: 'm' });
  apply({ type: 'waiting_started', waitId: ID, on: 'approval' });
  const say = (token: string, message: string): void =>
    void standIn.handle(request('POST', '/posts', { channel_id: SAMPLE.publicId, message }, token));
  const end = (outcome?: WaitOutcome): void => apply({ type: 'waiting_ended', waitId: ID, ...(outcome === undefined ? {} : { outcome }) });
  const asked = (): number => standIn.requests.filter(({ path }) => path.includes('/posts?')).length;
  return { say, end, told, asked };
}

describe('the post that answered', () => {
  it.each([
    ['@openclaw /approve 49b6f438 allow-once', 'allowed', 'allowed_once'],
    ['@openclaw /approve always 49b6f438', 'allowed', 'allowed_always'],
    ['@openclaw /approve 49b6f438-0051 deny', 'denied', 'denied'],
    ['@openclaw /approve 49b6f438 deny', undefined, 'denied'],
  ] as const)('%j says who it was and what was decided', async (message, outcome, expected) => {
    const { say, end, told } = await waiting();
    say(SAMPLE.aliceToken, 'I look at it');
    say(SAMPLE.aliceToken, message);
    end(outcome);
    await eventually(() =>
      expect(told).toMatchObject([{ type: 'waiting_ended', source: 'daemon', waitId: ID, outcome: expected, by: '@alice' }]),
    );
  });

  it('is that of the person also where the bot of the agent has posted the lines to copy', async () => {
    const { say, end, told } = await waiting();
    say(SAMPLE.otherBotToken, 'May I? Say /approve 49b6f438 allow-once');
    say(SAMPLE.aliceToken, '@openclaw /approve 49b6f438 allow-once');
    say(SAMPLE.otherBotToken, 'You said /approve 49b6f438 allow-once');
    end('allowed');
    await eventually(() => expect(told).toMatchObject([{ outcome: 'allowed_once', by: '@alice' }]));
  });

  it('is not guessed: none, one about another approval, one that contradicts the gateway, or two people', async () => {
    const posts: [token: string, message: string][][] = [
      [],
      [[SAMPLE.aliceToken, '@openclaw /approve 12345678 allow-once']],
      [[SAMPLE.aliceToken, '@openclaw /approve 49b6f438 deny']],
      [
        [SAMPLE.aliceToken, '@openclaw /approve 49b6f438 allow-once'],
        [SAMPLE.bobToken, '@openclaw /approve 49b6f438 allow-once'],
      ],
      [[SAMPLE.otherBotToken, '@openclaw /approve 49b6f438 allow-once']],
    ];
    for (const some of posts) {
      const { say, end, told, asked } = await waiting();
      for (const [token, message] of some) say(token, message);
      end('allowed');
      await eventually(() => expect(asked()).toBe(1));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(told).toEqual([]);
    }
  });

  it('is not looked for when nobody answered, not for programs that are answered in a terminal, and not for nobody', async () => {
    const expired = await waiting();
    expired.end('expired');
    const terminal = await waiting({ source: 'claude-code' });
    terminal.end();
    const unwanted = await waiting({ isWanted: false });
    unwanted.end('allowed');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([expired.asked(), terminal.asked(), unwanted.asked()]).toEqual([0, 0, 0]);
  });

  it('that cannot be looked for changes nothing', async () => {
    const { end, told } = await waiting({ channelId: SAMPLE.foreignId });
    end('allowed');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(told).toEqual([]);
  });
});

it.each([
  ['/approve 49b6f438 allow-once', 'allowed_once'],
  ['hey @bot  /APPROVE  Allow 49B6F438', 'allowed_once'],
  ['/approve 49b deny', undefined],
  ['/approve 49b6f438 maybe', undefined],
  ['/approved 49b6f438 deny', undefined],
  ['x/approve 49b6f438 deny', undefined],
])('%j decides %s', (message, decision) => {
  expect(decisionIn(message, ID)).toBe(decision);
});
