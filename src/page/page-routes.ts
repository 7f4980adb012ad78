// The routes of the page: its files, the stream of boxes, the login form. Knows nothing of boxes.

import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bearsToken } from '../health/page-access.ts';
import { TokenTries } from '../health/token-tries.ts';
import { COOKIE, COOKIE_MS, cookieValue, hasCookie } from './login.ts';
import { loginPage, type LoginProblem } from './login-page.ts';
import { isSameOrigin } from './same-origin.ts';
import type { Tabs } from './tabs.ts';

export interface PageRouteOptions {
  readonly tabs: Tabs;
  /** Without it everybody who can reach the port may read. */
  readonly token: string | undefined;
  readonly now: () => number;
  /** Exempts a connection from the limits for requests that are answered within moments. */
  readonly keepOpen: (socket: Socket) => void;
}

const CLIENT = fileURLToPath(new URL('client/', import.meta.url));
const LOG_IN = 'Log in at /login, or send the token as "Authorization: Bearer …".';
const MAX_TRIES_OF_ALL = 50; // within a minute
const NOWHERE = ["'none'"];
const HERE = ["'self'"];
const CONTENT_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: NOWHERE,
    scriptSrc: HERE,
    workerSrc: HERE,
    styleSrc: HERE,
    connectSrc: HERE,
    imgSrc: [...HERE, 'data:'],
    formAction: HERE,
    baseUri: NOWHERE,
    frameAncestors: NOWHERE,
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ['worker'],
  },
};

export async function addPageRoutes(server: FastifyInstance, options: PageRouteOptions): Promise<void> {
  const { token, now } = options;
  const mayRead = ({ headers }: FastifyRequest): boolean =>
    token === undefined || bearsToken(headers.authorization, token) || hasCookie(headers.cookie, token, now());
  await server.register(fastifyHelmet, {
    contentSecurityPolicy: CONTENT_POLICY,
    strictTransportSecurity: false, // a proxy with a certificate decides that
    referrerPolicy: { policy: 'same-origin' }, // without any, browsers hide the origin of the login form from us, too
  });
  server.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  await server.register(fastifyStatic, { root: CLIENT, prefix: '/client/', index: false, wildcard: false, cacheControl: false });
  server.get('/', (request, reply) => (mayRead(request) ? reply.sendFile('index.html') : reply.redirect('/login', 303)));
  server.get('/events', { exposeHeadRoute: false }, (request, reply) => {
    if (!isSameOrigin(request.headers)) return refuse(reply, 403, 'This stream is for the page of this address only.');
    if (!mayRead(request)) return refuse(reply, 401, LOG_IN);
    if (reply.raw.socket !== request.raw.socket) return refuse(reply, 400, 'One stream per connection.');
    if (options.tabs.isFull()) return refuse(reply, 503, 'Too many tabs are open.');
    return openStream(request, reply, options);
  });
  server.get('/boxes', (request, reply) => {
    if (!isSameOrigin(request.headers)) return refuse(reply, 403, 'These boxes are for the page of this address only.');
    if (!mayRead(request)) return refuse(reply, 401, LOG_IN);
    return reply.type('application/json; charset=utf-8').send(options.tabs.allBoxes());
  });
  if (token !== undefined) addLogin(server, token, now);
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}

function addLogin(server: FastifyInstance, token: string, now: () => number): void {
  const tries = new TokenTries(MAX_TRIES_OF_ALL);
  const form = (reply: FastifyReply, problem: LoginProblem): FastifyReply =>
    reply.type('text/html; charset=utf-8').send(loginPage(problem));
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.get('/login', (_request, reply) => form(reply, 'none'));
  server.post('/login', (request, reply) => {
    if (!isSameOrigin(request.headers)) return refuse(reply, 403, 'Log in with the form of this address only.');
    const waitMs = tries.waitMs(request.ip, now());
    if (waitMs > 0) return form(reply.code(429).header('retry-after', Math.ceil(waitMs / 1_000)), 'too_often');
    const given = typeof request.body === 'string' ? (new URLSearchParams(request.body).get('token') ?? '').trim() : '';
    if (!bearsToken(`Bearer ${given}`, token)) {
      tries.failed(request.ip, now());
      return form(reply.code(401), 'wrong');
    }
    return reply.header('set-cookie', cookieOf(request, token, now())).redirect('/', 303);
  });
}

function cookieOf({ headers: { origin } }: FastifyRequest, token: string, now: number): string {
  const secure = origin?.startsWith('https:') === true ? '; Secure' : '';
  return `${COOKIE}=${cookieValue(token, now + COOKIE_MS)}; Path=/; Max-Age=${COOKIE_MS / 1_000}; HttpOnly; SameSite=Strict${secure}`;
}

/** A tab that connects anew by itself sends the id in a header; one that had to open another stream names it in the address. */
function openStream(request: FastifyRequest, reply: FastifyReply, { tabs, keepOpen }: PageRouteOptions): FastifyReply {
  const { query, headers } = request;
  const asked = typeof query === 'object' && query !== null && 'last' in query && typeof query.last === 'string' ? query.last : undefined;
  const lastId = headers['last-event-id'];
  reply.hijack();
  const { raw } = reply;
  keepOpen(request.raw.socket);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  });
  const forget = tabs.add(
    { isFull: () => raw.writableLength > 0, write: (bytes) => void raw.write(bytes), close: () => raw.destroy() },
    typeof lastId === 'string' ? lastId : asked,
  );
  raw.once('close', forget);
  raw.on('error', () => raw.destroy());
  return reply;
}
