import { callLine, headerLine, type Place, resultLine, userLine } from './lines.ts';

const STEP_MS = 250;
const LINE_CHARS = 3_900; // about

/** A transcript of at least so many characters: one turn, whose last call has just begun. */
export function runningTurn(sessionId: string, chars: number): string {
  const startedAt = Date.now() - (chars / LINE_CHARS) * STEP_MS;
  let number = 0;
  const place = (): Place => ({ number: ++number, at: startedAt + number * STEP_MS });
  let text = headerLine(place(), sessionId) + userLine(place());
  for (let call = 1; text.length < chars; call++) {
    if (call > 1) text += resultLine(place(), `call${call - 1}`);
    text += callLine(place(), `call${call}`, `Step ${call}`);
  }
  return text;
}
