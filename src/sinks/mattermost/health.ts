// Whether the server is healthy, and what an answer means that only its health can explain.

import { isRecord } from '../../core/json-guards.ts';
import { FAILURES, PushError, type Reason } from '../../core/sink.ts';
import type { Operation, Verdict } from './classify.ts';
import { type Answer, exchange, judge, refusal, segment } from './exchange.ts';
import type { Transport, TransportRequest } from './transport.ts';

export interface Server {
  transport: Transport;
  /** Of the account the token belongs to. */
  userId: () => string;
  /** Whether that account is a bot; a person's posts are not to pass for a bot's. */
  isBot?: () => boolean;
  /** The channel has more posts than are looked through: posts of an earlier watcher may be overlooked there. */
  onEndless?: (channelId: string) => void;
}

type Doubt = Extract<Verdict, { verdict: 'ask' }>;

// Plain `/system/ping` says OK with the database down; this one asks it.
const PING_PATH = '/system/ping?get_server_status=true';
const LET_IN_MS = 60_000; // Whoever is asked to let us in needs about that long.
const QUESTION_TIMEOUT_MS = 5_000; // A question about a failed request must not take as long as the request.

/** Resolves when server and database are healthy, throws `PushError` otherwise. A broken file store does not concern posts. */
export async function probeHealth(server: Server, signal?: AbortSignal, timeoutMs = QUESTION_TIMEOUT_MS): Promise<void> {
  const answer = await exchange(server.transport, { ...question(PING_PATH, signal), timeoutMs, anonymous: true });
  if (isHealthy(answer)) return;
  const verdict = judge('probe', answer);
  if (verdict.verdict === 'failed') throw refusal(answer, verdict.reason, verdict.because);
  throw refusal(answer, 'server', 'the server does not say that it is healthy');
}

function isHealthy(answer: Answer): boolean {
  if (!isRecord(answer.json) || (answer.status !== 200 && answer.status !== 500)) return false;
  const database = answer.json['database_status'];
  return database === undefined ? answer.status === 200 && answer.json['status'] === 'OK' : database === 'OK';
}

/**
 * One request whose answer is settled: returned when it is a success, thrown as the right `PushError` when not. `postId` is the post
 * that an edit is about, to be looked at when the answer leaves open whether it still exists.
 */
export async function settled(server: Server, operation: Operation, request: TransportRequest, postId?: string): Promise<Answer> {
  const answer = await exchange(server.transport, request);
  const verdict = judge(operation, answer);
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

interface Case {
  operation: Operation;
  request: TransportRequest;
  answer: Answer;
  doubt: Doubt;
  postId: string | undefined;
}

// An unhealthy server throws its own reason from the probe: the doubtful answer was a symptom of that.
async function resolveDoubt(server: Server, doubtful: Case): Promise<Answer> {
  await probeHealth(server, doubtful.request.signal);
  const failure = await explain(server, doubtful);
  if (!mayAskAgain(doubtful, failure.reason)) throw failure;
  return await confirm(server, doubtful, failure);
}

// A database that was back in time for the health check, or an answer of somebody else to the same thread, has refused in the same
// words. What was refused can be repeated, since it was not carried out; of a create that failed with 5xx nobody knows.
function mayAskAgain({ operation, answer }: Case, reason: Reason): boolean {
  const { passes, lastsAs } = FAILURES[reason];
  if (passes !== 'perhaps') return false;
  return lastsAs === 'parked' || operation === 'edit' || (operation === 'create' && answer.status < 500);
}

async function confirm(server: Server, { operation, request }: Case, failure: PushError): Promise<Answer> {
  const answer = await exchange(server.transport, request);
  const verdict = judge(operation, answer);
  if (verdict.verdict === 'ok') return answer;
  throw verdict.verdict === 'failed' ? refusal(answer, verdict.reason, verdict.because) : failure;
}

async function explain(server: Server, { answer, doubt, postId, request }: Case): Promise<PushError> {
  if (doubt.about === 'health') return refusal(answer, doubt.ifHealthy, doubt.because);
  if (postId === undefined) return refusal(answer, 'no_access', doubt.because);
  return await examinePost(server, answer, postId, request.signal);
}

async function examinePost(server: Server, answer: Answer, postId: string, signal: AbortSignal | undefined): Promise<PushError> {
  const found = await exchange(server.transport, question(`/posts/${segment(postId)}`, signal));
  const verdict = judge('read', found);
  if (verdict.verdict === 'failed') return refusal(found, verdict.reason, verdict.because);
  if (verdict.verdict === 'ask') return refusal(found, ifHealthy(verdict), verdict.because);
  if (!isRecord(found.json)) return refusal(found, 'server', 'the post is not an object');
  if (found.json['user_id'] !== server.userId()) return refusal(answer, 'edit_forbidden', 'the post belongs to another account');
  return await examineMembership(server, answer, String(found.json['channel_id']), signal);
}

async function examineMembership(server: Server, answer: Answer, channelId: string, signal: AbortSignal | undefined): Promise<PushError> {
  const member = await exchange(server.transport, question(membershipPath(channelId), signal));
  const verdict = judge('list', member);
  if (verdict.verdict === 'failed') return refusal(member, verdict.reason, verdict.because);
  if (verdict.verdict === 'ok')
    return refusal(answer, 'edit_forbidden', 'the account may not edit its posts in that channel: allow it to edit its own posts');
  if (ifHealthy(verdict) !== 'no_access') return refusal(member, ifHealthy(verdict), verdict.because);
  // Said twice in two ways: a person has to let us in again.
  const { message } = refusal(member, 'no_access', 'the account is not a member of that channel');
  return new PushError('no_access', message, { retryAfterMs: LET_IN_MS });
}

export function membershipPath(channelId: string): string {
  return `/channels/${segment(channelId)}/members/me`;
}

function ifHealthy(doubt: Doubt): Reason {
  return doubt.about === 'health' ? doubt.ifHealthy : 'no_access';
}

function question(path: string, signal: AbortSignal | undefined): TransportRequest {
  return { method: 'GET', path, signal, timeoutMs: QUESTION_TIMEOUT_MS };
}
