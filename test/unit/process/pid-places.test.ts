import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeRecord } from '../../../src/process/pid-file.ts';
import { defaultPidFile, findHolding } from '../../../src/process/pid-places.ts';
import { lookAtProcess } from '../../../src/process/process-identity.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const root = tempFolder('places');
const self = lookAtProcess(process.pid);
const ours = encodeRecord({
  pid: process.pid,
  startMark: self.kind === 'alive' ? self.startMark : '',
  healthUrl: undefined,
  namespace: '',
});

describe('the place of the PID file', () => {
  it.each<[NodeJS.ProcessEnv, string]>([
    [{ RUNTIME_DIRECTORY: '/run/live-status', XDG_RUNTIME_DIR: '/run/user/1000' }, '/run/live-status/status-watcher.pid'],
    [{ RUNTIME_DIRECTORY: '/run/a:/run/b' }, '/run/a/status-watcher.pid'],
    [{ XDG_RUNTIME_DIR: '/run/user/1000', STATE_DIR: '/s' }, '/run/user/1000/status-watcher.pid'],
    [{ XDG_RUNTIME_DIR: 'relative', STATE_DIR: '/s' }, '/s/status-watcher.pid'],
    [{ STATE_DIR: ' /s ' }, '/s/status-watcher.pid'],
    [{ STATE_DIRECTORY: '/var/lib/live-status' }, '/var/lib/live-status/status-watcher.pid'],
    [{ HOME: '/home/somebody' }, '/home/somebody/.local/state/live-status/status-watcher.pid'],
  ])('with %j is %s', (env, path) => expect(defaultPidFile(env)).toBe(path));
});

describe('a watcher of this user elsewhere', () => {
  it('is found in the state directory by a shell that has a runtime directory, and not where PID_FILE is set', () => {
    const [state, runtime] = [join(root, 'state'), join(root, 'runtime')];
    for (const path of [state, runtime]) mkdirSync(path);
    writeFileSync(join(state, 'status-watcher.pid'), ours);
    const env = { STATE_DIR: state, XDG_RUNTIME_DIR: runtime };
    expect(findHolding(defaultPidFile(env), env)).toMatchObject({ path: join(state, 'status-watcher.pid'), state: { kind: 'running' } });
    const named = join(runtime, 'own.pid');
    expect(findHolding(named, { ...env, PID_FILE: named })).toEqual({ path: named, state: { kind: 'absent' } });
  });

  it('that has ended counts for nothing', () => {
    const [state, runtime] = [join(root, 'ended'), join(root, 'ended-runtime')];
    for (const path of [state, runtime]) mkdirSync(path);
    writeFileSync(
      join(state, 'status-watcher.pid'),
      encodeRecord({ pid: process.pid, startMark: '1@x', healthUrl: undefined, namespace: '' }),
    );
    const env = { STATE_DIR: state, XDG_RUNTIME_DIR: runtime };
    expect(findHolding(defaultPidFile(env), env)).toEqual({ path: join(runtime, 'status-watcher.pid'), state: { kind: 'absent' } });
  });
});
