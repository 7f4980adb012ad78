import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import { openRotatingFile } from '../../../src/process/rotating-file.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const root = tempFolder('private');
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path, { mode: 0o755 });
  chmodSync(path, 0o755);
  return path;
}

function modes(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]));
}

/** Runs statements in a process of its own: threads cannot change the umask. */
function withUmask(umask: string, statements: string): void {
  const source = (name: string) => JSON.stringify(new URL(`../../../src/${name}`, import.meta.url).href);
  const script = `process.umask(0o${umask}); const source = { checkpoint: await import(${source('store/checkpoint.ts')}), claim: await import(${source(
    'process/pid-claim.ts',
  )}), rotating: await import(${source('process/rotating-file.ts')}), device: await import(${source('sources/openclaw/gateway/device.ts')}) };
  const log = { debug() {}, info() {}, warn() {}, error() {} }; ${statements}`;
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
}

describe('everything that is kept', () => {
  it.each(['000', '002', '022', '077', '277', '777'])(
    'is private under the umask %s: checkpoint, log, PID file and device key',
    (umask) => {
      const path = folder(`umask-${umask}`);
      withUmask(
        umask,
        `const at = (name) => ${JSON.stringify(path)} + '/' + name;
       const kept = source.checkpoint.openCheckpoint(${JSON.stringify(path)}, log);
       if (!kept.write([{ kind: 'fact', key: 'k', value: 1 }])) throw new Error(kept.problem());
       const file = source.rotating.openRotatingFile(at('log'), { maxBytes: 10, copies: 2 });
       file.write('a line\\n'); file.write('another line\\n');
       const claim = await source.claim.claimPidFile(at('pid'), undefined);
       if (claim.kind !== 'claimed') throw new Error(JSON.stringify(claim));
       source.device.loadDevice(${JSON.stringify(path)});
       process.reallyExit(0);`,
      );
      expect(modes(path)).toEqual({
        'checkpoint.sqlite': '600',
        'checkpoint.sqlite-shm': '600',
        'checkpoint.sqlite-wal': '600',
        'gateway-device.pem': '600',
        log: '600',
        'log.1': '600',
        pid: '600',
      });
    },
  );

  it('is made private where an earlier version left it open to others', () => {
    const path = folder('earlier');
    openCheckpoint(path, quiet).write([{ kind: 'fact', key: 'k', value: 1 }]);
    writeFileSync(join(path, 'log'), 'old\n');
    for (const name of readdirSync(path)) chmodSync(join(path, name), 0o644);
    const again = openCheckpoint(path, quiet);
    expect(again.rows('fact')).toEqual([{ kind: 'fact', key: 'k', value: 1 }]);
    openRotatingFile(join(path, 'log')).close();
    expect(new Set(Object.values(modes(path)))).toEqual(new Set(['600']));
  });

  it('is not written through a link that somebody put there', () => {
    const path = folder('linked');
    symlinkSync(join(path, 'victim'), join(path, 'checkpoint.sqlite'));
    expect(openCheckpoint(path, quiet).problem()).toContain('cannot be used');
    expect(existsSync(join(path, 'victim'))).toBe(false);
  });

  it('leaves a device that a log goes to as it is', () => {
    const before = statSync('/dev/null').mode;
    openRotatingFile('/dev/null').close();
    expect(statSync('/dev/null').mode).toBe(before);
  });
});
