// A real HTTP server whose answers a test writes down, and which remembers what it was asked.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttpTransport, type HttpTransport } from '../../../src/sinks/mattermost/transport.ts';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Parsed JSON, `undefined` without a body. */
  body: unknown;
  /** The port of the client: one per connection. */
  connection: number;
}

/** `reset` cuts the connection without a byte, `hang` never answers. */
export type Reply = { status: number; headers?: Record<string, string | string[]>; json?: unknown; text?: string } | 'reset' | 'hang';

export interface TinyServer {
  url: string;
  asked: Asked[];
  connections(): number;
  close(): Promise<void>;
}

/** Listens on a free port of this machine until the test ends. */
export async function startTinyServer(reply: (asked: Asked, nth: number) => Reply | Promise<Reply>, port = 0): Promise<TinyServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const entry = await readRequest(request);
      asked.push(entry);
      send(await reply(entry, asked.length), request, response);
    })();
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    connections: () => new Set(asked.map(({ connection }) => connection)).size,
    close,
  };
}

/** The real transport to an address, closed when the test ends. */
export function openTransport(baseUrl: string, token: () => string = () => 'fake-token'): HttpTransport {
  const transport = createHttpTransport({ baseUrl, token, version: '0.0.0-test' });
  onTestFinished(() => transport.close());
  return transport;
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { method = '', url = '', headers, socket } = request;
  return { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text), connection: socket.remotePort ?? 0 };
}

function send(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json)));
}
