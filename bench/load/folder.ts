// The sessions folders of agents, each with its index.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHANNELS, channelOf } from '../harness/seed.ts';

const MOST_AGENTS = 100;

/** Where a session is to be written. */
export interface Berth {
  number: number;
  sessionId: string;
  path: string;
}

/** Makes the folders and indexes of so many sessions below `root`: one of each agent in each channel, then some in threads. Writes no transcript. */
export function berthsIn(root: string, sessions: number, updatedAt = Date.now()): Berth[] {
  const agents = Math.min(MOST_AGENTS, Math.ceil(sessions / CHANNELS));
  const berths = Array.from({ length: sessions }, (_none, number) => {
    const sessionId = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
    return { number, sessionId, path: join(folderOf(root, number % agents), `${sessionId}.jsonl`) };
  });
  for (let agent = 0; agent < agents; agent++) {
    const own = berths.filter(({ number }) => number % agents === agent);
    const entries = own.map(({ sessionId, path }, place) => [
      `agent:agent${agent}:mattermost:channel:${channelOf(place)}${place < CHANNELS ? '' : `:thread:${threadOf(place)}`}`,
      { sessionId, updatedAt, sessionFile: path, chatType: 'channel' },
    ]);
    mkdirSync(folderOf(root, agent), { recursive: true });
    writeFileSync(join(folderOf(root, agent), 'sessions.json'), JSON.stringify(Object.fromEntries(entries)));
  }
  return berths;
}

function folderOf(root: string, agent: number): string {
  return join(root, `agent${agent}`, 'sessions');
}

function threadOf(place: number): string {
  return `benchthread${place}`.padEnd(26, 'x');
}
