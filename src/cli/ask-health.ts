// Asks a running daemon for its health and makes the answer safe to print.

import { z } from 'zod';
import { readSecretFile } from '../config/secret-file.ts';
import type { Values } from '../config/settings.ts';
import { errorText } from '../core/error-code.ts';
import { parseJson } from '../core/json-guards.ts';
import { redactFields } from '../process/redact-fields.ts';

const ASK_TIMEOUT_MS = 3_000;

// Only the fields that we print; a newer daemon may send more.
const healthShape = z.object({
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
  sessions: z.array(
    z.object({
      agent: z.string(),
      project: z.string().optional(),
      state: z.string(),
      channelId: z.string().optional(),
      postId: z.string().optional(),
      why: z.string().optional(),
    }),
  ),
});

export type SeenHealth = z.infer<typeof healthShape>;

/** `foreign`: something answers, but it is not the daemon with that pid. */
export type HealthAnswer =
  | { readonly kind: 'seen'; readonly health: SeenHealth }
  | { readonly kind: 'foreign' }
  /** It asks for a token, and got none or a wrong one. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'silent'; readonly why: string };

/** The token of health as this command has it; none when its file cannot be read. */
export function healthTokenOf({ healthToken, healthTokenFile }: Pick<Values, 'healthToken' | 'healthTokenFile'>): string | undefined {
  if (healthTokenFile === undefined) return healthToken;
  const read = readSecretFile(healthTokenFile);
  return 'value' in read ? read.value : undefined;
}

/**
 * Asks once. `pid` is the process that should answer, and `token` its token, if they are known. Control characters are removed from the
 * text, because agents write some of it and a terminal would obey them.
 */
export async function askHealth(url: string, { pid, token }: { pid?: number; token?: string | undefined } = {}): Promise<HealthAnswer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let body: unknown;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_TIMEOUT_MS), redirect: 'error' });
    if (response.status === 401) return { kind: 'locked' };
    const text = await response.text();
    body = parseJson(text);
  } catch (error) {
    return { kind: 'silent', why: causeOf(error) };
  }
  const parsed = healthShape.safeParse(redactFields(body, withoutControls));
  return parsed.success && (pid ?? parsed.data.pid) === parsed.data.pid ? { kind: 'seen', health: parsed.data } : { kind: 'foreign' };
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

// `fetch` only says "fetch failed"; its cause says what happened.
function causeOf(error: unknown): string {
  return errorText(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
