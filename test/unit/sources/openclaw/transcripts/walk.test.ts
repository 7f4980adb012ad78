import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { transcriptFormat } from '../../../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { Follower } from '../../../../../src/files/follower.ts';
import { recordedFolder, VERSIONS } from './recorded-index.ts';
import { FakeClock } from '../../../../support/clock.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

const newDecoder = () => createTranscriptDecoder({ redact: (text) => text, onUnknown: () => undefined });

const RECORDINGS = VERSIONS.flatMap((version) =>
  readdirSync(recordedFolder(version))
    .filter((name) => name.includes('.jsonl') && !name.includes('.trajectory'))
    .map((name) => ({ name: `${version} ${name}`, content: readFileSync(join(recordedFolder(version), name)) })),
);

/** The same sizes every time, between one byte and a few lines. */
function* pieces(content: Buffer): Generator<Buffer> {
  let state = content.length;
  for (let at = 0; at < content.length; ) {
    state = (state * 48_271) % 2_147_483_647;
    const size = 1 + (state % (state % 3 === 0 ? 40 : 3_000));
    yield content.subarray(at, at + size);
    at += size;
  }
}

async function follow(writes: Iterable<Buffer>): Promise<unknown[]> {
  const path = join(tempFolderInMemory(), 'a.jsonl');
  const emitted: unknown[] = [];
  const follower = new Follower({
    path,
    root: undefined,
    clock: new FakeClock(),
    start: { kind: 'all' },
    format: transcriptFormat(newDecoder),
    chunkBytes: 5_000,
    emit: (events) => emitted.push(...events),
    isWorthShowing: () => true,
  });
  for (const piece of writes) {
    appendFileSync(path, piece);
    for (let read = await follower.read(); read.change === 'progressed' && read.more; ) read = await follower.read();
  }
  rmSync(path);
  return emitted;
}

describe.each(RECORDINGS)('the recorded transcript $name', ({ content }) => {
  const decode = newDecoder();
  const expected = content
    .toString('utf8')
    .split('\n')
    .flatMap((line) => decode(line).events);

  it('says the same written at once, line by line and in pieces of any size', async () => {
    const lines = content.toString('latin1').split(/(?<=\n)/);
    expect(await follow([content])).toEqual(expected);
    expect(await follow(lines.map((line) => Buffer.from(line, 'latin1')))).toEqual(expected);
    expect(await follow(pieces(content))).toEqual(expected);
  });
});
