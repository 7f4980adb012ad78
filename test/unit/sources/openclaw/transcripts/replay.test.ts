import { setTimeout as sleep } from 'node:timers/promises';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { SessionEvent } from '../../../../../src/core/event.ts';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { VERSIONS } from './recorded-index.ts';
import type { Life } from './recorded-operations.ts';
import { Replay } from './replay-operations.ts';
import { watch } from './running-transcripts.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';
import { eventually } from '../../../../support/until.ts';

vi.setConfig({ testTimeout: 240_000 }); // real files, real time, and a machine that may be busy

type Told = { type: string; messageId?: string; callId?: string; at: number };

/** What a whole-file reader makes of a file, without where it was told. */
function naively(path: string): string[] {
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => undefined });
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => decode(line).events).map(nameOf);
}

function nameOf(event: Told): string {
  return [event.type, event.messageId ?? event.callId ?? '', event.at].join(' ');
}

/** Transcripts that went on between two recordings: their last lines are in no log. */
const UNFINISHED = { '2026.2.26': ['796bb526', '2026-11-', '642357e8'], '2026.7.35': ['7e1a1ca6'] };

const isOfLines = (event: SessionEvent) => !['session_seen', 'busy_seen', 'busy_cleared', 'source_lost'].includes(event.type);

describe.each(VERSIONS)('the recorded file operations of %s, repeated on a real directory', (version) => {
  it.each([0, 3])(
    'are told as a whole-file reader would tell the files they left behind (%i ms apart)',
    { timeout: 300_000 },
    async (stepMs) => {
      const folder = join(tempFolderInMemory(), 'agents', 'main', 'sessions');
      const replay = new Replay(version, folder);
      mkdirSync(folder, { recursive: true });
      const { events, source } = await watch(join(folder, '..', '..'));
      await replay.run(stepMs);
      await sleep(500);

      // The repetition is faithful: it left behind what was recorded.
      expect(replay.lives.length).toBeGreaterThan(25);
      const bytesOf = (life: Life) => readFileSync(life.path, 'latin1');
      for (const life of replay.lives) expect(life.full.startsWith(bytesOf(life)), life.fixture).toBe(true);
      expect(replay.lives.filter((life) => bytesOf(life) !== life.full).map(({ fixture }) => fixture.slice(0, 8))).toEqual(
        UNFINISHED[version],
      );
      if (version === '2026.7.35') expect(replay.rewrites).toBeGreaterThan(100);
      else expect(replay.truncations).toBeGreaterThan(2);

      const expected = [...new Set(replay.lives.flatMap((life) => naively(life.path)))];
      const emitted = () => events.filter(isOfLines).map(nameOf);
      await eventually(() => expect(expected.filter((name) => !emitted().includes(name))).toEqual([]));
      for (const life of replay.lives) {
        const own = new Set(naively(life.path));
        expect(
          emitted().filter((name) => own.has(name)),
          life.fixture,
        ).toEqual([...own]);
      }
      // Only the line-limit compactions took entries away that had been told; heartbeats and rewrites did not.
      const compactions = emitted().filter((name) => name.startsWith('compacted') && !expected.includes(name));
      expect(compactions.length).toBeGreaterThanOrEqual(1);
      expect(compactions.length).toBeLessThanOrEqual(version === '2026.7.35' ? 1 : 2);
      expect(source.details().problems.map(({ kind }) => kind)).toEqual(['index_missing']);
    },
  );
});
