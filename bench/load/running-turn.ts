import { callLine, headerLine, type Place, resultLine, userLine } from './lines.ts';

const STEP_MS = 250;

/** A transcript of at least so many characters: one turn, whose last call still runs. */
export function runningTurn(sessionId: string, chars: number): string {
  const startedAt = Date.now() - 30 * 60_000;
  let number = 0;
  const place = (): Place => ({ number: ++number, at: startedAt + number * STEP_MS });
  let text = headerLine(place(), sessionId) + userLine(place());
  for (let call = 1; text.length < chars; call++) {
    if (call > 1) text += resultLine(place(), `call${call - 1}`);
    text += callLine(place(), `call${call}`, `Step ${call}`);
  }
  return text;
}
