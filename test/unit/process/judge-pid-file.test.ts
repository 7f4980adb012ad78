import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeRecord, inspectPidFile, judgePidFile, type PidFileSeen, readPidFile } from '../../../src/process/pid-file.ts';
import { lookAtProcess, type ProcessSeen } from '../../../src/process/process-identity.ts';
import { withoutRoot } from '../without-root.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const folder = tempFolder('pid');
const record = { pid: 77, startMark: '500@boot', healthUrl: 'http://127.0.0.1:9090/health', namespace: '' };
const present: PidFileSeen = { kind: 'present', text: encodeRecord(record), uid: 1000, record };
const alive: ProcessSeen = { kind: 'alive', uid: 1000, startMark: '500@boot' };

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('judgePidFile', () => {
  it.each<[string, PidFileSeen, ProcessSeen, string]>([
    ['nothing there', { kind: 'absent' }, alive, 'absent'],
    ['a link', { kind: 'refused', why: 'a link' }, alive, 'refused'],
    ['same pid, start and owner', present, alive, 'running'],
    ['the process is gone', present, { kind: 'gone' }, 'stale'],
    ['the pid was recycled', present, { ...alive, startMark: '501@boot' }, 'stale'],
    ['the same tick after a reboot', present, { ...alive, startMark: '500@later' }, 'stale'],
    ["somebody else's process, seen", present, { ...alive, uid: 0 }, 'unverified'],
    ["somebody else's process, hidden", present, { kind: 'hidden' }, 'unverified'],
    ['a pid alone, as older watchers wrote it, alive', { ...present, record: { ...record, startMark: '' } }, alive, 'unverified'],
    ['a pid alone, gone', { ...present, record: { ...record, startMark: '' } }, { kind: 'gone' }, 'stale'],
    ['damaged content', { ...present, record: undefined }, alive, 'stale'],
  ])('%s', (_what, seen, process, kind) => expect(judgePidFile(seen, () => process).kind).toBe(kind));

  it('asks about the recorded pid only', () => {
    const asked: number[] = [];
    judgePidFile(present, (pid) => {
      asked.push(pid);
      return alive;
    });
    expect(asked).toEqual([77]);
  });
});

describe('readPidFile', () => {
  it('reads what was written', () => {
    expect(readPidFile(file('good', encodeRecord(record)))).toMatchObject({ kind: 'present', record });
    expect(readPidFile(file('off', encodeRecord({ ...record, healthUrl: undefined, namespace: '' })))).toMatchObject({
      record: { ...record, healthUrl: undefined },
    });
  });

  it.each(['', '\n', '0\nx\n', '-1\nx\n', '12a\n', '99999999999\n', '{"pid":7}', '\0\0\0'])('finds no record in %j', (content) =>
    expect(readPidFile(file('bad', content))).toMatchObject({ kind: 'present', record: undefined }),
  );

  it('takes only a plain http address for health', () => {
    expect(readPidFile(file('odd', '77\nx\nfile:///etc/passwd\n'))).toMatchObject({ record: { pid: 77, healthUrl: undefined } });
  });

  it('refuses a symbolic link even if it leads to a good file, and says so', () => {
    const link = join(folder, 'link');
    symlinkSync(file('target', encodeRecord(record)), link);
    expect(readPidFile(link)).toEqual({ kind: 'refused', why: expect.stringContaining('symbolic link') });
  });

  it('refuses a directory and finds nothing where nothing is', () => {
    mkdirSync(join(folder, 'directory'));
    expect(readPidFile(join(folder, 'directory')).kind).toBe('refused');
    expect(readPidFile(join(folder, 'nothing')).kind).toBe('absent');
  });

  it('refuses a file that it may not read', async () => {
    const path = file('secret', encodeRecord(record));
    chmodSync(path, 0o000);
    expect((await withoutRoot(folder, () => readPidFile(path))).kind).toBe('refused');
  });
});

describe('inspectPidFile', () => {
  it('recognises this very process by its start', () => {
    const self = lookAtProcess(process.pid);
    const startMark = self.kind === 'alive' ? self.startMark : '';
    expect(inspectPidFile(file('self', encodeRecord({ pid: process.pid, startMark, healthUrl: undefined, namespace: '' }))).kind).toBe(
      'running',
    );
    expect(
      inspectPidFile(file('recycled', encodeRecord({ pid: process.pid, startMark: `1${startMark}`, healthUrl: undefined, namespace: '' })))
        .kind,
    ).toBe('stale');
  });
});
