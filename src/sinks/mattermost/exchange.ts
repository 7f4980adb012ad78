// Makes one request and reads its answer: the kind of its body, its JSON, and the error that it means.

import { isRecord, parseJson } from '../../core/json-guards.ts';
import { PushError, type Reason } from '../../core/sink.ts';
import { type AnswerFacts, type BodyKind, classify, type Operation, type Verdict } from './classify.ts';
import type { ResponseHeaders, Transport, TransportRequest } from './transport.ts';

export interface HttpAnswer {
  status: number;
  headers: ResponseHeaders;
  retryAfterMs: number | undefined;
  bodyKind: BodyKind;
  /** `undefined` unless `bodyKind` is `json`. */
  json: unknown;
  errorId: string | undefined;
}

export async function exchange(transport: Transport, request: TransportRequest): Promise<HttpAnswer> {
  const { status, headers, retryAfterMs, body } = await transport(request);
  const json = decodeJson(body);
  const errorId = isRecord(json) && typeof json['id'] === 'string' && status >= 400 ? json['id'] : undefined;
  return { status, headers, retryAfterMs, bodyKind: bodyKindOf(body, json), json, errorId };
}

export function classifyAnswer(operation: Operation, answer: HttpAnswer): Verdict {
  return classify({ operation, ...answer } satisfies AnswerFacts);
}

/** The error for an answer. Contains status and error id, never the server's text, which may quote the post. */
export function refusal(answer: HttpAnswer, reason: Reason, because: string): PushError {
  const id = answer.errorId === undefined ? '' : ` ${answer.errorId.slice(0, 100)}`;
  return new PushError(reason, `${because} (${answer.status}${id})`, { retryAfterMs: answer.retryAfterMs });
}

/**
 * One part of a path. Ids and names come from session keys and files that agents can write, so none may change the path.
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
  return /^\s*[[{]/.test(body) ? parseJson(body) : undefined;
}

function bodyKindOf(body: string, json: unknown): BodyKind {
  if (json !== undefined) return 'json';
  if (body.trim() === '') return 'empty';
  return /^\s*</.test(body) ? 'html' : 'text';
}
