// Owns the HTTP server of `GET /health`. Does not know how healthy anything is.

import { fastify } from 'fastify';
import { errorCode, errorText } from '../core/error-code.ts';
import { redactFields } from '../redact-fields.ts';
import type { HealthReport } from './health-report.ts';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes any free port; the daemon does not start a server at all when `HEALTH_PORT` is 0. */
  readonly port: number;
  /** Called for every request. When it throws, the answer is `down`. */
  readonly report: () => HealthReport;
  /** Removes secrets from every string of the report. */
  readonly redact: (text: string) => string;
}

/** Where the server listens, or why it does not and what to do about it, in one sentence. */
type HealthServerStart = { readonly kind: 'listening'; readonly url: string } | { readonly kind: 'failed'; readonly problem: string };

export interface HealthServer {
  /** Never throws: without its health page the daemon still does its job, so the caller logs the problem and goes on. */
  start(): Promise<HealthServerStart>;
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 5_000; // A client that sends half a request must not hold a socket for ever.

/** Answers `GET` and `HEAD /health` with 200 or, when down, 503; everything else with 404. */
export function createHealthServer({ host, port, report, redact }: HealthServerOptions): HealthServer {
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS * 2,
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is only GET /health here.' }));
  server.setErrorHandler((_error, _request, reply) => reply.code(503).send({ status: 'down', reason: 'the report could not be made' }));
  server.get('/health', (_request, reply) => {
    const current = report();
    return reply
      .code(current.status === 'down' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(redactFields(current, redact));
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

function problemOf(error: unknown, host: string, port: number): string {
  const causesByCode: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken by another program; set HEALTH_PORT to a free one, or to 0.`,
    EACCES: `this user may not listen on port ${port}; set HEALTH_PORT to one above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HEALTH_HOST.`,
    ENOTFOUND: `${host} is no address of this machine; set HEALTH_HOST.`,
  };
  return `GET /health is not available: ${causesByCode[errorCode(error) ?? ''] ?? errorText(error)}`;
}

/** The address at which a process on this machine reaches the health page of `host` and `port`; none when it is off. */
export function localHealthUrl(host: string, port: number): string | undefined {
  if (port === 0) return undefined;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/health`;
}
