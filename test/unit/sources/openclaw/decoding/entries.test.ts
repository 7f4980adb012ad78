import { describe, expect, it } from 'vitest';
import { createTranscriptDecoder } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { AT, assistantLine, decodeLines, entry, factsOf, userLine } from './transcript-lines.ts';

const RUN = 'bfbfdee8-9c3f-4e57-89db-ad08f4a70d3f';

function promptError(error: unknown): object[] {
  return factsOf(entry({ type: 'custom', customType: 'openclaw:prompt-error', data: { runId: RUN, error } }));
}

function header(fields: object = {}): string {
  return JSON.stringify({ type: 'session', version: 3, id: 's1', timestamp: new Date(AT).toISOString(), cwd: '/home/node', ...fields });
}

function at(offsetMs: number, id: string): string {
  return JSON.stringify({
    type: 'message',
    id,
    timestamp: new Date(AT + offsetMs).toISOString(),
    message: { role: 'user', content: 'hi' },
  });
}

describe('a prompt error', () => {
  it.each<[unknown, object]>([
    ['aborted', { outcome: 'aborted' }],
    ['This operation was aborted | 20', { outcome: 'aborted' }],
    ['request timed out', { outcome: 'timed_out' }],
    ['session file changed, key hush-abc', { outcome: 'failed', reason: 'session file changed, key [masked]' }],
    [undefined, { outcome: 'failed' }],
  ])('%j ends the run', (error, expected) => {
    expect(promptError(error)).toEqual([{ type: 'run_ended', runId: RUN, ...expected }]);
  });
});

describe('other entries', () => {
  it('tell of a compaction', () => {
    expect(factsOf(entry({ type: 'compaction', summary: 'secret', tokensBefore: 35542 }))).toEqual([{ type: 'compacted' }]);
  });

  it('are known and silent when they are bookkeeping', () => {
    const types = ['model_change', 'thinking_level_change', 'leaf', 'label', 'session_info', 'branch_summary', 'custom_message'];
    const customs = [
      'model-snapshot',
      'openclaw.cache-ttl',
      'openclaw:bootstrap-context:full',
      'openclaw.sessions_yield_interrupt',
      'openclaw.runtime-context',
    ];
    const lines = [...types.map((type) => entry({ type })), ...customs.map((customType) => entry({ type: 'custom', customType }))];
    expect(decodeLines(...lines, header())).toEqual({ events: [], unknown: [] });
  });

  it('are counted by a short harmless name when they are not known', () => {
    const { events, unknown } = decodeLines(
      entry({ type: 'surprise' }),
      entry({ type: 'custom', customType: 'plugin.thing' }),
      entry({ type: 'message', message: { role: 'robot' } }),
      entry({ type: `a\n<b>${'x'.repeat(500)}` }),
      entry({ type: 'hush-abcdef' }),
      entry({}),
      '{"half',
      '[]',
    );
    expect(events).toEqual([]);
    expect(unknown.slice(0, 3)).toEqual(['entry:surprise', 'custom:plugin.thing', 'role:robot']);
    expect(unknown[3]).toMatch(/^entry:a__b_x{20,50}_$/);
    expect(unknown.slice(4)).toEqual(['entry:_masked_', 'entry:', 'invalid-json', 'invalid-json']);
  });

  it('cannot flood the count with names', () => {
    const { unknown } = decodeLines(...Array.from({ length: 500 }, (_, index) => entry({ type: `t${index}` })));
    expect(unknown).toHaveLength(500);
    expect(new Set(unknown).size).toBe(31);
  });
});

describe('when a line was written', () => {
  function instantOf(fields: object): number | undefined {
    const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => {} });
    return decode(JSON.stringify({ type: 'message', id: 'a', message: { role: 'user', content: 'hi', timestamp: AT - 5_000 }, ...fields }))
      .at;
  }

  it('is told by the entry, and else by its message', () => {
    expect(instantOf({ timestamp: '2026-11-21T02:00:01.500Z' })).toBe(AT + 1_500);
    expect(instantOf({ timestamp: AT + 7 })).toBe(AT + 7);
    expect(instantOf({})).toBe(AT - 5_000);
    expect(instantOf({ timestamp: 'yesterday' })).toBe(AT - 5_000);
    expect(instantOf({ message: {} })).toBe(undefined);
  });

  it('is taken from the line before when it is missing or absurd', () => {
    const lines = [
      at(0, 'a'),
      JSON.stringify({ type: 'compaction', timestamp: '+099999-01-01T00:00:00Z' }),
      JSON.stringify({ type: 'compaction' }),
    ];
    expect(decodeLines(...lines).events.map((event) => event.at)).toEqual([AT, AT, AT]);
  });

  it('decides nothing when it is not known at all', () => {
    expect(decodeLines(JSON.stringify({ type: 'compaction' }))).toEqual({ events: [], unknown: ['no-timestamp'] });
  });
});

describe('a header', () => {
  it('hides the history that a forked thread copied, but not its ids', () => {
    const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => {} });
    decode(header({ parentSession: '/home/node/parent.jsonl' }));
    expect(decode(at(-1, 'old'))).toEqual({ entryId: 'old', at: AT - 1, events: [] });
    expect(decode(at(0, 'new')).events).toHaveLength(1);
  });

  it('hides nothing in a session of its own, whose first line may be a moment older', () => {
    expect(decodeLines(header(), at(-1, 'a')).events).toHaveLength(1);
  });

  it('may come again after the file was started over', () => {
    expect(decodeLines(header({ parentSession: '/p' }), header({ id: 's2' }), at(-1, 'a')).events).toHaveLength(1);
  });

  it('may be missing', () => {
    expect(decodeLines(userLine('hi'), assistantLine({ content: 'hello' })).events).toHaveLength(2);
  });
});

describe('an empty line', () => {
  it('is nothing', () => {
    expect(decodeLines('', '  ', '\r')).toEqual({ events: [], unknown: [] });
  });
});
