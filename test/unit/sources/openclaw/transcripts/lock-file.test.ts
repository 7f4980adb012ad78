import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type LockTrust,
  trustIn,
  decodeLock,
  type Lock,
  type PidNamespace,
  type ProcessSight,
  processSight,
  readLock,
} from '../../../../../src/sources/openclaw/transcripts/lock-file.ts';
import { tempFolderInMemory } from '../../../../support/temp-folder.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;
const GATEWAY: ProcessSight = { kind: 'present', starttime: '777', looksLikeGateway: true };
const STRANGER: ProcessSight = { kind: 'present', starttime: '778', looksLikeGateway: false };
const MISSING: ProcessSight = { kind: 'missing' };

const lock = (more: Partial<Lock> = {}): Lock => ({
  pid: 42,
  createdAt: NOW - 60_000,
  maxHoldMs: undefined,
  starttime: undefined,
  ...more,
});
const aged: LockTrust = { kind: 'aged', until: NOW - 60_000 + 2 * HOUR_MS };

describe('whether a lock is a sign of life', () => {
  it.each<[string, Lock, ProcessSight, PidNamespace, LockTrust]>([
    ['its process runs', lock(), GATEWAY, 'same', { kind: 'alive' }],
    ['its process runs and started when the lock says', lock({ starttime: '777' }), GATEWAY, 'same', { kind: 'alive' }],
    ['its pid was given to another program', lock(), STRANGER, 'same', { kind: 'dead' }],
    ['its pid was given to another process of the same program', lock({ starttime: '776' }), GATEWAY, 'same', { kind: 'dead' }],
    ['its process is gone', lock(), MISSING, 'same', { kind: 'dead' }],
    ['its pid is of another machine, where nobody can look', lock(), MISSING, 'foreign', aged],
    ['its pid is of another machine and happens to exist here', lock(), GATEWAY, 'foreign', aged],
    ['nothing is known, and the process is plainly the gateway', lock(), GATEWAY, 'auto', { kind: 'alive' }],
    ['nothing is known, and the process is not there: it may be in a container', lock(), MISSING, 'auto', aged],
    ['nothing is known, and the process is another one', lock({ starttime: '776' }), GATEWAY, 'auto', aged],
    ['processes cannot be looked at', lock(), { kind: 'unknowable' }, 'same', aged],
    ['it names no pid', lock({ pid: undefined }), MISSING, 'same', aged],
    ['it is older than a run can be', lock({ createdAt: NOW - 2 * HOUR_MS }), MISSING, 'auto', { kind: 'stale' }],
    ['it is older than it meant to be held', lock({ maxHoldMs: 59_000 }), MISSING, 'auto', { kind: 'stale' }],
    ['it is younger than it means to be held', lock({ maxHoldMs: 300_000 }), MISSING, 'foreign', { kind: 'aged', until: NOW + 240_000 }],
    ['it is old but its process runs', lock({ createdAt: NOW - 9 * HOUR_MS, maxHoldMs: 300_000 }), GATEWAY, 'auto', { kind: 'alive' }],
  ])('%s', (_when, written, sight, namespace, trust) => {
    expect(trustIn(written, sight, namespace, NOW)).toEqual(trust);
  });
});

describe('reading a lock', () => {
  it('knows the forms of both versions', () => {
    expect(decodeLock('{"pid":9458,"createdAt":"2026-11-21T02:00:08.970Z"}', 1)).toEqual({
      pid: 9458,
      createdAt: Date.parse('2026-11-21T02:00:08.970Z'),
      maxHoldMs: undefined,
      starttime: undefined,
    });
    expect(decodeLock('{"pid":9458,"createdAt":1795226408970,"maxHoldMs":300000,"starttime":123456}', 1)).toEqual({
      pid: 9458,
      createdAt: 1795226408970,
      maxHoldMs: 300_000,
      starttime: '123456',
    });
  });

  it.each(['', '{"pid":94', '[]', '{"pid":"x","createdAt":"never"}', '{"pid":-1}', '{"pid":1.5}', '\0\0'])(
    'takes the age of the file for %j',
    (content) => {
      expect(decodeLock(content, 5)).toEqual({ pid: undefined, createdAt: 5, maxHoldMs: undefined, starttime: undefined });
    },
  );

  it('finds none where there is none', async () => {
    const dir = tempFolderInMemory();
    expect(await readLock(join(dir, 'a.jsonl.lock'), dir)).toBeUndefined();
    writeFileSync(join(dir, 'a.jsonl.lock'), '{"pid":7}');
    expect(await readLock(join(dir, 'a.jsonl.lock'), dir)).toMatchObject({ pid: 7 });
  });
});

describe.skipIf(process.platform !== 'linux')('looking at a process', () => {
  it('recognises a running Node program and its start, but never ourselves', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.once('spawn', resolve));
    expect(processSight(child.pid ?? 0)).toMatchObject({
      kind: 'present',
      looksLikeGateway: true,
      starttime: expect.stringMatching(/^\d+$/),
    });
    expect(processSight(process.pid)).toEqual({ kind: 'unknowable' });
  });

  it('recognises that a program is not the gateway, and when it is gone', async () => {
    const child = spawn('sleep', ['60']);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('spawn', resolve));
    expect(processSight(child.pid ?? 0)).toMatchObject({ kind: 'present', looksLikeGateway: false });
    child.kill('SIGKILL');
    await exited;
    expect(processSight(child.pid ?? 0)).toEqual({ kind: 'missing' });
  });
});
