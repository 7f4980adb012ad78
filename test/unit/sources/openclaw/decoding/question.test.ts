import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';

const folder = fileURLToPath(new URL('../../../../fixtures/openclaw-2026.2.26/agents/main/sessions', import.meta.url));

/** What the recorded persons asked for, as events tell it. */
function questions(emitsQuestions: boolean): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => {
      const decode = createTranscriptDecoder({
        redact: (text) => text.replaceAll('bot', '[redacted]'),
        onUnknown: () => undefined,
        emitsQuestions,
      });
      const lines = readFileSync(join(folder, name), 'utf8').split('\n');
      return lines
        .flatMap((line) => decode(line).events)
        .flatMap((event) => (event.type === 'turn_started' && event.text !== undefined ? [event.text] : []));
    });
}

describe('what persons ask for', () => {
  it('is told only when it is wanted', () => expect(questions(false)).toEqual([]));

  it('is told redacted and without what the gateway puts around it', () => {
    expect(questions(true)).toContain('@[redacted] hi group #plain');
    for (const text of questions(true)) expect(text).not.toContain('untrusted metadata');
  });
});
