// Says what an answer of Mattermost means for its post. Pure, so that tests show it as a table.

import type { Reason } from '../../core/sink.ts';

/** `mark`: a reaction, or a pin. */
export type Operation = 'create' | 'edit' | 'read' | 'list' | 'mark' | 'probe';

/** The kind of an answer's body by its content, whatever its header says: unknown routes send JSON as text/plain. */
export type BodyKind = 'json' | 'html' | 'text' | 'empty';

export interface AnswerFacts {
  operation: Operation;
  status: number;
  /** `id` of Mattermost's error body. Hardened servers leave it out of every 5xx. */
  errorId?: string | undefined;
  bodyKind: BodyKind;
}

/**
 * `ask` means that the answer alone does not decide. A server without its database refuses tokens (401), permissions (403)
 * and channels (400) as if they were wrong. `health` requests the server's state, `post` the post as well.
 */
export type Verdict =
  | { verdict: 'ok' }
  | { verdict: 'failed'; reason: Reason; because: string }
  | { verdict: 'ask'; about: 'health'; ifHealthy: Reason; because: string }
  | { verdict: 'ask'; about: 'post'; because: string };

const OK: Verdict = { verdict: 'ok' };

/** Never throws. The facts about the protocol were recorded from 5.37 and 11.6. */
export function classify(answered: AnswerFacts): Verdict {
  return byStatusAlone(answered.status) ?? byBody(answered) ?? byErrorId(answered.errorId ?? '') ?? byStatus(answered);
}

// These mean the same from Mattermost and from any proxy in front of it.
function byStatusAlone(status: number): Verdict | undefined {
  if (status === 429) return failed('rate_limited', 'too many requests');
  if (status === 413) return failed('too_large', 'the request is larger than the server or a proxy allows');
  if (status === 408 || status === 504 || status === 524)
    return failed('timed_out', 'a proxy gave up waiting; the request may still be carried out');
  if (status >= 300 && status < 400) return failed('server', 'redirect: set MM_URL to the address it leads to');
  return undefined;
}

function byBody({ operation, status, bodyKind }: AnswerFacts): Verdict | undefined {
  const success = status >= 200 && status < 300;
  if (bodyKind === 'json')
    return success ? OK : operation === 'probe' ? failed('server', 'the server says that it is not healthy') : undefined;
  if (status >= 500) return failed('server', 'a proxy answered in place of Mattermost');
  if (success || operation === 'probe') return failed('server', "MM_URL points to something that is not Mattermost's API");
  // A firewall that rejects one text must not look like an outage. A wrong MM_URL fails the health check as well.
  return bodyKind === 'html' ? ask('rejected', 'something before Mattermost refused it') : undefined;
}

function byErrorId(errorId: string): Verdict | undefined {
  if (errorId === 'api.context.404.app_error') return failed('rejected', 'this server does not know that call');
  if (/\.can_not_(post_to|update_post_in)_deleted\.|^api\.reaction\.\w+\.archived_channel\./.test(errorId))
    return failed('archived', 'the channel is archived');
  if (/^model\.post\.is_valid\.(msg|message_length|props)\./.test(errorId))
    return failed('too_large', 'message or props are over the limit');
  if (errorId === 'api.post.create_post.channel_root_id.app_error') return failed('root_gone', 'the thread is in another channel');
  // The server says the same when it fails to look up the root, or the first post of a pending id.
  if (errorId === 'api.post.create_post.root_id.app_error') return ask('root_gone', 'the thread is gone');
  if (errorId === 'api.post.deduplicate_create_post.failed_to_get') return ask('gone', 'the post of that pending id was deleted');
  if (errorId === 'api.post.deduplicate_create_post.pending') return failed('in_progress', 'the server is still creating that post');
  if (errorId.includes('.permissions_time_limit.'))
    return failed('edit_expired', "the server's PostEditTimeLimit is over for this post: set it to -1 in the System Console");
  if (errorId.endsWith('.can_not_update_post_in_restricted_dm.error')) return failed('no_access', 'this direct channel is restricted');
  return undefined;
}

function byStatus({ operation, status, errorId = '' }: AnswerFacts): Verdict {
  switch (status) {
    case 401:
      return ask('auth', 'the token is refused');
    case 403:
      return operation === 'edit'
        ? askForPost('refused: deleted, not ours, not a member or not permitted')
        : ask('no_access', 'not a member, or not permitted');
    case 404:
      // API gateways without a route send this as JSON, too. Mattermost itself never sends it without an id.
      return errorId === '' ? ask('rejected', 'not found, but not in the words of Mattermost') : notFound(operation);
    default:
      return byStatusClass(status);
  }
}

function notFound(operation: Operation): Verdict {
  switch (operation) {
    case 'read':
    case 'mark':
      return failed('gone', 'deleted, or never existed');
    case 'edit':
      return askForPost('not found');
    case 'list':
      return ask('no_access', 'the channel is not found');
    case 'create':
    case 'probe':
      return ask('rejected', 'not found');
    default:
      return operation satisfies never;
  }
}

// A single 500 is more often due to the content (NUL in a text) than to the server. Other 5xx come from proxies.
function byStatusClass(status: number): Verdict {
  if (status >= 400 && status < 500) return ask('rejected', 'refused');
  if (status === 500 || status === 501) return ask('rejected', 'the server failed on this request');
  return failed('server', 'the server cannot answer');
}

function failed(reason: Reason, because: string): Verdict {
  return { verdict: 'failed', reason, because };
}

function ask(ifHealthy: Reason, because: string): Verdict {
  return { verdict: 'ask', about: 'health', ifHealthy, because };
}

function askForPost(because: string): Verdict {
  return { verdict: 'ask', about: 'post', because };
}
