// Transcripts that nobody writes any more: turns that ended long ago.

import { utimesSync, writeFileSync } from 'node:fs';
import { berthsIn } from './folder.ts';
import { callLine, headerLine, lastLine, type Place, resultLine, userLine } from './lines.ts';

const CHARS = 50_000;
const DAY_MS = 86_400_000;

/** Writes so many, 50 KB each, by a hundred agents, a day to a month old. Resolves with their paths. */
export function writeOldTranscripts(root: string, count: number): string[] {
  const [oldest, newest] = [Date.now() - 30 * DAY_MS, Date.now() - DAY_MS];
  const berths = berthsIn(root, count, newest);
  const body = endedTurn(oldest);
  return berths.map(({ path, sessionId, number }) => {
    writeFileSync(path, headerLine({ at: oldest, number: 0 }, sessionId) + body);
    const at = (oldest + ((newest - oldest) * number) / count) / 1_000;
    utimesSync(path, at, at);
    return path;
  });
}

function endedTurn(at: number): string {
  let number = 0;
  const place = (): Place => ({ number: ++number, at: at + number * 1_000 });
  let text = userLine(place());
  for (let call = 1; text.length < CHARS; call++)
    text += callLine(place(), `call${call}`, `Step ${call}`) + resultLine(place(), `call${call}`);
  return text + lastLine(place());
}
