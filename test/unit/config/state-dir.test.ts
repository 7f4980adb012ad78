import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareStateDir } from '../../../src/process/state-dir.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const folder = tempFolder('state');

describe('prepareStateDir', () => {
  it('creates a private directory, its parents included, and finds it again', () => {
    const path = join(folder, 'a', 'b');
    expect(prepareStateDir(path)).toEqual({ usable: true });
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(prepareStateDir(path)).toEqual({ usable: true });
  });

  it('warns about a directory that is open to others and leaves its mode alone', () => {
    const path = join(folder, 'open');
    prepareStateDir(path);
    chmodSync(path, 0o755);
    expect(prepareStateDir(path)).toEqual({ usable: true, warning: expect.stringContaining('mode 755') });
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('says why a path cannot be used', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(prepareStateDir(path)).toMatchObject({ usable: false, problem: expect.stringContaining(path) });
    expect(prepareStateDir(join(path, 'below'))).toMatchObject({ usable: false });
  });
});
