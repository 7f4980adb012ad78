import { describe, expect, it } from 'vitest';
import { fileKindOf, sessionIdOf } from '../../../src/sources/transcripts/file-name.ts';

const ID = '208138f7-a5f5-4550-87fa-5b692660bf58';

describe('what a name in a sessions folder stands for', () => {
  it.each([
    [`${ID}.jsonl`, { kind: 'transcript', sessionId: ID }],
    [`${ID}-topic-p7r1hkz5m3y8xbq9dtwn4sj6ea.jsonl`, { kind: 'transcript', sessionId: ID }],
    [`2026-11-21T02-09-23-508Z_${ID}.jsonl`, { kind: 'transcript', sessionId: ID }],
    [`${ID}.jsonl.lock`, { kind: 'lock', transcript: `${ID}.jsonl` }],
    [
      `${ID}.jsonl.reset.2026-11-21T02-04-50.601Z`,
      { kind: 'archived', transcript: `${ID}.jsonl`, reason: 'reset', stamp: '2026-11-21T02-04-50.601Z' },
    ],
    [
      `${ID}.jsonl.deleted.2026-11-21T02-30-36.130Z`,
      { kind: 'archived', transcript: `${ID}.jsonl`, reason: 'deleted', stamp: '2026-11-21T02-30-36.130Z' },
    ],
    [
      `${ID}.jsonl.bak.2026-11-21T02-04-47.957Z`,
      { kind: 'archived', transcript: `${ID}.jsonl`, reason: 'bak', stamp: '2026-11-21T02-04-47.957Z' },
    ],
    ['sessions.json', { kind: 'index' }],
  ])('%s', (name, kind) => {
    expect(fileKindOf(name)).toEqual(kind);
  });

  it.each([
    `${ID}.trajectory.jsonl`,
    `${ID}.trajectory.jsonl.lock`,
    `${ID}.trajectory-path.json`,
    `${ID}.jsonl.compact.2c30b8f9-4877-4d1b-af5f-764145b9a0d3.tmp`,
    '.openclaw-trajectory-9458.2c30b8f9-4877-4d1b-af5f-764145b9a0d3.tmp',
    'sessions.json.9458.2c30b8f9-4877-4d1b-af5f-764145b9a0d3.tmp',
    'sessions.json.lock',
    '.jsonl',
    '.jsonl.lock',
    'notes.txt',
    `${ID}.jsonl.swp`,
  ])('%s is none of the files we read', (name) => {
    expect(fileKindOf(name)).toEqual({ kind: 'other' });
  });

  it('finds the session id behind a date and before a topic', () => {
    expect(sessionIdOf(`2026-11-21T02-09-23-508Z_${ID}-topic-a%2Fb.jsonl`)).toBe(ID);
  });
});
