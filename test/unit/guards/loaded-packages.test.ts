import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const SOURCES = new URL('../../../src/', import.meta.url).href;

/** Loads these modules in a process of its own and gives the names of the packages that it loaded. */
function packagesOf(...modules: string[]): string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const names = new Set();
    registerHooks({ load(url, context, next) { const name = /node_modules\\/([^/]+)/.exec(url)?.[1]; if (name) names.add(name); return next(url, context); } });
    for (const name of ${JSON.stringify(modules)}) await import('${SOURCES}' + name);
    console.log([...names].join(' '));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(' ');
}

it('a watcher without gateway and health page loads no packages for either', () => {
  const loaded = packagesOf('cli/catalogue.ts', 'app/run-daemon.ts');
  expect(loaded).toContain('undici');
  expect(loaded.filter((name) => ['fastify', 'ws'].includes(name))).toEqual([]);
});
