// The page that shows the channels live, and the stream of changes behind it. Holds no state.

import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { wirePost } from './post.ts';
import type { Post } from './post.ts';
import type { StandIn } from './stand-in.ts';
import type { Channel, World } from './world.ts';

const PAGE = '/';
const CHANGES = '/stand-in/changes';

/** The page may load nothing from elsewhere and send nothing there, whatever a post contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

/** Whether a path belongs to the page and not to Mattermost. */
export function isPagePath(path: string): boolean {
  return path === PAGE || path === CHANGES;
}

/** Serves the page or its stream of changes. */
export function servePage(standIn: StandIn, path: string, response: ServerResponse): void {
  if (path === CHANGES) {
    streamChanges(standIn, response);
    return;
  }
  const html = readFileSync(new URL('./page.html', import.meta.url));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }).end(html);
}

/** Server-sent events: one `snapshot`, then one `post` per change. A lost connection starts over with a snapshot. */
function streamChanges(standIn: StandIn, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event: string, data: unknown) => void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  send('snapshot', snapshotOf(standIn));
  const stop = standIn.onPostEvent(({ post }) =>
    send('post', { post: shownPost(standIn.world, post), channel: shownChannel(standIn.world, post.channel_id) }),
  );
  response.on('close', stop);
}

function snapshotOf(standIn: StandIn): Record<string, unknown> {
  const { world } = standIn;
  const users = [...world.usersById.values()].map(({ id, username, displayName, isBot }) => ({ id, username, displayName, isBot }));
  const channels = [...world.channelsById.keys()].map((id) => shownChannel(world, id));
  return { team: world.team.displayName, users, channels, posts: standIn.posts().map((post) => shownPost(world, post)) };
}

function shownPost(world: World, post: Post): Record<string, unknown> {
  return wirePost(post, world.rules, 0);
}

function shownChannel(world: World, channelId: string): Record<string, unknown> {
  const channel = world.channelsById.get(channelId);
  return channel === undefined
    ? {}
    : { id: channel.id, type: channel.type, archived: channel.archivedAt !== 0, name: channelTitle(world, channel) };
}

/** A direct channel is named after its people, because the page has no user of its own. */
function channelTitle(world: World, channel: Channel): string {
  if (channel.type !== 'D') return channel.displayName;
  return [...channel.memberIds].map((id) => world.usersById.get(id)?.username ?? id).join(', ');
}
