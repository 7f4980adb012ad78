// What an answer of Mattermost means for the post it is about. Pure, so that it can be shown as a table.

import type { Reason } from '../../core/sink.ts';

export type Operation = 'create' | 'edit' | 'read' | 'list' | 'probe';

/** What an answer's body turned out to be, whatever its header says: unknown routes send JSON as text/plain. */
export type BodyKind = 'json' | 'html' | 'text' | 'empty';

export interface Answered {
  operation: Operation;
  status: number;
  /** `id` of Mattermost's error body. Hardened servers leave it out of every 5xx. */
  errorId?: string | undefined;
  bodyKind: BodyKind;
}

/**
 * `ask` means that the answer alone cannot tell: a server without its database refuses tokens (401), permissions (403)
 * and channels (400) as if they were wrong. `health` asks the server for its state, `post` for the post as well.
 */
export type Verdict =
  | { verdict: 'ok' }
  | { verdict: 'failed'; reason: Reason; because: string }
  | { verdict: 'ask'; about: 'health'; ifHealthy: Reason; because: string }
  | { verdict: 'ask'; about: 'post'; because: string };

const OK: Verdict = { verdict: 'ok' };

/** Never throws. Protocol facts: recorded from 5.37 and 11.6. */
export function classify(answered: Answered): Verdict {
  return byStatusAlone(answered.status) ?? byBody(answered) ?? byErrorId(answered.errorId ?? '') ?? byStatus(answered);
}

// These mean the same from Mattermost and from any proxy before it.
function byStatusAlone(status: number): Verdict | undefined {
  if (status === 429) return failed('rate_limited', 'too many requests');
  if (status === 413) return failed('too_large', 'the request is larger than the server or a proxy allows');
  if (status === 408 || status === 504 || status === 524)
    return failed('timed_out', 'a proxy gave up waiting; the request may still be carried out');
  if (status >= 300 && status < 400) return failed('server', 'redirect: set MM_URL to the address it leads to');
  return undefined;
}

function byBody({ operation, status, bodyKind }: Answered): Verdict | undefined {
  const success = status >= 200 && status < 300;
  if (bodyKind === 'json')
    return success ? OK : operation === 'probe' ? failed('server', 'the server says that it is not healthy') : undefined;
  if (status >= 500) return failed('server', 'a proxy answered in place of Mattermost');
  if (success || operation === 'probe') return failed('server', "MM_URL points to something that is not Mattermost's API");
  // A firewall that dislikes one text must not look like an outage; a wrong MM_URL fails the health check as well.
  return bodyKind === 'html' ? ask('rejected', 'something before Mattermost refused it') : undefined;
}

function byErrorId(errorId: string): Verdict | undefined {
  if (errorId === 'api.context.404.app_error') return failed('rejected', 'this server does not know that call');
  if (/\.can_not_(post_to|update_post_in)_deleted\./.test(errorId)) return failed('archived', 'the channel is archived');
  if (/^model\.post\.is_valid\.(msg|message_length|props)\./.test(errorId))
    return failed('too_large', 'message or props are over the limit');
  if (errorId === 'api.post.create_post.channel_root_id.app_error') return failed('root_gone', 'the thread is in another channel');
  // The server says the same when it cannot look the root, or the first post of a pending id, up.
  if (errorId === 'api.post.create_post.root_id.app_error') return ask('root_gone', 'the thread is gone');
  if (errorId === 'api.post.deduplicate_create_post.failed_to_get') return ask('gone', 'the post of that pending id was deleted');
  if (errorId === 'api.post.deduplicate_create_post.pending') return failed('in_progress', 'the server is still creating that post');
  if (errorId.includes('.permissions_time_limit.'))
    return failed('edit_expired', "the server's PostEditTimeLimit is over for this post: set it to -1 in the System Console");
  if (errorId.endsWith('.can_not_update_post_in_restricted_dm.error')) return failed('no_access', 'this direct channel is restricted');
  return undefined;
}

function byStatus({ operation, status, errorId = '' }: Answered): Verdict {
  switch (status) {
    case 401:
      return ask('auth', 'the token is refused');
    case 403:
      return operation === 'edit'
        ? askForPost('refused: deleted, not ours, not a member or not permitted')
        : ask('no_access', 'not a member, or not permitted');
    case 404:
      // Gateways say this in JSON too while they know no route; Mattermost itself never without an id.
      return errorId === '' ? ask('rejected', 'not found, but not in the words of Mattermost') : notFound(operation);
    default:
      return byStatusClass(status);
  }
}

function notFound(operation: Operation): Verdict {
  switch (operation) {
    case 'read':
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

// A single 500 is more often this content (NUL in a text) than the server; the others are what gateways say.
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
