// Lines that a crash tore: what is whole in them counts.

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { transcriptFormat } from '../../../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { Follower } from '../../../../../src/files/follower.ts';
import { wholeEntries } from '../../../../../src/sources/openclaw/transcripts/whole-entries.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

let count = 0;
const entry = (text: string, id = `e${++count}`): string =>
  JSON.stringify({
    type: 'message',
    id,
    parentId: null,
    timestamp: '2026-11-21T02:00:00.000Z',
    message: {
      role: 'assistant',
      provider: 'p',
      content: [
        { type: 'text', text },
        { type: 'toolCall', id: 'c', name: 'x', arguments: { a: { b: 1 } } },
      ],
    },
  });
const otherOrder = (text: string): string =>
  JSON.stringify({ id: `e${++count}`, timestamp: '2026-11-21T02:00:00.000Z', type: 'message', message: { role: 'user', content: text } });
const header = JSON.stringify({ type: 'session', version: 3, id: 's', cwd: '/' });

describe('a line with whole entries in it', () => {
  const one = entry('one } {"type":"message" "');
  const two = entry('two \\ " }{');
  it.each<[string, string, string[]]>([
    ['is told as it is when it is one', one, [one]],
    ['is two when two writers wrote at once', `${one}${two}`, [one, two]],
    ['is three when three did', `${one}${two}${header}`, [one, two, header]],
    ['is two when something stands between them', `${one} ${two}`, [one, two]],
    ['is two when a comma stands between them', `${one},${two}`, [one, ',', two]],
    ['gives the second when the first was torn', `${one.slice(0, -30)}${two}`, [one.slice(0, -30), two]],
    ['gives the second when the first was torn at its end', `${one.slice(0, -1)}${two}`, [one.slice(0, -1), two]],
    ['gives the first when the second was torn', `${one}${two.slice(0, 90)}`, [one, two.slice(0, 90)]],
    ['gives what stands between two torn ones', `${two.slice(0, 60)}${one}${two.slice(0, 60)}`, [two.slice(0, 60), one, two.slice(0, 60)]],
    ['gives the header', `{"type":"sess${header}`, ['{"type":"sess', header]],
    [
      'gives an entry whose members stand in another order',
      `{"id":"x","tim${otherOrder('a')}`,
      ['{"id":"x","tim', otherOrder('b').replace('"b"', '"a"')],
    ],
    ['gives an entry behind garbage', `\u0001\u0002garbage ${one}`, ['\u0001\u0002garbage ', one]],
    ['gives an entry in front of garbage', `${one}\u0001`, [one, '\u0001']],
    ['is told as it is when it has none', '{"type":"message","id":"x","mess', ['{"type":"message","id":"x","mess']],
    ['does not take a part of an entry for one', entry('x').slice(0, -2), [entry('y').slice(0, -2)]],
  ])('%s', (_what, line, pieces) => {
    const withoutIds = (text: string): string => text.replace(/"id":"e\d+"/, '').replace('"text":"y"', '"text":"x"');
    expect(wholeEntries(line).map(({ text }) => withoutIds(text))).toEqual(pieces.map(withoutIds));
  });

  it.each([10, 45, 80, 120, 200])('gives the second wherever the first was torn (%i)', (length) => {
    expect(wholeEntries(`${one.slice(0, length)}${two}`).at(-1)).toEqual({ text: two, isTorn: false });
  });

  it('is looked at in little time, however it is made', () => {
    const startedAt = performance.now();
    const lines = ['{"', '{"type":"message",', '{"a":{"b":1}},', '{"\\"', '{"a":', '{"a":}'].map((part) =>
      part.repeat(500_000 / part.length),
    );
    for (const line of [...lines, `${'{"a":'.repeat(50_000)}x${'}'.repeat(50_000)}`]) expect(wholeEntries(line)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

it('a torn line loses nothing that is whole, not even the torn entry when it is written again', async () => {
  const dir = tempFolderInMemory();
  const path = join(dir, 's.jsonl');
  const torn = entry('first', 'a1');
  writeFileSync(path, `${header}\n${torn.slice(0, 150)}${entry('second')}\n`);
  const said: string[] = [];
  const unknown: string[] = [];
  const follower = new Follower({
    path,
    root: dir,
    clock: systemClock,
    start: { kind: 'all' },
    format: transcriptFormat(() => createTranscriptDecoder({ redact: (text) => text, onUnknown: (kind) => unknown.push(kind) })),
    emit: (events) => said.push(...events.flatMap((event) => (event.type === 'message' ? [event.text ?? ''] : []))),
    isWorthShowing: () => true,
  });
  await follower.read();
  expect(said).toEqual(['second']);
  expect(unknown).toContain('invalid-json');
  appendFileSync(path, `\0\0\0\0${torn}\n${entry('third')}${entry('fourth')}\n`);
  await follower.read();
  expect(said).toEqual(['second', 'first', 'third', 'fourth']);
});
