// A small team to start with: people, two bots, a channel of each kind. For the demo and for tests that need no others.

import type { Seed } from './world.ts';

const id = (name: string) => name.padEnd(26, '0');

/** The ids and tokens of `sampleSeed`. The tokens are not secret and open nothing else. */
export const SAMPLE = {
  botId: id('livestatusbot'),
  botToken: 'fake-token-of-the-bot',
  otherBotId: id('agentbot'),
  otherBotToken: 'fake-token-of-the-agent',
  aliceId: id('alice'),
  aliceToken: 'fake-token-of-alice',
  bobId: id('bob'),
  bobToken: 'fake-token-of-bob',
  adminId: id('admin'),
  adminToken: 'fake-token-of-the-admin',
  teamId: id('team'),
  teamName: 'lab',
  /** Public; both bots, alice and bob are in it. */
  publicId: id('agentschannel'),
  publicName: 'agents',
  /** Private; both bots and alice are in it. */
  privateId: id('opschannel'),
  privateName: 'ops',
  /** Public; only alice is in it. */
  foreignId: id('loungechannel'),
  foreignName: 'lounge',
  /** Direct, between the bot and alice. */
  directId: id('directchannel'),
} as const;

/** A fresh copy of the sample team. */
export function sampleSeed(): Seed {
  const s = SAMPLE;
  return {
    team: { id: s.teamId, name: s.teamName, displayName: 'Lab' },
    users: [
      { id: s.botId, username: 'live-status', displayName: 'Live Status', isBot: true },
      { id: s.otherBotId, username: 'openclaw', displayName: 'OpenClaw', isBot: true },
      { id: s.aliceId, username: 'alice' },
      { id: s.bobId, username: 'bob' },
      { id: s.adminId, username: 'admin', isAdmin: true },
    ],
    tokens: [
      { token: s.botToken, userId: s.botId },
      { token: s.otherBotToken, userId: s.otherBotId },
      { token: s.aliceToken, userId: s.aliceId },
      { token: s.bobToken, userId: s.bobId },
      { token: s.adminToken, userId: s.adminId },
    ],
    channels: [
      { id: s.publicId, name: s.publicName, type: 'O', memberIds: [s.botId, s.otherBotId, s.aliceId, s.bobId] },
      { id: s.privateId, name: s.privateName, type: 'P', memberIds: [s.botId, s.otherBotId, s.aliceId] },
      { id: s.foreignId, name: s.foreignName, type: 'O', memberIds: [s.aliceId] },
      { id: s.directId, name: `${s.aliceId}__${s.botId}`, type: 'D', memberIds: [s.botId, s.aliceId] },
    ],
  };
}
