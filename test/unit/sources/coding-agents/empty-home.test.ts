import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { createPiHome } from '../../../../src/sources/pi/pi-home.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { watch } from '../claude-code/watching.ts';

function emptyHome(): string {
  const home = join(tempFolderInMemory(), 'home');
  mkdirSync(home);
  return home;
}

it.each([
  ['Codex', createCodexHome],
  ['pi', createPiHome],
])('an empty home of %s is known to be empty, which is no fault', async (_name, create) => {
  const source = create({ ...SILENT_PORTS, id: 'agents', home: emptyHome(), polling: false });
  onTestFinished(() => source.stop());
  await source.start();
  expect(source.health().condition).toEqual({ state: 'readable' });
});

it('an empty home of Claude Code is known to be empty, which is no fault', async () => {
  const { source } = await watch({ dirs: [emptyHome()] });
  onTestFinished(() => source.stop());
  expect(source.health().condition).toEqual({ state: 'readable' });
});
