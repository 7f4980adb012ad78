// Opens the stand-in Mattermost of the demo with its people and channels, and writes their posts.

import { z } from 'zod';
import { errorCode } from '../core/error-code.ts';
import type { ServerVersion } from '../stand-in/version-rules.ts';
import { SAMPLE, sampleSeed } from '../stand-in/sample-seed.ts';
import { type StandInServer, serveStandIn } from '../stand-in/server.ts';
import { createStandIn, type StandIn } from '../stand-in/stand-in.ts';

const AGENT_DIRECT_ID = 'agentdirectchannel'.padEnd(26, '0');
const SHOP_ID = 'shopchannel'.padEnd(26, '0');
const SWARM_ID = 'swarmchannel'.padEnd(26, '0');
const USUAL_PORT = 8065; // Mattermost's own

const TOKENS: ReadonlyMap<string, string> = new Map([
  ['alice', SAMPLE.aliceToken],
  ['bob', SAMPLE.bobToken],
  ['agent', SAMPLE.otherBotToken],
]);

/** By the names used in the recording. */
const CHANNELS: ReadonlyMap<string, string> = new Map([
  [SAMPLE.publicName, SAMPLE.publicId],
  [SAMPLE.privateName, SAMPLE.privateId],
  ['direct', AGENT_DIRECT_ID],
]);

const createdShape = z.object({ id: z.string() });

export interface Room {
  readonly standIn: StandIn;
  readonly url: string;
  /** Writes a post and returns its id; throws when the stand-in refuses it. */
  say(by: string, channelId: string, message: string, rootId?: string): string;
  close(): Promise<void>;
}

/** Opens the room. Without `port` it uses Mattermost's own port if that is free. Rejects when the given port is taken. */
export async function openRoom(port: number | undefined, version: ServerVersion = '5.37'): Promise<Room> {
  const standIn = createStandIn({ clock: { now: () => Date.now() }, seed: demoSeed(), version });
  const server = await listen(standIn, port);
  return {
    standIn,
    url: server.url,
    say: (by, channelId, message, rootId) => say(standIn, by, { channel_id: channelId, message, root_id: rootId ?? '' }),
    close: () => server.close(),
  };
}

/** The channel's id, by its name in the recording. */
export function channelIdOf(name: string): string {
  const id = CHANNELS.get(name);
  if (id === undefined) throw new Error(`The recording speaks of an unknown channel ${name}.`);
  return id;
}

/** Where the gateway delivers answers: `channel:<id>`, or `user:<id>` for the conversation with that person. */
export function channelIdOfDelivery(to: string | undefined): string {
  return to?.startsWith('channel:') === true ? to.slice('channel:'.length) : AGENT_DIRECT_ID;
}

function demoSeed(): ReturnType<typeof sampleSeed> {
  const seed = sampleSeed();
  const used = seed.channels.filter(({ id }) => id !== SAMPLE.foreignId);
  const direct = {
    id: AGENT_DIRECT_ID,
    name: `${SAMPLE.otherBotId}__${SAMPLE.aliceId}`,
    type: 'D',
    memberIds: [SAMPLE.otherBotId, SAMPLE.aliceId],
  } as const;
  const open = (id: string, name: string) => ({ id, name, type: 'O' as const, memberIds: [SAMPLE.botId, SAMPLE.aliceId, SAMPLE.bobId] });
  const ours = [open(SHOP_ID, 'shop'), open(SWARM_ID, 'swarm'), { ...direct, memberIds: [...direct.memberIds] }];
  return { ...seed, channels: [...used, ...ours] };
}

async function listen(standIn: StandIn, port: number | undefined): Promise<StandInServer> {
  try {
    return await serveStandIn(standIn, { port: port ?? USUAL_PORT });
  } catch (error) {
    if (port !== undefined || errorCode(error) !== 'EADDRINUSE') throw error;
    return serveStandIn(standIn, { port: 0 });
  }
}

function say(standIn: StandIn, by: string, post: Readonly<Record<string, string>>): string {
  const headers = { authorization: `Bearer ${TOKENS.get(by) ?? ''}` };
  const answer = standIn.handle({ method: 'POST', path: '/api/v4/posts', headers, body: JSON.stringify(post) });
  if (answer.status !== 201) throw new Error(`The stand-in refused a post of ${by} with status ${answer.status}.`);
  return createdShape.parse(JSON.parse(answer.body)).id;
}
