// Asks a running daemon for its health and makes the answer safe to print.

import { z } from 'zod';
import { readSecretFile } from '../config/secret-file.ts';
import type { Values } from '../config/settings.ts';
import { errorText } from '../core/error-code.ts';
import { parseJson } from '../core/json-guards.ts';
import { redactFields } from '../process/redact-fields.ts';

const ASK_TIMEOUT_MS = 3_000;

// Only the fields that we print; a newer daemon may send more.
export const healthShape = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  reason: z.string(),
  version: z.string(),
  pid: z.number(),
  uptimeMs: z.number(),
  boxes: z.object({
    active: z.number(),
    waiting: z.number(),
    dirty: z.number(),
    parked: z.array(z.unknown()),
    lostWithoutPost: z.number().optional(),
  }),
  publisher: z.object({ state: z.enum(['active', 'standing_by']), active: z.string().optional() }).optional(),
  bus: z.object({ state: z.enum(['reached', 'away']), because: z.string().optional(), told: z.number(), waiting: z.number() }).optional(),
  gateways: z.array(z.object({ state: z.enum(['heard', 'silent', 'stopped']) })).optional(),
  spent: z.record(z.string(), z.object({ tokens: z.number(), costUsd: z.number() })).optional(),
  sessions: z.array(
    z.object({
      agent: z.string(),
      project: z.string().optional(),
      gateway: z.string().optional(),
      state: z.string(),
      activity: z.string().optional(),
      channelId: z.string().optional(),
      postId: z.string().optional(),
      why: z.string().optional(),
    }),
  ),
});

export type SeenHealth = z.infer<typeof healthShape>;

/** Why there is no answer of the daemon. */
export type NoAnswer =
  /** Something answers, but it is not the daemon with that pid. */
  | { readonly kind: 'foreign' }
  /** It asks for a token, and got none or a wrong one. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'silent'; readonly why: string };

export type HealthAnswer = { readonly kind: 'seen'; readonly health: SeenHealth } | NoAnswer;

/** The token of health as this command has it; none when its file cannot be read. */
export function healthTokenOf({ healthToken, healthTokenFile }: Pick<Values, 'healthToken' | 'healthTokenFile'>): string | undefined {
  if (healthTokenFile === undefined) return healthToken;
  const read = readSecretFile(healthTokenFile);
  return 'value' in read ? read.value : undefined;
}

/** Asks once. `pid` is the process that should answer, and `token` its token, if they are known. */
export async function askHealth(url: string, { pid, token }: { pid?: number; token?: string | undefined } = {}): Promise<HealthAnswer> {
  const answer = await askPage(url, healthShape, token);
  if (answer.kind !== 'seen') return answer;
  return (pid ?? answer.body.pid) === answer.body.pid ? { kind: 'seen', health: answer.body } : { kind: 'foreign' };
}

/**
 * Asks a page once. Control characters are removed from the text, because agents write some of it and a terminal would obey them.
 */
export async function askPage<T>(
  url: string,
  shape: z.ZodType<T>,
  token: string | undefined,
): Promise<{ readonly kind: 'seen'; readonly body: T } | NoAnswer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let body: unknown;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS), redirect: 'error' });
    if (response.status === 401) return { kind: 'locked' };
    body = parseJson(await response.text());
  } catch (error) {
    return { kind: 'silent', why: causeOf(error) };
  }
  const parsed = shape.safeParse(redactFields(body, withoutControls));
  return parsed.success ? { kind: 'seen', body: parsed.data } : { kind: 'foreign' };
}

/** Why a page tells nothing, for people; it ends a sentence. */
export function noAnswerText(answer: NoAnswer, url: string): string {
  switch (answer.kind) {
    case 'silent':
      return `unknown, ${url} does not answer (${answer.why})`;
    case 'foreign':
      return `unknown, ${url} is answered by another program`;
    case 'locked':
      return 'it asks for a token. Set HEALTH_TOKEN or HEALTH_TOKEN_FILE as for the watcher, and run this as its user';
    default:
      return answer satisfies never;
  }
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

// `fetch` only says "fetch failed"; its cause says what happened.
function causeOf(error: unknown): string {
  return errorText(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
