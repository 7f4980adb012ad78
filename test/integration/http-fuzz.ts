// Requests of every kind that a program can send to an HTTP server: well-formed, odd, cut off and no HTTP at all. The same seed makes the
// same requests.

import { connect } from 'node:net';

export interface FuzzRequest {
  readonly bytes: Buffer;
  /** Whether a page may be given in answer: it asks for one with the right method, by a name of this machine. */
  readonly mayGetPage: boolean;
  readonly told: string;
}

type Random = () => number;

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'QUERY',
  'get',
  'GETS',
  '',
  '\u0000',
  'PRI',
];
const PATHS = [
  '/',
  '/events',
  '/boxes',
  '/login',
  '/client/main.js',
  '/health',
  '/livez',
  '/readyz',
  '/tasks',
  '/metrics',
  '/health/',
  '/HEALTH',
  '//health',
  '/favicon.ico',
  '/metrics/x',
];
const ODD_PATHS = [
  '/events?last=%zz&last=x',
  '/client/../page-routes.js',
  '/client/%2e%2e%2fpage-routes.js',
  '/client/',
  '*',
  '',
  'health',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/%',
  '/%zz',
  '/%00',
  '/\u0000',
  '/ä',
  '/health;x=1',
  '/%68ealth',
];
const FOREIGN_HOSTS = ['evil.example', 'localhost.evil.example', '169.254.169.254', '[', '', 'a@localhost@b', 'x'.repeat(3_000)];
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '127.0.0.1:9090', '[::1]', 'LOCALHOST:1'];
const ENCODINGS = ['gzip', 'br', 'chunked', 'gzip, chunked', 'identity', 'chunked, chunked', '\u000b', 'zstd;q=2'];
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/html; charset=utf-16',
  '/',
];
const BODIES = [
  '',
  '{',
  '{"__proto__":{"x":1}}',
  'a=b&a=b',
  '[[[[[[[[',
  '"\\ud800"',
  '5\r\nhello\r\n0\r\n\r\n',
  'fffffffffffffffff\r\n',
  '\u0000\u0001\u0002',
];
const NAMES = [
  'accept',
  'authorization',
  'content-encoding',
  'expect',
  'upgrade',
  'cookie',
  'origin',
  'range',
  'if-none-match',
  'x-forwarded-for',
  'te',
  '__proto__',
  'constructor',
];
const VALUES = [
  'application/openmetrics-text',
  '*/*;q=nan',
  'Bearer ',
  'Bearer x',
  'Basic Zm9vOmJhcg==',
  '100-continue',
  'websocket',
  'h2c',
  'bytes=0-999999999999',
  'null',
  'é',
  '%00',
  ',',
];

/** Equal seeds give equal requests. The generator is xorshift. */
export function randomOf(seed: number): Random {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export function fuzzRequest(random: Random): FuzzRequest {
  return random() < 0.1 ? noHttp(random) : someHttp(random);
}

function noHttp(random: Random): FuzzRequest {
  const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 600) }, () => Math.floor(random() * 256)));
  const tls = Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1]), bytes]);
  return { bytes: random() < 0.5 ? tls : bytes, mayGetPage: false, told: 'no HTTP' };
}

function someHttp(random: Random): FuzzRequest {
  const method = random() < 0.7 ? oneOf(random, ['GET', 'GET', 'POST']) : oneOf(random, METHODS);
  const path = `${oneOf(random, random() < 0.7 ? PATHS : ODD_PATHS)}${random() < 0.2 ? `?${'q='.repeat(size(random, 4_000))}` : ''}`;
  const isLocal = random() < 0.7;
  const host = oneOf(random, isLocal ? LOCAL_HOSTS : FOREIGN_HOSTS);
  const body = random() < 0.3 ? oneOf(random, [...BODIES, 'x'.repeat(size(random, 100_000))]) : '';
  const version = random() < 0.95 ? 'HTTP/1.1' : oneOf(random, ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'http/1.1', '']);
  const head = [`${method} ${path} ${version}`, `Host: ${host}`, ...headers(random, body)].join('\r\n');
  const whole = Buffer.from(`${head}\r\n\r\n${body}`, random() < 0.9 ? 'utf8' : 'latin1');
  const bytes = random() < 0.1 ? whole.subarray(0, Math.floor(random() * whole.length)) : whole;
  return { bytes, mayGetPage: isLocal && (method === 'GET' || method === 'HEAD'), told: head.slice(0, 300) };
}

function headers(random: Random, body: string): string[] {
  const odd = Array.from({ length: size(random, random() < 0.02 ? 3_000 : 6) }, () => oddHeader(random));
  return [
    ...(random() < 0.8 ? ['Connection: close'] : []),
    ...(body === '' && random() < 0.9
      ? []
      : [`Content-Length: ${random() < 0.8 ? Buffer.byteLength(body) : oneOf(random, ['-1', '1e9', '99999999999999999999', ''])}`]),
    ...(random() < 0.2 ? [`Transfer-Encoding: ${oneOf(random, ENCODINGS)}`] : []),
    ...(random() < (body === '' ? 0.2 : 0.6) ? [`Content-Type: ${oneOf(random, TYPES)}`] : []),
    ...odd,
  ];
}

function oddHeader(random: Random): string {
  const value = random() < 0.1 ? 'v'.repeat(size(random, 20_000)) : oneOf(random, [...VALUES, ...ENCODINGS]);
  return `${random() < 0.98 ? oneOf(random, NAMES) : oneOf(random, ['', 'a b', ': ', '\u0000', 'ä'])}: ${value}`;
}

/** Mostly small. */
function size(random: Random, most: number): number {
  return Math.floor(random() ** 4 * most);
}

function oneOf<T>(random: Random, [first, ...others]: readonly [T, ...T[]] | readonly T[]): T {
  const all = [first, ...others];
  return all[Math.floor(random() * all.length)] as T; // the index is within the list
}

const PATIENCE_MS = 50; // a request that is cut off is not answered before its client says that no more comes

/** Sends it over a connection of its own. Resolves with what came back until the server closed that, which may be nothing. */
export function send(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
      socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.setTimeout(PATIENCE_MS, () => socket.end());
    socket.write(bytes);
  });
}
