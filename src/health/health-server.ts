// Runs the HTTP server of the pages. Does not know what they say.

import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { errorCode, errorText } from '../core/error-code.ts';
import { redactFields } from '../process/redact-fields.ts';
import { limitConnections } from './connection-limit.ts';
import { type AccessPolicy, accessRefusal, bearsToken } from './page-access.ts';
import { PAGES, describePages, type PageParts } from './pages.ts';
import { cachedByCost } from './cached-by-cost.ts';
import { headerWaitMs, TokenTries } from './token-tries.ts';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes any free port. The daemon starts no server when `HEALTH_PORT` is 0. */
  readonly port: number;
  readonly access: AccessPolicy;
  /** Asked for requests, less often when it takes long. When it throws, the page says `down`. */
  readonly parts: PageParts;
  /** Removes secrets from every string of the pages. */
  readonly redact: (text: string) => string;
  /** More routes, which check the token themselves. `keepOpen` exempts a connection from every limit on its length. */
  readonly more?: ((server: FastifyInstance, keepOpen: (socket: Socket) => void) => Promise<void>) | undefined;
}

/** Where the server listens, or why it does not and what to do about it, in one sentence. */
type HealthServerStart = { readonly kind: 'listening'; readonly url: string } | { readonly kind: 'failed'; readonly problem: string };

export interface HealthServer {
  /** Never throws: the daemon works without its health page, so the caller logs the problem and goes on. */
  start(): Promise<HealthServerStart>;
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 5_000; // A client that sends half a request must not hold a socket forever.
const CHECK_TIMEOUTS_MS = 1_000; // Node checks only every 30 s.
const MAX_CONNECTIONS = 64; // Far more than health checks need, far fewer than the file handles of a process.
const MAX_BODY_BYTES = 1_024; // Only the login form has a body, of one token.

/** Answers `GET` and `HEAD` of the pages, and what `more` adds; everything else with 404. */
export function createHealthServer({ host, port, access, parts, redact, more }: HealthServerOptions): HealthServer {
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS * 2,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CHECK_TIMEOUTS_MS },
  });
  const exempt = limitConnections(server.server, MAX_CONNECTIONS);
  limitTries(server, access);
  server.addHook('onRequest', async (request, reply) => {
    const { host: asked, authorization } = request.headers;
    const refused = accessRefusal(access, { host: asked, authorization, isOpenPage: isOpen(request.routeOptions) });
    if (refused === undefined) return;
    if (refused.status === 401) void reply.header('www-authenticate', 'Bearer');
    await reply.code(refused.status).send({ error: refused.error });
  });
  const paths = [...(more === undefined ? [] : ['/']), ...PAGES.map(({ path }) => path)];
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: describePages(paths) }));
  server.setErrorHandler(answerError);
  const current: PageParts = {
    report: cachedByCost(() => redacted(parts.report(), redact)),
    tasks: cachedByCost(() => redacted(parts.tasks(), redact)),
    counted: cachedByCost(() => redacted(parts.counted(), redact)),
  };
  addPages(server, current);
  if (more !== undefined)
    void server.register(async (scope) => {
      scope.addHook('onRoute', (route) => void (route.config = { ...route.config, checksToken: true }));
      await more(scope, (socket) => {
        exempt(socket);
        socket.setTimeout(0);
      });
    });
  return {
    async start() {
      try {
        return { kind: 'listening', url: `${await server.listen({ host, port })}/health` };
      } catch (error) {
        return { kind: 'failed', problem: problemOf(error, host, port) };
      }
    },
    stop: () => server.close(),
  };
}

/** Wrong tokens in the header, on every page that asks for one. */
function limitTries(server: FastifyInstance, { token }: AccessPolicy): void {
  if (token === undefined) return;
  const tries = new TokenTries();
  server.addHook('onRequest', async ({ headers: { authorization }, ip, routeOptions: { url } }, reply) => {
    if (authorization === undefined || isOpenPage(url)) return;
    const waitMs = headerWaitMs(tries, { address: ip, isRight: bearsToken(authorization, token), now: Date.now() });
    if (waitMs === 0) return;
    await reply
      .code(429)
      .header('retry-after', Math.ceil(waitMs / 1_000))
      .send({ error: 'Too many wrong tokens. Wait a minute.' });
  });
}

function addPages(server: FastifyInstance, parts: PageParts): void {
  for (const { path, answer } of PAGES)
    server.get(path, async (request, reply) => {
      const { status, body, type } = await answer(parts, request.headers.accept);
      if (type !== undefined) void reply.type(type);
      return reply.code(status).header('cache-control', 'no-store').send(body);
    });
}

function redacted<T>(part: T, redact: (text: string) => string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts are changed
  return redactFields(part, redact) as T;
}

function isOpen({ url, config }: { url?: string | undefined; config: object }): boolean {
  return 'checksToken' in config || isOpenPage(url);
}

function isOpenPage(url: string | undefined): boolean {
  return PAGES.some((page) => page.path === url && page.isOpen);
}

/** A bad request says nothing about the watcher's health. Only a report that cannot be made does. */
function answerError(error: unknown, _request: unknown, reply: FastifyReply): FastifyReply {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return reply.code(status).send({ error: 'The request cannot be understood.' });
  return reply.code(503).send({ status: 'down', reason: 'the report could not be made' });
}

function problemOf(error: unknown, host: string, port: number): string {
  const causesByCode: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken by another program; set HEALTH_PORT to a free one, or to 0.`,
    EACCES: `this user may not listen on port ${port}; set HEALTH_PORT to one above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HEALTH_HOST.`,
    ENOTFOUND: `${host} is no address of this machine; set HEALTH_HOST.`,
  };
  return `GET /health is not available: ${causesByCode[errorCode(error) ?? ''] ?? errorText(error)}`;
}
