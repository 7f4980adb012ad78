import { describe, expect, it } from 'vitest';
import { fileKindOf, sessionIdOf } from '../../../../../src/sources/openclaw/transcripts/file-name.ts';

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
  ])('%s is none of the files we read', (name) => {
    expect(fileKindOf(name)).toEqual({ kind: 'other' });
  });

  it.each<[string, string]>([
    [`${ID}.checkpoint.2c30b8f9-4877-4d1b-af5f-764145b9a0d3.jsonl`, 'checkpoint'],
    [`${ID}.checkpoint.2c30b8f9-4877-4d1b-af5f-764145b9a0d3.jsonl.lock`, 'checkpoint'],
    [`2026-11-21T02-09-23-508Z_${ID}.checkpoint.1.jsonl`, 'checkpoint'],
    [`${ID}.bak.jsonl`, 'backup'],
    [`${ID}.jsonl.bak`, 'backup'],
    [`${ID}.jsonl.1`, 'backup'],
    [`${ID}.jsonl.bak-2026`, 'backup'],
    [`${ID}-backup.jsonl`, 'backup'],
    [`backup-${ID}.jsonl`, 'backup'],
    [`${ID}_old.jsonl`, 'backup'],
    [`${ID}.save.jsonl`, 'backup'],
    [`${ID} copy.jsonl`, 'backup'],
    [`${ID} copy 2.jsonl`, 'backup'],
    [`${ID} - Copy.jsonl`, 'backup'],
    [`Copy of ${ID}.jsonl`, 'backup'],
    [`${ID} (1).jsonl`, 'backup'],
    [`${ID}-topic-5 copy.jsonl`, 'backup'],
    [`${ID}-topic-5(1).jsonl`, 'backup'],
    [`${ID} Kopie.jsonl`, 'backup'],
    [`${ID}.jsonl.gz`, 'archive'],
    [`${ID}.jsonl.reset.2026-11-21T02-04-50.601Z.zst`, 'archived'],
    [`${ID}.jsonl.archived.2026-11-21T02-04-50.601Z`, 'archive'],
    [`${ID}.jsonl.reset`, 'archive'],
    [`${ID}.archive.jsonl`, 'archive'],
    [`${ID}.jsonl~`, 'editor'],
    [`${ID}.jsonl.swp`, 'editor'],
    [`.${ID}.jsonl.swp`, 'editor'],
    [`#${ID}.jsonl#`, 'editor'],
    [`.#${ID}.jsonl`, 'editor'],
    [`${ID}.orig.jsonl`, 'editor'],
    [`${ID}.tmp.jsonl`, 'temporary'],
    [`${ID}.jsonl.tmp`, 'temporary'],
    [`.${ID}.jsonl`, 'temporary'],
    [`${ID}.jsonl.part`, 'temporary'],
    [`${ID}.sync-conflict-20261121-120000-ABCDEFG.jsonl`, 'sync_conflict'],
    [`${ID} (alice's conflicted copy 2026-11-21).jsonl`, 'sync_conflict'],
    [`.syncthing.${ID}.jsonl.tmp`, 'sync_conflict'],
    [`${ID}_2c30b8f9-4877-4d1b-af5f-764145b9a0d3.jsonl`, 'unknown_name'],
    [`${ID}-1.jsonl`, 'unknown_name'],
    [`x${ID}.jsonl`, 'unknown_name'],
    ['with space.jsonl', 'unknown_name'],
    ['a:telegram:group:1.jsonl', 'unknown_name'],
    ['release.v1.jsonl', 'unknown_name'],
    [`${'x'.repeat(200)}.jsonl`, 'unknown_name'],
  ])('%s is no session’s file, but %s', (name, what) => {
    expect(fileKindOf(name)).toMatchObject(what === 'archived' ? { kind: 'archived' } : { kind: 'ignored', what });
  });

  it.each(['s1', 'my-session', 'telegram_4242', 'A1', ID.toUpperCase()])('%s.jsonl can be one', (sessionId) => {
    expect(fileKindOf(`${sessionId}.jsonl`)).toEqual({ kind: 'transcript', sessionId });
  });

  it('finds the session id behind a date and before a topic', () => {
    expect(sessionIdOf(`2026-11-21T02-09-23-508Z_${ID}-topic-a%2Fb.jsonl`)).toBe(ID);
  });
});
