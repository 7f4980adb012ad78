// Loads recorded exchanges with a Mattermost 5.37 and the team they were recorded in.

import { readFileSync } from 'node:fs';
import { isObject } from '../../../src/stand-in/lenient-json.ts';
import type { Seed } from '../../../src/stand-in/world.ts';

const folder = new URL('../../fixtures/mattermost-5.37/', import.meta.url);

/** One recorded exchange; `body` of a request is a string when it was meant not to be JSON. */
export interface Exchange {
  case: string;
  request: { method: string; path: string; headers: Record<string, string>; body?: unknown };
  response?: { status: number; headers: Record<string, string | string[]>; body: unknown };
}

/** The exchanges of one file in recorded order, repetitions expanded. */
export function exchangesOf(file: string): Exchange[] {
  const lines = readFileSync(new URL(`${file}.ndjson`, folder), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line, expand) as Exchange);
}

function expand(_key: string, value: unknown): unknown {
  const repeat = isObject(value) ? value['$repeat'] : undefined;
  return Array.isArray(repeat) ? String(repeat[0]).repeat(Number(repeat[1])) : value;
}

interface Identities {
  users: Record<string, string>;
  bots: Record<string, string>;
  team: { id: string; name: string };
  channels: Record<string, string>;
  direct_channel_livestatus_alice: string;
  memberships: Record<string, string[]>;
}

const identities = JSON.parse(readFileSync(new URL('identities.json', folder), 'utf8')) as Identities;

/** The id of a user, bot or channel of the recording by its name. */
export function idOf(name: string): string {
  const id =
    name === 'direct'
      ? identities.direct_channel_livestatus_alice
      : { ...identities.users, ...identities.bots, ...identities.channels }[name];
  if (id === undefined) throw new Error(`The recording knows no ${name}.`);
  return id;
}

/** A channel that was made during the recording and is in no list of it. */
export const LATE_CHANNEL = 'xpzpy9mpzjdf7e8jd3kdxdir3c';

/** The recorded team as a seed. */
export function recordedSeed(): Seed {
  const people = Object.entries(identities.users).map(([username, id]) => ({ id, username, isAdmin: username === 'sysadmin' }));
  const bots = Object.entries(identities.bots).map(([username, id]) => ({ id, username, isBot: true }));
  const sessions = Object.entries(identities.users).map(([name, userId]) => ({
    token: `${`fakesession${name}`.padEnd(25, '0')}1`,
    userId,
  }));
  return {
    team: { ...identities.team, displayName: 'Fixture' },
    users: [...people, ...bots],
    tokens: [
      ...sessions,
      { token: 'fakebottokenlivestatus0001', userId: idOf('livestatus') },
      { token: 'fakebottokenotherbot000001', userId: idOf('otherbot') },
      { token: 'fakebottokentorevoke000001', userId: idOf('livestatus') },
    ],
    channels: [...Object.keys(identities.channels), 'direct'].map(channelSeed).concat(lateChannel()),
  };
}

function channelSeed(name: string): Seed['channels'][number] {
  const members = Object.entries(identities.memberships).filter(([, channels]) => channels.includes(name));
  const type = name === 'direct' ? 'D' : /private/.test(name) ? 'P' : 'O';
  const wireName = name === 'direct' ? `${idOf('livestatus')}__${idOf('alice')}` : name;
  return {
    id: idOf(name),
    name: wireName,
    displayName: name === 'direct' ? '' : name,
    type,
    memberIds: members.map(([user]) => idOf(user)),
  };
}

function lateChannel(): Seed['channels'][number] {
  return { id: LATE_CHANNEL, name: 'recover', type: 'O', memberIds: ['livestatus', 'alice', 'bob'].map(idOf) };
}
