// Serves the stand-in on real sockets: the listener, its connections and its timers.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { StandInAnswer } from './answer.ts';
import { deliver } from './deliver-answer.ts';
import type { Exits } from './deliver-answer.ts';
import { isPagePath, servePage } from './page.ts';
import type { RequestRecord, StandIn } from './stand-in.ts';
import { serveWebsockets } from './websocket.ts';

/** A stand-in that listens. */
export interface StandInServer {
  /** `http://127.0.0.1:<port>`, the same before and after `down`. */
  readonly url: string;
  /** Like a killed server: destroys connections, refuses new ones, and drops what was stalled. */
  down(): Promise<void>;
  /** Listens again on the same port. Call the stand-in's `restart` first when it was the process that went down. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** A real server closes idle connections after this, without announcing it. */
const KEEP_ALIVE_MS = 60_000;

/** Serves `standIn` on loopback; port 0 takes a free one. Rejects when the port is taken. */
export async function serveStandIn(standIn: StandIn, options: { port: number }): Promise<StandInServer> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
    return () => clearTimeout(timer);
  };
  const server = createServer((request, response) => void serve(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  serveWebsockets(server, standIn);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (isPagePath(path)) return servePage(standIn, path, response);
    const body = await bodyOf(request);
    if (body === undefined) return;
    const arrival = standIn.arrive({ method: request.method ?? 'GET', path, headers: headersOf(request), body });
    deliver(arrival, after, exitsOf(response, arrival.record));
  }

  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    down: () => stop(server, sockets, timers),
    up: async () => void (await listen(server, port)),
    close: () => stop(server, sockets, timers),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function stop(server: Server, sockets: Set<Socket>, timers: Set<NodeJS.Timeout>): Promise<void> {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  return closed;
}

/** The whole body, or `undefined` when the client left before it was sent. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]));
}

function exitsOf(response: ServerResponse, record: RequestRecord): Exits {
  return {
    answer: (answer) => {
      record.status = answer.status;
      writeHead(response, answer).end(answer.body);
    },
    truncate: (answer) => {
      const half = answer.body.slice(0, Math.floor(answer.body.length / 2));
      writeHead(response, answer).write(half, () => response.destroy());
    },
    reset: () => void (response.socket?.resetAndDestroy() ?? response.destroy()),
  };
}

function writeHead(response: ServerResponse, answer: StandInAnswer): ServerResponse {
  const length = answer.status === 304 ? {} : { 'content-length': Buffer.byteLength(answer.body) };
  return response.writeHead(answer.status, { ...answer.headers, ...length });
}
