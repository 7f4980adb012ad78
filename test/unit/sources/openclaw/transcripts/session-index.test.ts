import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeIndexEntry, type IndexEntry } from '../../../../../src/sources/openclaw/decoding/index-entry.ts';
import { fileKindOf, sessionIdOf } from '../../../../../src/sources/openclaw/transcripts/file-name.ts';
import { EVERY_FOLDER, SessionIndex } from '../../../../../src/sources/openclaw/transcripts/session-index.ts';
import { recordedFolder, recordedIndex, VERSIONS } from './recorded-index.ts';

const FOLDER = '/agents/main/sessions';

function indexOf(entries: Iterable<IndexEntry>, folder = FOLDER): SessionIndex {
  const index = new SessionIndex();
  index.replace(folder, [...entries]);
  return index;
}

function entry(key: string, fields: object): IndexEntry {
  const decoded = decodeIndexEntry(key, fields);
  if (decoded === undefined) throw new Error('no entry');
  return decoded;
}

describe('finding the session of a transcript', () => {
  it.each(VERSIONS)('every entry of %s that names a file is found by that name, and by the session id where it names none', (version) => {
    const entries = recordedIndex(version);
    const index = indexOf(entries.values());
    for (const { key, fileName, sessionId } of entries.values()) {
      const own = key.replace(/:run:[^:]+$/, '');
      if (fileName !== undefined) expect(index.keyOf(FOLDER, fileName, 'other')).toBe(own);
      const hasOtherFile = fileName !== undefined && sessionIdOf(fileName) === sessionId;
      expect(index.keyOf(FOLDER, 'other.jsonl', sessionId)).toBe(hasOtherFile ? undefined : own);
      expect(index.keyOfSession(sessionId)).toBe(own);
    }
  });

  it('transcripts that are still there are all named by the last index, but for the ones a session left behind', () => {
    const unnamed = VERSIONS.flatMap((version) => {
      const index = indexOf(recordedIndex(version).values());
      return readdirSync(recordedFolder(version)).filter((name) => {
        const kind = fileKindOf(name);
        return kind.kind === 'transcript' && index.keyOf(FOLDER, name, kind.sessionId) === undefined;
      });
    });
    expect(unnamed).toEqual([
      '5b448668-3ede-4a57-8197-3ca78ca65beb.jsonl',
      '8919d890-a945-4e63-bcb8-53cad87cc75f-topic-p7r1hkz5m3y8xbq9dtwn4sj6ea.jsonl',
    ]);
  });

  it('a scheduled run stored twice is told under the job’s own key, in whatever order', () => {
    const job = entry('agent:main:cron:j', { sessionId: 's1' });
    const run = entry('agent:main:cron:j:run:s1', { sessionId: 's1' });
    expect(indexOf([job, run]).keyOf(FOLDER, 's1.jsonl', 's1')).toBe(job.key);
    expect(indexOf([run, job]).keyOf(FOLDER, 's1.jsonl', 's1')).toBe(job.key);
  });

  it('a file from before a reset still belongs to its session, unless another session has that id now', () => {
    const session = entry('agent:main:main', { sessionId: 's2', usageFamilySessionIds: ['s1', 's2', 's3'] });
    const other = entry('agent:main:other', { sessionId: 's3' });
    const index = indexOf([session, other]);
    expect(index.keyOf(FOLDER, 's1.jsonl', 's1')).toBe(session.key);
    expect(index.keyOf(FOLDER, 's3.jsonl', 's3')).toBe(other.key);
  });

  it('one folder’s index says nothing about another folder; an index for all does', () => {
    const entries = [entry('agent:main:main', { sessionId: 's1' })];
    expect(indexOf(entries).keyOf('/agents/other/sessions', 's1.jsonl', 's1')).toBeUndefined();
    expect(indexOf(entries, EVERY_FOLDER).keyOf('/agents/other/sessions', 's1.jsonl', 's1')).toBe('agent:main:main');
  });
});

describe('an entry', () => {
  it('is taken apart into what boxes need', () => {
    const key = 'agent:main:subagent:4cfe7fd5-8de1-413d-b1e9-b0d1311a55b6';
    expect(recordedIndex('2026.7.35').get(key)).toEqual({
      key,
      sessionId: '730f6f64-e09f-4dd6-a7b6-d5f7127ad806',
      earlierSessionIds: [],
      fileName: '730f6f64-e09f-4dd6-a7b6-d5f7127ad806-topic-p9r1hkz5m3y8xbq9dtwn4sj6ea.jsonl',
      parentKey: 'agent:main:mattermost:channel:c8xq8tq7y3bkzpsn9mwjd1e5fo:thread:p9r1hkz5m3y8xbq9dtwn4sj6ea',
      label: 'file-counter',
      delivery: { messenger: 'mattermost', to: 'channel:c8xq8tq7y3bkzpsn9mwjd1e5fo', threadId: 'p9r1hkz5m3y8xbq9dtwn4sj6ea' },
      audience: 'group',
      status: 'done',
      updatedAt: 1795230551308,
      startedAt: 1795230548276,
      endedAt: 1795230551296,
      model: 'scripted-1',
      contextTokens: 8020,
      contextWindow: 200000,
    });
  });

  it.each([undefined, null, 1, 'x', [], {}, { sessionId: 7 }, { sessionId: '' }])('that is none is left out: %j', (value) => {
    expect(decodeIndexEntry('agent:main:main', value)).toBeUndefined();
  });

  it('with fields of wrong types keeps the others', () => {
    const odd = {
      sessionId: 's',
      label: 7,
      spawnedBy: {},
      deliveryContext: 'x',
      status: 'odd',
      updatedAt: 'soon',
      usageFamilySessionIds: 'x',
    };
    expect(decodeIndexEntry('k', odd)).toEqual({ key: 'k', sessionId: 's', earlierSessionIds: [], delivery: {}, audience: 'nothing' });
  });

  it.each(['/elsewhere/agents/main/sessions/a.jsonl', '../../secrets/a.jsonl', 'C:\\sessions\\a.jsonl', 'a.jsonl'])(
    'names a file beside the index only: %s',
    (sessionFile) => {
      expect(decodeIndexEntry('k', { sessionId: 's', sessionFile })?.fileName).toBe('a.jsonl');
    },
  );

  it('does not vouch for a context size that is not fresh', () => {
    expect(decodeIndexEntry('k', { sessionId: 's', totalTokens: 5 })?.contextTokens).toBeUndefined();
  });
});

describe('replacing what an index says', () => {
  it('gives the entries that are new, were updated, changed their state or their session id', () => {
    const index = new SessionIndex();
    const [a, b, c] = ['a', 'b', 'c'].map((key) => entry(key, { sessionId: key, updatedAt: 1, status: 'running' }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no entries');
    expect(index.replace(FOLDER, [a, b])).toEqual({ entries: [a, b], goneKeys: [] });
    expect(index.replace(FOLDER, [a, { ...b, updatedAt: 2 }, c]).entries.map(({ key }) => key)).toEqual(['b', 'c']);
    expect(
      index
        .replace(FOLDER, [
          { ...a, status: 'done' },
          { ...b, updatedAt: 2 },
          { ...c, sessionId: 'x' },
        ])
        .entries.map(({ key }) => key),
    ).toEqual(['a', 'c']);
    expect(index.replace(FOLDER, [])).toEqual({ entries: [], goneKeys: ['a', 'b', 'c'] });
    expect(index.entryOf('a')).toBeUndefined();
  });

  it('keys named like members of every object are ordinary keys', () => {
    const index = indexOf([entry('__proto__', { sessionId: 'constructor' })]);
    expect(index.keyOf(FOLDER, 'x', 'constructor')).toBe('__proto__');
    expect(index.entryOf('toString')).toBeUndefined();
  });
});
