// Reads the recorded exchanges and says which of our operations each one is.

import { readdirSync, readFileSync } from 'node:fs';
import type { BodyKind, Operation } from '../../../src/sinks/mattermost/classify.ts';

const folder = new URL('../../fixtures/mattermost-5.37/', import.meta.url);

export interface RecordedExchange {
  file: string;
  name: string;
  operation: Operation;
  status: number;
  headers: Record<string, string>;
  errorId: string | undefined;
  bodyKind: BodyKind;
  /** As it was on the wire. */
  text: string;
}

interface Line {
  case: string;
  request?: { method: string; path: string };
  response?: { status: number; headers: Record<string, string>; body: unknown };
}

/** Every exchange of the recordings that got an answer and is of a kind that this program sends. */
export function readRecordings(): RecordedExchange[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ndjson') && file !== 'websocket.ndjson' && file !== 'actions.ndjson');
  return files.flatMap((file) => linesOf(file).flatMap((line) => exchangeOf(file.replace('.ndjson', ''), line)));
}

function linesOf(file: string): Line[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

function exchangeOf(file: string, line: Line): RecordedExchange[] {
  const { request, response } = line;
  const operation = request === undefined ? undefined : operationOf(request.method, request.path.replace('/api/v4', ''));
  if (response === undefined || operation === undefined) return [];
  const { status, headers, body } = response;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return [{ file, name: line.case, operation, status, headers, text, errorId: errorIdOf(status, body), bodyKind: bodyKindOf(body) }];
}

function operationOf(method: string, path: string): Operation | undefined {
  if (/^\/reactions$|^\/posts\/[^/]+\/(un)?pin$|^\/users\/[^/]+\/posts\/[^/]+\/reactions\//.test(path)) return 'mark';
  if (method === 'POST') return /^\/posts(\?|$)/.test(path) ? 'create' : undefined;
  if (method === 'PUT') return /^\/posts\/[^/]+(\/patch)?$/.test(path) ? 'edit' : undefined;
  if (method !== 'GET') return undefined;
  if (path.startsWith('/system/ping')) return 'probe';
  return /^\/channels\/[^/]+\/posts/.test(path) ? 'list' : 'read';
}

function errorIdOf(status: number, body: unknown): string | undefined {
  if (status < 400 || typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' ? body.id : undefined;
}

function bodyKindOf(body: unknown): BodyKind {
  if (typeof body !== 'string') return 'json';
  if (body === '') return 'empty';
  return body.startsWith('<') ? 'html' : 'text';
}
