import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintScratch } from './lint-scratch.ts';
import { ROOT, trackedPaths } from './repository.ts';

const FORBIDDEN: [file: string, specifier: string][] = [
  ['src/core/a.ts', 'node:fs'],
  ['src/core/a.ts', 'fs'],
  ['src/core/a.ts', 'zod'],
  ['src/core/a.ts', '../process/pino-log.ts'],
  ['src/core/a.ts', '../boxes/board/board.ts'],
  ['src/core/a.ts', './../boxes/board/board.ts'],
  ['src/core/a.ts', '../text/redact.ts'],
  ['src/fleet/a.ts', '../boxes/board/board.ts'],
  ['src/fleet/a.ts', '../app/machine.ts'],
  ['src/nats/a.ts', '../fleet/bus-link.ts'],
  ['src/nats/a.ts', '../config/config.ts'],
  ['src/config/a.ts', '../nats/nats-access.ts'],
  ['src/health/a.ts', '../nats/nats-access.ts'],
  ['src/text/a.ts', 'node:fs'],
  ['src/text/a.ts', 'zod'],
  ['src/text/a.ts', '../process/pino-log.ts'],
  ['src/text/a.ts', '../boxes/render/render-card.ts'],
  ['src/boxes/board/a.ts', 'node:path'],
  ['src/boxes/board/a.ts', 'pino'],
  ['src/boxes/board/a.ts', '../../process/pino-log.ts'],
  ['src/boxes/board/a.ts', '../../config/config.ts'],
  ['src/boxes/board/a.ts', '../../coordinator/coordinator.ts'],
  ['src/boxes/board/a.ts', '../../sinks/mattermost/mattermost.ts'],
  ['src/boxes/board/a.ts', '../../sources/openclaw/transcripts/transcripts-source.ts'],
  ['src/boxes/board/a.ts', '../../core/../sinks/resilience/breaker.ts'],
  ['src/boxes/board/a.ts', '../../takeover/twin.ts'],
  ['src/boxes/board/a.ts', '../placement/placement.ts'],
  ['src/boxes/publish/a.ts', '../placement/placement.ts'],
  ['src/boxes/placement/a.ts', '../render/render-card.ts'],
  ['src/boxes/placement/a.ts', '../../sinks/mattermost/directory.ts'],
  ['src/boxes/placement/a.ts', 'node:path'],
  ['src/boxes/publish/a.ts', '../board/board.ts'],
  ['src/boxes/publish/a.ts', '../render/render-card.ts'],
  ['src/boxes/signs/a.ts', '../board/board.ts'],
  ['src/boxes/signs/a.ts', 'node:path'],
  ['src/boxes/overview/a.ts', '../board/board.ts'],
  ['src/boxes/overview/a.ts', 'node:path'],
  ['src/boxes/render/a.ts', '../publish/publisher.ts'],
  ['src/boxes/render/a.ts', '../board/board.ts'],
  ['src/boxes/render/deep/a.ts', '../../publish/publisher.ts'],
  ['src/coordinator/a.ts', '../boxes/board/board.ts'],
  ['src/coordinator/a.ts', '../sources/openclaw/transcripts/transcripts-source.ts'],
  ['src/coordinator/a.ts', '../sinks/mattermost/mattermost.ts'],
  ['src/coordinator/a.ts', '../app/daemon.ts'],
  ['src/coordinator/a.ts', '../process/pino-log.ts'],
  ['src/coordinator/a.ts', 'node:readline'],
  ['src/coordinator/ledger/a.ts', '../../sinks/mattermost/mattermost.ts'],
  ['src/coordinator/rules/a.ts', 'node:crypto'],
  ['src/coordinator/rules/a.ts', 'zod'],
  ['src/coordinator/rules/a.ts', '../ledger/file.ts'],
  ['src/coordinator/rules/a.ts', '../coordinator.ts'],
  ['src/coordinator/rules/a.ts', '../../boxes/board/board.ts'],
  ['src/calls/a.ts', '../sinks/mattermost/mattermost.ts'],
  ['src/calls/a.ts', '../store/post-store.ts'],
  ['src/calls/a.ts', 'node:fs'],
  ['src/calls/digest/a.ts', '../../config/config.ts'],
  ['src/boxes/board/a.ts', '../../calls/call-decisions.ts'],
  ['src/coordinator/a.ts', '../calls/call-decisions.ts'],
  ['src/takeover/a.ts', '../calls/call-decisions.ts'],
  ['src/sinks/resilience/a.ts', '../../boxes/board/board.ts'],
  ['src/sinks/resilience/a.ts', '../../sources/openclaw/transcripts/transcripts-source.ts'],
  ['src/sinks/resilience/a.ts', '../../coordinator/coordinator.ts'],
  ['src/sinks/resilience/a.ts', '../../app/daemon.ts'],
  ['src/sinks/resilience/a.ts', '../mattermost/mattermost.ts'],
  ['src/sinks/resilience/a.ts', '../../text/redact.ts'],
  ['src/sinks/mattermost/a.ts', '../../boxes/publish/push-due.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../boxes/board/board.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../coordinator/coordinator.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../sinks/resilience/breaker.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../app/chat.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../process/pino-log.ts'],
  ['src/sources/openclaw/transcripts/a.ts', 'node:readline'],
  ['src/sources/openclaw/transcripts/a.ts', '../gateway/source.ts'],
  ['src/sources/openclaw/gateway/a.ts', '../transcripts/transcripts-source.ts'],
  ['src/sources/openclaw/decoding/a.ts', '../transcripts/transcripts-source.ts'],
  ['src/sources/openclaw/decoding/a.ts', '../gateway/gateway-source.ts'],
  ['src/sources/openclaw/gateway/a.ts', '../../../files/tail.ts'],
  ['src/sources/openclaw/decoding/a.ts', '../../../files/tail.ts'],
  ['src/files/a.ts', '../sources/openclaw/transcripts/transcripts-source.ts'],
  ['src/files/a.ts', '../coordinator/coordinator.ts'],
  ['src/files/a.ts', '../process/pino-log.ts'],
  ['src/files/a.ts', '../text/redact.ts'],
  ['src/files/a.ts', 'node:readline'],
  ['src/coordinator/rules/a.ts', '../../files/tail.ts'],
  ['src/takeover/a.ts', '../files/tail.ts'],
  ['src/config/a.ts', '../boxes/publish/push-due.ts'],
  ['src/config/a.ts', '../coordinator/rules/catalogue.ts'],
  ['src/health/a.ts', '../sinks/mattermost/health.ts'],
  ['src/health/a.ts', '../app/daemon.ts'],
  ['src/health/a.ts', '../page/tabs.ts'],
  ['src/page/a.ts', '../app/daemon.ts'],
  ['src/page/a.ts', '../boxes/board/board.ts'],
  ['src/page/a.ts', '../store/checkpoint.ts'],
  ['src/page/a.ts', '../text/redact.ts'],
  ['src/page/client/a.js', '../picture.ts'],
  ['src/page/client/a.js', 'lit-html'],
  ['src/boxes/board/a.ts', '../../page/picture.ts'],
  ['src/store/a.ts', '../takeover/adoption.ts'],
  ['src/store/a.ts', '../boxes/publish/post-state.ts'],
  ['src/takeover/a.ts', '../app/daemon.ts'],
  ['src/takeover/a.ts', '../sinks/resilience/breaker.ts'],
  ['src/takeover/a.ts', '../coordinator/contract.ts'],
  ['src/takeover/a.ts', '../sources/openclaw/decoding/route.ts'],
  ['src/process/a.ts', '../config/config.ts'],
  ['src/process/a.ts', '../text/redact.ts'],
  ['src/app/a.ts', '../cli/dispatch.ts'],
  ['src/app/a.ts', '../stand-in/server.ts'],
  ['src/app/a.ts', '../main.ts'],
  ['src/demo/a.ts', '../app/daemon.ts'],
  ['src/stand-in/a.ts', '../core/card.ts'],
];

const ALLOWED: [file: string, specifier: string][] = [
  ['src/core/a.ts', './event.ts'],
  ['src/text/a.ts', '../core/card.ts'],
  ['src/text/a.ts', './redact.ts'],
  ['src/boxes/board/a.ts', '../../core/card.ts'],
  ['src/boxes/placement/a.ts', '../board/box-entry.ts'],
  ['src/boxes/placement/a.ts', '../publish/budget.ts'],
  ['src/boxes/board/a.ts', '../publish/publisher.ts'],
  ['src/boxes/board/a.ts', '../render/render-card.ts'],
  ['src/boxes/render/a.ts', '../../text/neutralise.ts'],
  ['src/boxes/publish/a.ts', './pace.ts'],
  ['src/coordinator/a.ts', './rules/rule.ts'],
  ['src/coordinator/a.ts', 'node:crypto'],
  ['src/coordinator/ledger/a.ts', '../rules/rule.ts'],
  ['src/coordinator/ledger/a.ts', '../../files/tail.ts'],
  ['src/coordinator/rules/a.ts', './rule.ts'],
  ['src/coordinator/rules/a.ts', '../../core/event.ts'],
  ['src/sinks/resilience/a.ts', '../../core/sink.ts'],
  ['src/sinks/mattermost/a.ts', 'undici'],
  ['src/sinks/mattermost/a.ts', '../resilience/breaker.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../decoding/decode-user.ts'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../core/event.ts'],
  ['src/sources/openclaw/transcripts/a.ts', 'node:fs/promises'],
  ['src/sources/openclaw/transcripts/a.ts', '../../../files/tail.ts'],
  ['src/files/a.ts', '../core/clock.ts'],
  ['src/files/a.ts', 'node:fs/promises'],
  ['src/health/a.ts', '../core/card.ts'],
  ['src/page/a.ts', '../core/status.ts'],
  ['src/page/a.ts', '../health/page-access.ts'],
  ['src/page/a.ts', 'fastify'],
  ['src/page/client/a.js', './element.js'],
  ['src/health/a.ts', '../process/redact-fields.ts'],
  ['src/store/a.ts', '../core/log.ts'],
  ['src/takeover/a.ts', '../store/checkpoint.ts'],
  ['src/takeover/a.ts', '../boxes/board/board.ts'],
  ['src/app/a.ts', '../sinks/mattermost/mattermost.ts'],
  ['src/app/a.ts', '../boxes/board/board.ts'],
  ['src/cli/a.ts', '../app/daemon.ts'],
  ['src/stand-in/a.ts', './post.ts'],
];

/** One file per case: `src/core/a.ts` becomes `src/core/case-7.ts`, unless the name itself decides which arrow holds. */
function caseSources(cases: typeof FORBIDDEN): { path: string; source: string }[] {
  return cases.map(([file, specifier], index) => {
    const isNamed = !/\/a\.[jt]s$/.test(file);
    return { path: isNamed ? file : file.replace(/a(?=\.[jt]s$)/, `case-${index}`), source: `import '${specifier}';\n` };
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

it.each(['import', 'import type'])('no two files import each other: %s', (words) => {
  const rulesByPath = lintScratch({
    'src/core/a.ts': `${words} { b } from './b.ts';\nexport const a: typeof b = 1;\n`,
    'src/core/b.ts': `import type { a } from './a.ts';\nexport const b = 1;\nexport type A = typeof a;\n`,
  });
  expect([...rulesByPath.values()].flat()).toContain('import(no-cycle)');
});

it('no room is without an arrow of its own but the one that brings all together', () => {
  const rooms = new Set(trackedPaths().flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []));
  const config = readFileSync(join(ROOT, '.oxlintrc.jsonc'), 'utf8');
  expect([...rooms].filter((room) => !config.includes(`"src/${room}/`))).toEqual(['cli']);
});
