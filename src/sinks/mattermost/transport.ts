// Holds the connections to one Mattermost server, sends one request and returns its answer. Knows nothing of posts.

import { type Dispatcher, Pool } from 'undici';
import { HeldBack, PushError } from '../../core/sink.ts';
import { isDeadConnection, networkFailure } from './network-failure.ts';
import { retryAfterMs } from './retry-after.ts';

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v4`, such as `/users/me`. Everything variable in it is already escaped. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** For the whole exchange, a repeated attempt included. */
  timeoutMs?: number;
  /** An answer larger than this is dropped. */
  maxBytes?: number;
  /** Leaves the token out: a server logs refused tokens in clear text. */
  anonymous?: boolean;
  /** A POST that may be carried out twice: it is sent once more when its connection turns out to be dead. */
  repeatable?: boolean;
  /** Nobody waits for it, so it uses only what is left of the request budget. */
  background?: boolean;
}

/** Header names are in lower case. */
export type ResponseHeaders = Record<string, string | string[]>;

export interface TransportResponse {
  status: number;
  headers: ResponseHeaders;
  /** How long the server asks us to wait, if it does. The headers are read only here. */
  retryAfterMs: number | undefined;
  body: string;
}

/** Resolves with any answer, whatever its status. Throws `PushError` with `timed_out`, `unreachable`, `server` or `auth`. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

export interface HttpTransport {
  send: Transport;
  /** Closes every connection. Requests in flight fail with `unreachable`. */
  close(): Promise<void>;
}

export interface HttpTransportOptions {
  /** The address people use in the browser; a path in it is kept (https://host/mattermost). */
  baseUrl: string;
  /** Read again for every request, so that a changed token needs no new connection. */
  token: () => string;
  /** The version of this program, for the `User-Agent`. */
  version: string;
  /** Asked when a request has its connection, right before it is written. Without it every request may leave. */
  mayLeave?: () => boolean;
}

interface Wire {
  prefix: string;
  headers(request: TransportRequest): Record<string, string>;
}

const CONNECTIONS = 4;
const IDLE_CONNECTION_MS = 30_000; // Mattermost closes idle connections after 60 s without announcing it.
const CONNECT_TIMEOUT_MS = 5_000; // Shorter than a request's limit, so that "never connected" and "no answer" differ.
const DEFAULT_TIMEOUT_MS = 10_000; // The server's own limits are 30 s a query and 300 s a request: too long for a live box.
const DEFAULT_MAX_BYTES = 1_048_576; // Single posts stay far below; a proxy's endless page does not.

/** Opens up to four connections, lazily. Redirects are not followed. */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const pools = createPools(new URL(options.baseUrl).origin, options.mayLeave);
  const wire = createWire(options);
  const send: Transport = (request) =>
    withDeadline(request, async (signal) => {
      const pool = pools.current();
      try {
        return await attempt(pool, wire, request, signal);
      } catch (error) {
        if (!isDeadConnection(error)) throw error;
        pools.retire(pool);
        if (!mayRepeat(request) || signal.aborted) throw error;
        return await attempt(pools.current(), wire, request, signal);
      }
    });
  return { send, close: pools.close };
}

// A create may have been carried out before the connection died, and a restarted server has forgotten its `pending_post_id`.
// Only the caller can search for the post first.
function mayRepeat(request: TransportRequest): boolean {
  return request.method !== 'POST' || request.repeatable === true;
}

function createWire(options: HttpTransportOptions): Wire {
  return {
    prefix: `${new URL(options.baseUrl).pathname.replace(/\/+$/, '')}/api/v4`,
    headers: (request) => ({
      accept: 'application/json',
      'user-agent': `live-status/${options.version}`,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.anonymous === true ? {} : { authorization: `Bearer ${sendable(options.token())}` }),
    }),
  };
}

function sendable(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new PushError('auth', 'the token is empty or has characters that no token has: check MM_TOKEN or MM_TOKEN_FILE');
  return token;
}

async function attempt(pool: Dispatcher, wire: Wire, request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
  const response = await pool.request({
    method: request.method,
    path: wire.prefix + request.path,
    headers: wire.headers(request),
    body: request.body === undefined ? null : JSON.stringify(request.body),
    signal,
  });
  const body = await readCapped(response.body, request.maxBytes ?? DEFAULT_MAX_BYTES);
  const answered = { status: response.statusCode, headers: withoutGaps(response.headers) };
  return { ...answered, retryAfterMs: retryAfterMs(answered, Date.now()), body };
}

// An exception in the loop destroys the body, and with it the connection that would deliver the rest.
async function readCapped(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new PushError('server', `the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function withoutGaps(headers: Record<string, string | string[] | undefined>): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function withDeadline<T>(request: TransportRequest, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const limit = new AbortController();
  let gaveUp: PushError | undefined;
  const giveUp = (message: string): void => {
    gaveUp ??= new PushError('timed_out', message);
    limit.abort();
  };
  const onAbort = (): void => giveUp('given up by the caller');
  const timer = setTimeout(() => giveUp(`no complete answer within ${timeoutMs} ms`), timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted === true) onAbort();
  try {
    return await run(limit.signal);
  } catch (error) {
    throw gaveUp ?? networkFailure(error);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

interface Pools {
  current(): Dispatcher;
  /** After one dead connection the others are suspect. Later requests get new ones; those in flight may finish. */
  retire(dead: Dispatcher): void;
  close(): Promise<void>;
}

function createPools(origin: string, mayLeave: HttpTransportOptions['mayLeave']): Pools {
  const open = (): Dispatcher => (mayLeave === undefined ? openPool(origin) : openPool(origin).compose(asking(mayLeave)));
  let pool = open();
  const retired = new Set<Dispatcher>();
  return {
    current: () => pool,
    retire(dead) {
      if (dead !== pool) return;
      pool = open();
      retired.add(dead);
      dead.close(() => retired.delete(dead));
    },
    async close() {
      await Promise.all([pool, ...retired].map((each) => each.destroy()));
    },
  };
}

/** A request may have waited for a connection; what was true when it was made may be true no more. */
function asking(mayLeave: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (...start) => {
        if (!mayLeave()) throw new HeldBack('breaker_open', 'not sent: another process is the active one');
        handler.onRequestStart?.(...start);
      },
      onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
      onResponseData: (...piece) => handler.onResponseData?.(...piece),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...failure) => handler.onResponseError?.(...failure),
    });
}

// HTTP/2 would put every request on one connection, and one reset would then fail them all.
function openPool(origin: string): Pool {
  return new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    allowH2: false,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
}
