// Asks a running daemon for its health and makes the answer safe to print.

import { z } from 'zod';
import { errorText } from '../core/error-code.ts';
import { redactFields } from '../redact-fields.ts';

const ASK_TIMEOUT_MS = 3_000;

// Only what is printed; a newer daemon may say more.
const healthShape = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  reason: z.string(),
  version: z.string(),
  pid: z.number(),
  uptimeMs: z.number(),
  boxes: z.object({ active: z.number(), waiting: z.number(), dirty: z.number(), parked: z.array(z.unknown()) }),
  sessions: z.array(
    z.object({
      agent: z.string(),
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
  | { readonly kind: 'silent'; readonly why: string };

/** Asks once; `pid` is who should answer, when that is known. Text is freed of control characters, since agents choose some of it and a terminal would obey them. */
export async function askHealth(url: string, pid?: number): Promise<HealthAnswer> {
  let body: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS), redirect: 'error' });
    const text = await response.text();
    body = parseJson(text);
  } catch (error) {
    return { kind: 'silent', why: causeOf(error) };
  }
  const parsed = healthShape.safeParse(redactFields(body, withoutControls));
  return parsed.success && (pid ?? parsed.data.pid) === parsed.data.pid ? { kind: 'seen', health: parsed.data } : { kind: 'foreign' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

// `fetch` says "fetch failed"; what happened is in its cause.
function causeOf(error: unknown): string {
  return errorText(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
