// Says what a failed request without an answer means, and what the operator can do about it.

import { errors } from 'undici';
import { errorCode } from '../../core/error-code.ts';
import { PushError } from '../../core/sink.ts';

// The server closed a working connection: it was idle for too long, or the server was restarted.
const DEAD_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);

const NO_ANSWER_IN_TIME = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

const CURES_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is Mattermost running, and are host and port of MM_URL right?',
  ENOTFOUND: 'the host name of MM_URL is unknown',
  EAI_AGAIN: 'the host name of MM_URL cannot be looked up now',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: is the host of MM_URL right, and does a firewall let it through?',
  EPROTO: 'no TLS there: MM_URL may need http: instead of https:',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS there: MM_URL may need http: instead of https:',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no TLS there: MM_URL may need http: instead of https:',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name than that in MM_URL',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted: name its authority in NODE_EXTRA_CA_CERTS',
};

/** Whether a pooled connection turned out to be dead. The request may or may not have been carried out. */
export function isDeadConnection(error: unknown): boolean {
  return DEAD_CONNECTION.has(codeOf(error) ?? '');
}

/** Any error of an exchange as `PushError`; one that already is stays as it is. */
export function networkFailure(error: unknown): PushError {
  if (error instanceof PushError) return error;
  // Without its cause, which holds the bytes of the answer.
  if (error instanceof errors.HTTPParserError) return new PushError('server', 'the answer is not HTTP: check MM_URL');
  const code = codeOf(error);
  if (code === undefined) return new PushError('unreachable', 'the request to Mattermost failed', { cause: error });
  if (NO_ANSWER_IN_TIME.has(code)) return new PushError('timed_out', `no answer from Mattermost (${code})`, { cause: error });
  const cure = CURES_BY_CODE[code];
  return new PushError('unreachable', `Mattermost cannot be reached (${code})${cure === undefined ? '' : `: ${cure}`}`, { cause: error });
}

// Connecting to a name with several addresses fails with one error that holds one per address.
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return errorCode(error) ?? codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
}
