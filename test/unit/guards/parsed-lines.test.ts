// A transcript is read with each line parsed once: parsing is most of what a catch-up costs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Follower } from '../../../src/files/follower.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { transcriptFormat } from '../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

const LINES = 500;

/** Lines as OpenClaw writes them: the type and the id stand first. */
function lineOf(number: number): string {
  const message = { role: 'assistant', content: [{ type: 'text', text: `Step ${number}` }], stopReason: 'toolUse' };
  return `${JSON.stringify({ type: 'message', id: `e${number}`, parentId: null, timestamp: '2026-11-27T10:00:00.000Z', message })}\n`;
}

/** Counts until the test ends. */
function countParses(): () => number {
  const real = JSON.parse;
  let count = 0;
  JSON.parse = (...args) => {
    count += 1;
    return real(...args);
  };
  onTestFinished(() => {
    JSON.parse = real;
  });
  return () => count;
}

it('a catch-up parses each line once', async () => {
  const path = join(tempFolderInMemory(), 'a.jsonl');
  writeFileSync(path, Array.from({ length: LINES }, (_, number) => lineOf(number)).join(''));
  let emitted = 0;
  const follower = new Follower({
    path,
    root: undefined,
    clock: systemClock,
    start: { kind: 'last_opened', from: 0, keepFrom: Number.MAX_SAFE_INTEGER },
    format: transcriptFormat(() => createTranscriptDecoder({ redact: (text) => text, onUnknown: () => undefined })),
    emit: (events) => void (emitted += events.length),
    isWorthShowing: () => true,
  });
  const parses = countParses();
  for (let read = await follower.read(); read.change === 'progressed' && read.more; ) read = await follower.read();
  expect({ emitted, parses: parses() }).toEqual({ emitted: LINES, parses: LINES });
});
