// Applies one request to the world, without faults: limiter, token, route, headers. The order is the real server's.

import { tokenOf, userOfToken } from './permissions.ts';
import { Refusal, refusal, refusalBody } from './answer.ts';
import type { Reply, StandInAnswer, StandInRequest } from './answer.ts';
import { matchPath } from './route-call.ts';
import type { Route } from './route-call.ts';
import { rateHeaders } from './rate-limit.ts';
import type { RateLimit, RateLimiter } from './rate-limit.ts';
import { routesOf } from './routes.ts';
import { clientConfig, ping } from './system-routes.ts';
import type { World } from './world.ts';

const API = '/api/v4';

/** A limiter with its settings, when rate limiting is on. */
export interface ActiveLimit {
  settings: RateLimit;
  limiter: RateLimiter;
}

/** Applies one request and answers it. */
export function applyRequest(world: World, limit: ActiveLimit | undefined, request: StandInRequest): StandInAnswer {
  if (limit === undefined) return answerOf(world, request);
  const client = limit.settings.by === 'user' ? tokenOf(request.headers) : '';
  const verdict = limit.limiter.take(client, world.clock.now());
  const answer = verdict.limited ? tooMany(world) : answerOf(world, request);
  return { ...answer, headers: { ...answer.headers, ...rateHeaders(verdict, limit.settings.by) } };
}

/** The limiter sits before everything else, so its answer is no JSON and has no request id. */
function tooMany(world: World): StandInAnswer {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', date: httpDate(world) };
  return { status: 429, headers, body: 'limit exceeded\n' };
}

function answerOf(world: World, request: StandInRequest): StandInAnswer {
  const [pathname = '', query = ''] = request.path.split('?', 2);
  const path = pathname.startsWith(API) ? pathname.slice(API.length) : '';
  try {
    const reply = replyOf(world, request, path, new URLSearchParams(query));
    return reply === undefined ? unknownRoute(world, pathname) : encode(world, request, reply);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusalAnswer(world, request, error);
  }
}

function replyOf(world: World, request: StandInRequest, path: string, query: URLSearchParams): Reply | undefined {
  const token = tokenOf(request.headers);
  if (request.method === 'GET' && path === '/system/ping') return ping(world, query);
  if (request.method === 'GET' && path === '/config/client') return clientConfig(world, query, userOfToken(world, token));
  for (const route of routesOf(world.rules.version)) {
    const params = route.method === request.method ? matchPath(route.path, path) : undefined;
    if (params !== undefined) return routed(world, request, { route, params, query, token });
  }
  return undefined;
}

interface Found {
  route: Route;
  params: Record<string, string>;
  query: URLSearchParams;
  token: string;
}

function routed(world: World, request: StandInRequest, found: Found): Reply {
  const user = userOfToken(world, found.token);
  if (user === undefined) throw refusal('api.context.session_expired.app_error');
  if (Buffer.byteLength(request.body) > world.rules.maxBodyBytes) throw refusal('api.context.request_body_too_large.app_error');
  const params = found.params['user_id'] === 'me' ? { ...found.params, user_id: user.id } : found.params;
  const { method, path } = found.route;
  const [status, id] = world.rules.whenDatabaseDown[`${method} ${path}`] ?? found.route.whenDatabaseDown;
  if (world.databaseDown) throw refusal(id, { status, what: 'post.channel_id' });
  return found.route.answer({ world, user, params, query: found.query, headers: request.headers, body: request.body });
}

/** An invalid token also clears the session cookie; a missing one does not. */
function refusalAnswer(world: World, request: StandInRequest, refused: Refusal): StandInAnswer {
  const clears = refused.status === 401 && tokenOf(request.headers) !== '';
  const requestId = world.newId();
  const headers = clears ? { 'set-cookie': 'MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly' } : {};
  return encode(world, request, {
    status: refused.status,
    body: refusalBody(refused, requestId),
    headers: { ...headers, 'x-request-id': requestId },
  });
}

function encode(world: World, request: StandInRequest, reply: Reply): StandInAnswer {
  const headers = { ...commonHeaders(world, request.method), ...reply.headers };
  const unchanged =
    reply.status === 200 && reply.headers?.['etag'] !== undefined && request.headers['if-none-match'] === reply.headers['etag'];
  if (unchanged) return { status: 304, headers, body: '' };
  return { status: reply.status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(reply.body) };
}

function commonHeaders(world: World, method: string): Record<string, string> {
  return {
    vary: 'Accept-Encoding',
    'x-request-id': world.newId(),
    'x-version-id': `${world.rules.version}.0..standin.false`,
    date: httpDate(world),
    ...(method === 'GET' ? { expires: '0' } : {}),
    ...world.rules.extraHeaders,
  };
}

/** Unknown paths and methods alike are 404, as text, without a request id. */
function unknownRoute(world: World, path: string): StandInAnswer {
  const detail = `There doesn't appear to be an api call for the url='${path}'.  Typo? are you missing a team_id or user_id as part of the url?`;
  const body = { id: 'api.context.404.app_error', message: 'Sorry, we could not find the page.', detailed_error: detail, status_code: 404 };
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8', date: httpDate(world) }, body: JSON.stringify(body) };
}

function httpDate(world: World): string {
  return new Date(world.clock.now()).toUTCString();
}
