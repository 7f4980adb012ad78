// Serves `/api/v4/websocket` of the stand-in: keeps the connections and sends each its events.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { tokenOf, userOfToken } from './permissions.ts';
import { isObject } from './lenient-json.ts';
import type { StandIn } from './stand-in.ts';
import { postFrame, reactionFrame, typingFrame, type WebsocketEvent } from './websocket-events.ts';
import type { User, World } from './world.ts';

const PATH = '/api/v4/websocket';
const UNAUTHENTICATED_MS = 5_000; // a real server waits this long for a challenge, also after a bad header

interface Client {
  socket: WebSocket;
  /** Absent until the client has said who it is. */
  user?: User;
  /** Counts the events sent to this client. */
  seq: number;
}

/**
 * Lets `server` accept websockets and sends their users what happens in their channels, in the frames of 5.37.
 * A connection is never resumed: `connection_id` is always unknown, so that the client gets a new `hello`.
 */
export function serveWebsockets(server: Server, standIn: StandIn): void {
  const { world } = standIn;
  const clients = new Set<Client>();
  const sockets = new WebSocketServer({ noServer: true });
  const broadcast = (event: WebsocketEvent): void => {
    for (const client of clients) if (client.user !== undefined && isFor(world, event, client.user)) send(client, event.frame);
  };
  standIn.onPostEvent((event) => broadcast(postFrame(world, event)));
  world.reactionListeners.add((event) => broadcast(reactionFrame(event)));
  world.typingListeners.add((typing) => broadcast(typingFrame(typing)));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (new URL(request.url ?? '/', 'http://stand-in').pathname !== PATH) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (connected) => welcome(world, clients, connected, request));
  });
}

function welcome(world: World, clients: Set<Client>, socket: WebSocket, request: IncomingMessage): void {
  const client: Client = { socket, seq: 0 };
  const tooLate = setTimeout(() => client.user ?? socket.terminate(), UNAUTHENTICATED_MS);
  clients.add(client);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(tooLate);
    clients.delete(client);
  });
  socket.on('message', (data: Buffer) => answer(world, client, data.toString('utf8')));
  const user = userOfToken(world, tokenOf({ authorization: request.headers.authorization ?? '' }));
  if (user !== undefined) greet(world, client, user);
}

function greet(world: World, client: Client, user: User): void {
  client.user = user;
  const broadcast = { omit_users: null, user_id: user.id, channel_id: '', team_id: '' };
  const version = `${world.rules.version}.0..standin.false`;
  send(client, { event: 'hello', data: { connection_id: world.newId(), server_version: version }, broadcast });
}

function answer(world: World, client: Client, text: string): void {
  const request = parsed(text);
  const data = isObject(request['data']) ? request['data'] : {};
  const reply = (more: object): void => client.socket.send(JSON.stringify({ status: 'OK', seq_reply: request['seq'], ...more }));
  if (request['action'] === 'authentication_challenge') {
    const user = userOfToken(world, String(data['token']));
    if (user === undefined) return client.socket.terminate();
    greet(world, client, user);
    return reply({});
  }
  if (request['action'] === 'ping') {
    reply({ data: { node_id: '', server_time: world.clock.now(), text: 'pong', version: `${world.rules.version}.0` } });
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isFor(world: World, { channelId, omitUserId }: WebsocketEvent, user: User): boolean {
  return omitUserId !== user.id && world.channelsById.get(channelId)?.memberIds.has(user.id) === true;
}

/** Numbered per connection, `hello` being 0. */
function send(client: Client, frame: object): void {
  client.socket.send(JSON.stringify({ ...frame, seq: client.seq }));
  client.seq += 1;
}
