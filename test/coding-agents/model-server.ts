// A model on loopback that plays scripts and remembers what it was asked and what its answers cost. Owns its socket; a dialect says how
// a request is read and an answer is written.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, answerTo, positionOf, type Said, type Scripts } from './script.ts';

/** Tokens of one answer, as the model tells them. `input` is without what came from a cache. */
export interface Cost {
  input: number;
  cached: number;
  output: number;
}

/** One request. */
export interface Ask {
  at: number;
  cue: string;
  step: number;
  /** Of the whole answer, and only when it was given whole. */
  cost?: Cost;
  status?: number;
}

/** How one kind of model is spoken to. */
export interface Dialect {
  readonly path: string;
  /** `undefined`: a side question of the program, such as for a title. */
  conversationOf(body: unknown): readonly Said[] | undefined;
  /** The answer to a side question. */
  aside(response: ServerResponse, body: unknown): void;
  /** Streams the answer; `number` is unique in this server. Resolves when it is written or the caller has hung up. */
  stream(response: ServerResponse, answer: Answer, number: number, cost: Cost): Promise<void>;
  refuse(response: ServerResponse, status: number): void;
}

export interface ModelServer {
  readonly url: string;
  readonly asks: Ask[];
  close(): Promise<void>;
}

/** Starts the model. */
export async function serveModel(dialect: Dialect, scripts: Scripts): Promise<ModelServer> {
  const asks: Ask[] = [];
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void play(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function play(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (request.method !== 'POST' || new URL(request.url ?? '/', 'http://model').pathname !== dialect.path)
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    const conversation = dialect.conversationOf(body);
    if (conversation === undefined) return dialect.aside(response, body);
    const position = positionOf(conversation);
    const attempt = asks.filter(({ cue, step }) => cue === position.cue && step === position.step).length;
    const { answer, status } = answerTo(scripts, conversation, attempt);
    const ask: Ask = { at: Date.now(), ...position };
    asks.push(ask);
    if (status === undefined) return give(response, ask, answer);
    ask.status = status;
    dialect.refuse(response, status);
  }

  async function give(response: ServerResponse, ask: Ask, answer: Answer): Promise<void> {
    const cost = costOf(asks.length);
    await dialect.stream(response, answer, asks.length, cost);
    if (!response.destroyed) ask.cost = cost;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asks,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Different for each answer, so that a sum tells which of them were counted. */
function costOf(number: number): Cost {
  return { input: 100 + number, cached: 1_000 + 10 * number, output: 20 + number };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const PIECE_CHARS = 24;
const PIECE_MS = 10; // as fast as a quick model: the text still comes in pieces

/** The text in pieces, each after its pause; ends early when the caller has hung up. */
export async function* piecesOf(response: ServerResponse, { text = '', pieceMs = PIECE_MS }: Answer): AsyncGenerator<string> {
  for (const piece of text.match(new RegExp(`[^]{1,${PIECE_CHARS}}`, 'g')) ?? []) {
    if (response.destroyed) return;
    yield piece;
    await new Promise((done) => void setTimeout(done, pieceMs));
  }
}

/** A sender of server-sent events with the headers written. */
export function eventsTo(response: ServerResponse): (type: string, fields: object) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (type, fields) => void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}
