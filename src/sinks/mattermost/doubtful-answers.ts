// Resolves answers that do not say by themselves what they mean: checks the server's health, the post and our membership.

import { isRecord } from '../../core/json-guards.ts';
import { FAILURES, PushError, type Reason } from '../../core/sink.ts';
import type { Operation, Verdict } from './classify.ts';
import { type HttpAnswer, exchange, classifyAnswer, refusal, segment } from './exchange.ts';
import type { Transport, TransportRequest } from './transport.ts';

export interface Server {
  transport: Transport;
  /** The account of the token. */
  userId: () => string;
  /** Whether that account is a bot. A person's posts must not look like a bot's. */
  isBot?: () => boolean;
  /** Called for a channel with more posts than are searched: posts of an earlier watcher may be overlooked there. */
  onEndless?: (channelId: string) => void;
}

type Doubt = Extract<Verdict, { verdict: 'ask' }>;

// Plain `/system/ping` says OK with the database down; this form checks the database.
const PING_PATH = '/system/ping?get_server_status=true';
const LET_IN_MS = 60_000; // A person who has to give us access needs about that long.
const CHECK_TIMEOUT_MS = 5_000; // A check after a failed request must not take as long as the request.

/** Resolves when server and database are healthy; throws `PushError` otherwise. A broken file store does not affect posts. */
export async function probeHealth(server: Server, signal?: AbortSignal, timeoutMs = CHECK_TIMEOUT_MS): Promise<void> {
  const answer = await exchange(server.transport, { ...checkRequest(PING_PATH, signal), timeoutMs, anonymous: true });
  if (isHealthy(answer)) return;
  const verdict = classifyAnswer('probe', answer);
  if (verdict.verdict === 'failed') throw refusal(answer, verdict.reason, verdict.because);
  throw refusal(answer, 'server', 'the server does not say that it is healthy');
}

function isHealthy(answer: HttpAnswer): boolean {
  if (!isRecord(answer.json) || (answer.status !== 200 && answer.status !== 500)) return false;
  const database = answer.json['database_status'];
  return database === undefined ? answer.status === 200 && answer.json['status'] === 'OK' : database === 'OK';
}

/**
 * Makes one request. Returns its answer when it is a success, throws the right `PushError` otherwise. `postId` is the post of an edit:
 * it is read when the answer leaves open whether it still exists.
 */
export async function settledAnswer(server: Server, operation: Operation, request: TransportRequest, postId?: string): Promise<HttpAnswer> {
  const answer = await exchange(server.transport, request);
  const verdict = classifyAnswer(operation, answer);
  switch (verdict.verdict) {
    case 'ok':
      return answer;
    case 'failed':
      throw refusal(answer, verdict.reason, verdict.because);
    case 'ask':
      return await resolveDoubt(server, { operation, request, answer, doubt: verdict, postId });
    default:
      return verdict satisfies never;
  }
}

interface DoubtfulAnswer {
  operation: Operation;
  request: TransportRequest;
  answer: HttpAnswer;
  doubt: Doubt;
  postId: string | undefined;
}

// For an unhealthy server the probe throws its own reason: the doubtful answer was a symptom.
async function resolveDoubt(server: Server, doubtful: DoubtfulAnswer): Promise<HttpAnswer> {
  await probeHealth(server, doubtful.request.signal);
  const failure = await findCause(server, doubtful);
  if (!mayAskAgain(doubtful, failure.reason)) throw failure;
  return await repeat(server, doubtful, failure);
}

// A database that recovered before the health check causes the same refusal. So does a concurrent reply to the same thread. A refused
// request can be repeated, since it was not carried out. Whether a create that failed with 5xx was carried out is unknown.
function mayAskAgain({ operation, answer }: DoubtfulAnswer, reason: Reason): boolean {
  const { passes, lastsAs } = FAILURES[reason];
  if (passes !== 'perhaps') return false;
  return lastsAs === 'parked' || operation === 'edit' || (operation === 'create' && answer.status < 500);
}

async function repeat(server: Server, { operation, request }: DoubtfulAnswer, failure: PushError): Promise<HttpAnswer> {
  const answer = await exchange(server.transport, request);
  const verdict = classifyAnswer(operation, answer);
  if (verdict.verdict === 'ok') return answer;
  throw verdict.verdict === 'failed' ? refusal(answer, verdict.reason, verdict.because) : failure;
}

async function findCause(server: Server, { answer, doubt, postId, request }: DoubtfulAnswer): Promise<PushError> {
  if (doubt.about === 'health') return refusal(answer, doubt.ifHealthy, doubt.because);
  if (postId === undefined) return refusal(answer, 'no_access', doubt.because);
  return await examinePost(server, answer, postId, request.signal);
}

async function examinePost(server: Server, answer: HttpAnswer, postId: string, signal: AbortSignal | undefined): Promise<PushError> {
  const found = await exchange(server.transport, checkRequest(`/posts/${segment(postId)}`, signal));
  const verdict = classifyAnswer('read', found);
  if (verdict.verdict === 'failed') return refusal(found, verdict.reason, verdict.because);
  if (verdict.verdict === 'ask') return refusal(found, ifHealthy(verdict), verdict.because);
  if (!isRecord(found.json)) return refusal(found, 'server', 'the post is not an object');
  if (found.json['user_id'] !== server.userId()) return refusal(answer, 'edit_forbidden', 'the post belongs to another account');
  return await examineMembership(server, answer, String(found.json['channel_id']), signal);
}

async function examineMembership(
  server: Server,
  answer: HttpAnswer,
  channelId: string,
  signal: AbortSignal | undefined,
): Promise<PushError> {
  const member = await exchange(server.transport, checkRequest(membershipPath(channelId), signal));
  const verdict = classifyAnswer('list', member);
  if (verdict.verdict === 'failed') return refusal(member, verdict.reason, verdict.because);
  if (verdict.verdict === 'ok')
    return refusal(answer, 'edit_forbidden', 'the account may not edit its posts in that channel: allow it to edit its own posts');
  if (ifHealthy(verdict) !== 'no_access') return refusal(member, ifHealthy(verdict), verdict.because);
  // Two different requests were refused, so a person has to give us access again.
  const { message } = refusal(member, 'no_access', 'the account is not a member of that channel');
  return new PushError('no_access', message, { retryAfterMs: LET_IN_MS });
}

export function membershipPath(channelId: string): string {
  return `/channels/${segment(channelId)}/members/me`;
}

function ifHealthy(doubt: Doubt): Reason {
  return doubt.about === 'health' ? doubt.ifHealthy : 'no_access';
}

function checkRequest(path: string, signal: AbortSignal | undefined): TransportRequest {
  return { method: 'GET', path, signal, timeoutMs: CHECK_TIMEOUT_MS };
}
