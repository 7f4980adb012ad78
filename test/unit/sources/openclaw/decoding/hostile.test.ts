import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { recordings, VERSIONS } from './recordings.ts';
import { assistantLine, callLine, decodeLines, entry, resultLine, userLine } from './transcript-lines.ts';

const CANARY = 'hush-canary0123456789';
const LINES = VERSIONS.flatMap((version) => recordings(version)).flatMap(({ lines }) => lines.filter((line) => line.length < 20_000));

/** What leaves the decoder; the canary must never be in it, and no line may have failed inside. */
function said(...lines: string[]): string {
  const decoded = decodeLines(...lines);
  expect(decoded.unknown).not.toContain('undecodable');
  return JSON.stringify(decoded);
}

function leaves(value: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]));
}

/** A copy of `value` in which the member at `path` is another one. */
function withLeaf(value: unknown, path: PropertyKey[], change: (leaf: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return change(value);
  const copy: Record<PropertyKey, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  Reflect.set(copy, key, withLeaf(Reflect.get(value, key), rest, change));
  return copy;
}

const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    CANARY,
    `x ${CANARY} y`,
    `<think>${CANARY}`,
    `System: [x] Exec completed (${CANARY}, code 0)`,
  ),
);
const nastyValue = fc.oneof(
  nastyText,
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.constantFrom(null, -1, 1e308, [], {}, [[CANARY]], { text: CANARY }),
);

describe('whatever a line holds', () => {
  it('arbitrary text never throws and never passes a secret on', () => {
    fc.assert(
      fc.property(fc.array(nastyText, { maxLength: 5 }), (lines) => !said(...lines).includes(CANARY)),
      { numRuns: 500 },
    );
  });

  it('arbitrary JSON in the shape of an entry never throws and never passes a secret on', () => {
    const message = fc.record(
      {
        role: fc.constantFrom('user', 'assistant', 'toolResult'),
        content: nastyValue,
        details: nastyValue,
        toolCallId: nastyValue,
        toolName: nastyValue,
        stopReason: nastyValue,
        usage: nastyValue,
      },
      { requiredKeys: ['role'] },
    );
    const line = fc.record({
      type: fc.constantFrom('message', 'custom', 'session', 'compaction', 'x'),
      id: nastyValue,
      timestamp: fc.constant('2026-11-21T02:00:00Z'),
      message,
      data: nastyValue,
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => !said(...lines.map((value) => JSON.stringify(value))).includes(CANARY)),
      { numRuns: 1_000 },
    );
  });

  it('recorded lines with one member replaced never throw and never pass a secret on', () => {
    const mutated = fc.tuple(fc.constantFrom(...LINES), fc.nat(), nastyValue).map(([line, nth, value]) => {
      const parsed: unknown = JSON.parse(line);
      const paths = leaves(parsed);
      return JSON.stringify(withLeaf(parsed, paths[nth % paths.length] ?? [], () => value));
    });
    fc.assert(
      fc.property(fc.array(mutated, { minLength: 1, maxLength: 6 }), (lines) => !said(...lines).includes(CANARY)),
      { numRuns: 2_000 },
    );
  });

  it('recorded lines cut off anywhere say nothing', () => {
    const half = fc.tuple(fc.constantFrom(...LINES), fc.nat()).map(([line, length]) => line.slice(0, 1 + (length % (line.length - 1))));
    fc.assert(
      fc.property(half, (line) => {
        expect(decodeLines(line)).toEqual({ events: [], unknown: ['invalid-json'] });
      }),
      { numRuns: 500 },
    );
  });

  it('a secret in any single text of any recorded line does not come out', () => {
    const leaking = LINES.filter((line) => {
      const parsed: unknown = JSON.parse(line);
      const texts = leaves(parsed).filter((path) => path.at(-1) !== 'type');
      return texts.some((path) =>
        said(JSON.stringify(withLeaf(parsed, path, (leaf) => (typeof leaf === 'string' ? `${leaf} ${CANARY}` : leaf)))).includes(CANARY),
      );
    });
    expect(leaking).toEqual([]);
  });

  it('a secret that only a hidden character kept from being seen does not come out', () => {
    const hidden = 'hu\u200bsh-canary0123456789';
    const lines = [assistantLine({ content: hidden }), callLine('exec', { command: hidden }), callLine('exec', { [hidden]: 1 })];
    for (const line of [...lines, resultLine({ isError: true, text: hidden })]) {
      expect(said(line)).toContain('[masked]');
      expect(said(line)).not.toContain('canary');
    }
  });

  it('a secret on the line below its name does not come out', () => {
    expect(said(callLine('exec', { command: 'secret=\nopensesame' }))).not.toContain('opensesame');
  });

  it('a redactor that throws costs the line and nothing else', () => {
    const unknown: string[] = [];
    const redact = (text: string) => {
      if (text.includes('bad')) throw new Error('too much for the redactor');
      return text;
    };
    const decode = createTranscriptDecoder({ redact, onUnknown: (kind) => unknown.push(kind) });
    expect(decode(assistantLine({ content: 'bad' })).events).toEqual([]);
    expect(decode(assistantLine({ content: 'good' })).events).toHaveLength(1);
    expect(unknown).toEqual(['undecodable']);
  });

  it('members that every object inherits are no members of an entry', () => {
    expect(decodeLines('{"__proto__":{"type":"compaction"},"timestamp":"2026-11-21T02:00:00Z"}').events).toEqual([]);
    expect(decodeLines('"type"', '7', 'null', '[{"type":"compaction"}]').unknown).toEqual(Array(4).fill('invalid-json'));
  });

  it('deep nesting costs nothing but itself', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const line = callLine('exec', { a: 'DEEP', b: 'plain' }).replace('"DEEP"', deep);
    const { events, unknown } = decodeLines(deep, line);
    expect(unknown).toEqual(['invalid-json']);
    expect(events[1]).toMatchObject({ args: { b: 'plain' } });
  });

  it.each([
    '<think',
    '[[ reply_to:',
    'System: [x] a\n',
    ' ',
    '{',
    '\n',
    '(Command exited with code 1) ',
    '[cron:a ',
    'Note: The previous agent run was aborted\n',
    '<think>a</think>',
  ])('half a megabyte of %j takes no unreasonable time', (unit) => {
    const flood = unit.repeat(500_000 / unit.length);
    const lines = [
      userLine(flood),
      assistantLine({ content: flood, stopReason: 'error', errorMessage: flood }),
      callLine(flood, { [flood]: flood }),
      resultLine({ text: flood, isError: true }),
    ];
    const { events } = decodeLines(...lines, entry({ type: 'custom', customType: flood }));
    expect(events.length).toBeGreaterThan(3);
    expect(JSON.stringify(events).length).toBeLessThan(30_000);
  });
});
