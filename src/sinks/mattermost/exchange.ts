// One request and its answer as the sink sees it: what kind of body came, its JSON, and the error it stands for.

import { isRecord } from '../../core/json-guards.ts';
import { PushError, type Reason } from '../../core/sink.ts';
import { type Answered, type BodyKind, classify, type Operation, type Verdict } from './classify.ts';
import type { ResponseHeaders, Transport, TransportRequest } from './transport.ts';

export interface Answer {
  status: number;
  headers: ResponseHeaders;
  retryAfterMs: number | undefined;
  bodyKind: BodyKind;
  /** `undefined` unless `bodyKind` is `json`. */
  json: unknown;
  errorId: string | undefined;
}

export async function exchange(transport: Transport, request: TransportRequest): Promise<Answer> {
  const { status, headers, retryAfterMs, body } = await transport(request);
  const json = decodeJson(body);
  const errorId = isRecord(json) && typeof json['id'] === 'string' && status >= 400 ? json['id'] : undefined;
  return { status, headers, retryAfterMs, bodyKind: bodyKindOf(body, json), json, errorId };
}

export function judge(operation: Operation, answer: Answer): Verdict {
  return classify({ operation, ...answer } satisfies Answered);
}

/** The error for an answer. Names status and error id; never what the server wrote, which may quote the post. */
export function refusal(answer: Answer, reason: Reason, because: string): PushError {
  const id = answer.errorId === undefined ? '' : ` ${answer.errorId.slice(0, 100)}`;
  return new PushError(reason, `${because} (${answer.status}${id})`, { retryAfterMs: answer.retryAfterMs });
}

/**
 * One part of a path. Ids and names come from session keys and files that agents can write: none may lead elsewhere.
 * Throws `PushError` `rejected` for a part that would change the path.
 */
export function segment(part: string): string {
  if (part === '' || part === '.' || part === '..') throw new PushError('rejected', 'an id or name is empty or made of dots');
  try {
    return encodeURIComponent(part);
  } catch (cause) {
    throw new PushError('rejected', 'an id or name is not valid text', { cause });
  }
}

function decodeJson(body: string): unknown {
  if (!/^\s*[[{]/.test(body)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function bodyKindOf(body: string, json: unknown): BodyKind {
  if (json !== undefined) return 'json';
  if (body.trim() === '') return 'empty';
  return /^\s*</.test(body) ? 'html' : 'text';
}
