import { describe, expect, it } from 'vitest';
import { lintScratch } from './lint-scratch.ts';

const FORBIDDEN: [file: string, specifier: string][] = [
  ['src/core/a.ts', 'node:fs'],
  ['src/core/a.ts', 'fs'],
  ['src/core/a.ts', 'zod'],
  ['src/core/a.ts', '../log.ts'],
  ['src/core/a.ts', '../boxes/board.ts'],
  ['src/core/a.ts', './../boxes/board.ts'],
  ['src/boxes/a.ts', 'node:path'],
  ['src/boxes/a.ts', 'pino'],
  ['src/boxes/a.ts', '../log.ts'],
  ['src/boxes/a.ts', '../config.ts'],
  ['src/boxes/a.ts', '../core.ts'],
  ['src/boxes/a.ts', '../coordinator/observer.ts'],
  ['src/boxes/a.ts', '../sinks/mattermost.ts'],
  ['src/boxes/a.ts', '../sources/transcripts/source.ts'],
  ['src/boxes/a.ts', '../core/../sinks/mattermost.ts'],
  ['src/boxes/lines/a.ts', '../../sinks/mattermost.ts'],
  ['src/boxes/lines/a.ts', 'node:path'],
  ['src/coordinator/a.ts', '../boxes/board.ts'],
  ['src/coordinator/a.ts', '../sources/transcripts/source.ts'],
  ['src/coordinator/a.ts', '../sinks/mattermost.ts'],
  ['src/coordinator/a.ts', '../daemon.ts'],
  ['src/coordinator/ledger/a.ts', '../../sinks/mattermost.ts'],
  ['src/coordinator/rules/a.ts', 'node:crypto'],
  ['src/coordinator/rules/a.ts', 'zod'],
  ['src/coordinator/rules/a.ts', '../ledger/file.ts'],
  ['src/coordinator/rules/a.ts', '../observer.ts'],
  ['src/coordinator/rules/a.ts', '../../boxes/board.ts'],
  ['src/sinks/a.ts', '../boxes/board.ts'],
  ['src/sinks/a.ts', '../sources/transcripts/source.ts'],
  ['src/sinks/a.ts', '../coordinator/observer.ts'],
  ['src/sinks/a.ts', '../daemon.ts'],
  ['src/sources/transcripts/a.ts', '../../boxes/board.ts'],
  ['src/sources/transcripts/a.ts', '../../coordinator/observer.ts'],
  ['src/sources/transcripts/a.ts', '../../sinks/mattermost.ts'],
  ['src/sources/transcripts/a.ts', '../../daemon/reach.ts'],
  ['src/sources/transcripts/a.ts', 'node:readline'],
  ['src/config/a.ts', '../boxes/pace.ts'],
  ['src/http/a.ts', '../sinks/health.ts'],
  ['src/http/a.ts', '../daemon.ts'],
  ['src/store/checkpoint.ts', './daemon/adoption.ts'],
  ['src/store/checkpoint.ts', './boxes/post-record.ts'],
  ['src/app/daemon.ts', './stand-in/server.ts'],
  ['src/stand-in/a.ts', '../core/card.ts'],
];

const ALLOWED: [file: string, specifier: string][] = [
  ['src/core/a.ts', './event.ts'],
  ['src/boxes/a.ts', '../core/card.ts'],
  ['src/boxes/a.ts', './pace.ts'],
  ['src/boxes/lines/a.ts', '../../core/card.ts'],
  ['src/boxes/lines/a.ts', '../pace.ts'],
  ['src/coordinator/a.ts', './rules/rule.ts'],
  ['src/coordinator/a.ts', 'node:crypto'],
  ['src/coordinator/ledger/a.ts', '../rules/rule.ts'],
  ['src/coordinator/rules/a.ts', './rule.ts'],
  ['src/coordinator/rules/a.ts', '../../core/event.ts'],
  ['src/sinks/a.ts', '../core/sink.ts'],
  ['src/sinks/a.ts', 'undici'],
  ['src/sources/transcripts/a.ts', '../decoding/decode.ts'],
  ['src/sources/transcripts/a.ts', '../../core/event.ts'],
  ['src/sources/transcripts/a.ts', 'node:fs/promises'],
  ['src/http/a.ts', '../core/card.ts'],
  ['src/store/checkpoint.ts', './core/log.ts'],
  ['src/app/daemon.ts', './sinks/mattermost.ts'],
  ['src/daemon/a.ts', '../boxes/board.ts'],
  ['src/main.ts', './cli/dispatch.ts'],
  ['src/cli/a.ts', '../daemon.ts'],
  ['src/stand-in/a.ts', './post.ts'],
];

/** One file per case: `src/core/a.ts` becomes `src/core/case-7.ts`, unless the name itself decides which arrow holds. */
function caseSources(cases: typeof FORBIDDEN): { path: string; source: string }[] {
  return cases.map(([file, specifier], index) => {
    const isNamed = !file.endsWith('/a.ts');
    return { path: isNamed ? file : file.replace('a.ts', `case-${index}.ts`), source: `import '${specifier}';\n` };
  });
}

function firedByCase(cases: typeof FORBIDDEN): boolean[] {
  const sources = caseSources(cases);
  const sourcesByPath: Record<string, string> = {};
  for (const { path, source } of sources) sourcesByPath[path] = (sourcesByPath[path] ?? '') + source;
  const rulesByPath = lintScratch(sourcesByPath);
  const askedFor = (path: string) => sources.filter((each) => each.path === path).length;
  return sources.map(({ path }) => {
    const fired = (rulesByPath.get(path) ?? []).filter((rule) => rule === 'eslint(no-restricted-imports)').length;
    return fired === askedFor(path) && fired > 0;
  });
}

describe('the import arrows', () => {
  const fired = firedByCase(FORBIDDEN);
  it.each(FORBIDDEN.map(([file, specifier], index) => ({ file, specifier, index })))('$file must not import $specifier', ({ index }) => {
    expect(fired[index]).toBe(true);
  });

  const stopped = firedByCase(ALLOWED);
  it.each(ALLOWED.map(([file, specifier], index) => ({ file, specifier, index })))('$file may import $specifier', ({ index }) => {
    expect(stopped[index]).toBe(false);
  });
});
