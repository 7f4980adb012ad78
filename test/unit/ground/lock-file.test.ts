import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Record<string, string>;
}

const textOf = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Entry> };
const { allowScripts } = JSON.parse(textOf('package.json')) as { allowScripts: Record<string, boolean> };

describe('package-lock.json', () => {
  it('names no registry', () => {
    expect(Object.entries(packages).flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [path]))).toEqual([]);
  });

  it('has the packages of every platform, without which `npm ci` refuses it; `node scripts/complete-lock.ts` adds them', () => {
    const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies).map(([name, version]) => ({ path, name, version })),
    );
    expect(wanted.length).toBeGreaterThan(0);
    const found = ({ path, name }: { path: string; name: string }) =>
      packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
    expect(wanted.filter((each) => found(each) === undefined)).toEqual([]);
  });

  it('has no package with an install script that package.json does not allow or forbid by name', () => {
    const scripted = Object.entries(packages).filter(
      ([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true,
    );
    expect(scripted.map(([path]) => path.replace(/^.*node_modules\//, ''))).toEqual(Object.keys(allowScripts));
  });
});
