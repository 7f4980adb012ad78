import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, trackedPaths } from './repository.ts';

// The brackets keep this very file out of the findings.
const MACHINE_PATH = /(?<![\w.])\/(?:wor[k]|far[m]|tmp\/tea[m])\//;
const PUBLIC_REGISTRY = 'registry.npmjs.org';
const VAGUE_NAMES = new Set(['utils', 'helpers', 'types', 'index', 'manager']);

/** Files of one name in several folders of `src`: every catalogue lists what its own folder holds. */
const SHARED_NAMES = new Set(['catalogue.ts']);

function sharedNames(paths: readonly string[]): string[] {
  const pathsByName = Map.groupBy(paths, (path) => basename(path));
  return [...pathsByName].filter(([name, those]) => those.length > 1 && !SHARED_NAMES.has(name)).flatMap(([, those]) => those);
}

/** The host that npm installs from on this machine. */
function registryHost(): string {
  const url = execFileSync('npm', ['config', 'get', 'registry', '--loglevel=error'], { cwd: ROOT, encoding: 'utf8' });
  return new URL(url.trim()).host;
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'latin1');
}

describe('the tracked files', () => {
  const paths = trackedPaths();

  it('name no path of the machine they were written on', () => {
    expect(paths.filter((path) => MACHINE_PATH.test(textOf(path)))).toEqual([]);
  });

  it('name no registry but the public one', () => {
    const host = registryHost();
    const naming = paths.filter((path) => textOf(path).includes(host));
    expect(host === PUBLIC_REGISTRY ? [] : naming).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const sources = paths.filter((path) => path.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((path) => VAGUE_NAMES.has(basename(path, '.ts').replace(/\.test$/, '')))).toEqual([]);
  });

  it('have a name of their own in src', () => {
    const sources = paths.filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(100);
    expect(sharedNames(sources)).toEqual([]);
  });

  it('would be noticed if two of src had one name', () => {
    const twins = ['src/core/pace.ts', 'src/sinks/pace.ts'];
    expect(sharedNames([...twins, 'src/cli/catalogue.ts', 'src/sources/catalogue.ts'])).toEqual(twins);
  });
});
