// Decodes the frames of the gateway protocol (3 and 4) that a reader needs. Every frame is one JSON text. Pure.

import { asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../../core/json-guards.ts';

/** Why the gateway refused a request. `code` is the more precise one of its two codes, such as `AUTH_TOKEN_MISMATCH`. */
export interface Refusal {
  code: string;
  message: string;
  /** How long the gateway asks us to wait, in milliseconds, if it says so. */
  retryAfterMs?: number;
  /** Names the pairing request that the gateway's operator must approve. */
  requestId?: string;
}

export type Frame =
  | { kind: 'event'; event: string; payload: JsonRecord; seq?: number }
  | { kind: 'answer'; id: string; payload: JsonRecord }
  | { kind: 'refused'; id: string; refusal: Refusal };

/** Events of the gateway that change no status box. */
export const IGNORED_EVENTS: ReadonlySet<string> = new Set(
  `presence tick health heartbeat update.available update.run.changed config.changed skills.changed plugins.changed
   progressCard.changed session.approval session.observer session.typing session.sharing session.sharing.evidence session.suggestion question.requested question.resolved
   chat.metadata.changed models.snapshot mentions.changed task.suggestion gateway.suspension node.presence node.hostStats
   device.pair.changed device.pair.requested device.pair.resolved controlUi.sessionPullRequests.changed plugins.controlUi.changed
   users.prefs.changed voicewake.changed voicewake.routing.changed talk.mode`.split(/\s+/),
);

const MAX_MESSAGE_CHARS = 300;
/** The shape of the gateway's ids of pairing requests. The id goes into a command line that people copy. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** The frame in a text; `undefined` for everything else, whatever it is. */
export function decodeFrame(text: string): Frame | undefined {
  const frame = asRecord(parseJson(text));
  if (frame === undefined) return undefined;
  const event = asText(frame['event']);
  if (frame['type'] === 'event' && event !== undefined) {
    const seq = asNumber(frame['seq']);
    return { kind: 'event', event, payload: asRecord(frame['payload']) ?? {}, ...(seq === undefined ? {} : { seq }) };
  }
  const id = asText(frame['id']);
  if (frame['type'] !== 'res' || id === undefined) return undefined;
  if (frame['ok'] === true) return { kind: 'answer', id, payload: asRecord(frame['payload']) ?? {} };
  return { kind: 'refused', id, refusal: decodeRefusal(asRecord(frame['error']) ?? {}) };
}

function decodeRefusal(error: JsonRecord): Refusal {
  const details = asRecord(error['details']);
  const retryAfterMs = asNumber(error['retryAfterMs']);
  const requestId = asText(details?.['requestId']);
  return {
    code: asText(details?.['code']) ?? asText(error['code']) ?? 'UNKNOWN',
    message: (asText(error['message']) ?? 'no reason given').slice(0, MAX_MESSAGE_CHARS),
    ...(retryAfterMs === undefined || retryAfterMs < 0 ? {} : { retryAfterMs }),
    ...(requestId === undefined || !REQUEST_ID.test(requestId) ? {} : { requestId }),
  };
}

/** What the gateway says about itself when it accepts us. */
export interface Hello {
  protocol: number;
  version: string;
  /** New with every start of the gateway; older ones do not send it. */
  bootId?: string;
  /** How long the gateway has been running, in milliseconds. */
  uptimeMs?: number;
  /** What it granted; undefined when it does not say. */
  scopes?: string[];
  tickIntervalMs: number;
}

const DEFAULT_TICK_MS = 30_000;

export function decodeHello(payload: JsonRecord): Hello {
  const server = asRecord(payload['server']);
  const bootId = asText(server?.['bootId']);
  const uptimeMs = asNumber(asRecord(payload['snapshot'])?.['uptimeMs']);
  const scopes = asRecord(payload['auth'])?.['scopes'];
  const tickIntervalMs = asNumber(asRecord(payload['policy'])?.['tickIntervalMs']);
  return {
    protocol: asNumber(payload['protocol']) ?? 0,
    version: asText(server?.['version'])?.slice(0, 60) ?? 'unknown',
    ...(bootId === undefined ? {} : { bootId }),
    ...(uptimeMs === undefined ? {} : { uptimeMs }),
    ...(Array.isArray(scopes) ? { scopes: scopes.filter((scope) => typeof scope === 'string') } : {}),
    tickIntervalMs: tickIntervalMs !== undefined && tickIntervalMs > 0 ? tickIntervalMs : DEFAULT_TICK_MS,
  };
}
