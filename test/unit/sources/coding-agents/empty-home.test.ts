import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { createPiHome } from '../../../../src/sources/pi/pi-home.ts';
import { NOTHING_VISIBLE, type SourcePorts } from '../../../../src/core/source.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { watch } from '../claude-code/watching.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PORTS: SourcePorts = {
  clock: systemClock,
  log: quiet,
  redact: (text) => text,
  emit: () => undefined,
  checkpoints: new Map(),
  onProgress: () => undefined,
  knownKeys: () => [],
  openTurns: () => [],
  visibility: () => NOTHING_VISIBLE,
};

function emptyHome(): string {
  const home = join(tempFolderInMemory(), 'home');
  mkdirSync(home);
  return home;
}

it.each([
  ['Codex', createCodexHome],
  ['pi', createPiHome],
])('an empty home of %s is known to be empty, which is no fault', async (_name, create) => {
  const source = create({ ...PORTS, id: 'agents', home: emptyHome(), polling: false });
  onTestFinished(() => source.stop());
  await source.start();
  expect(source.health().condition).toEqual({ state: 'readable' });
});

it('an empty home of Claude Code is known to be empty, which is no fault', async () => {
  const { source } = await watch({ dirs: [emptyHome()] });
  onTestFinished(() => source.stop());
  expect(source.health().condition).toEqual({ state: 'readable' });
});
