// What old sessions of coding agents cost: one look each at the start and a few in each sweep. Each figure is a cost that was removed once.

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createCodexHome } from '../../../src/sources/codex/codex-home.ts';
import { countFileCalls } from '../../support/file-calls.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';
import { watch } from '../sources/claude-code/watching.ts';
import { newMemory, portsFor, started } from '../sources/coding-agents/running.ts';

vi.setConfig({ testTimeout: 240_000 });

const FILES = 400;
const FOLDERS = 10;
const SWEEP_MS = 5_000;
const LOOKS_PER_SWEEP = 150; // while file events arrive
const LONG_AGO = new Date(Date.now() - 5 * 86_400_000);

/** Old files in ten folders, as `pathOf` names them. */
function oldFiles(pathOf: (folder: number, number: string) => string): void {
  const paths = Array.from({ length: FILES }, (_, number) => pathOf(number % FOLDERS, String(number).padStart(12, '0')));
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'It is not read.\n');
    utimesSync(path, LONG_AGO, LONG_AGO);
  }
  for (const path of paths) utimesSync(dirname(path), LONG_AGO, LONG_AGO);
}

async function expectFew(start: () => Promise<unknown>): Promise<void> {
  const calls = countFileCalls();
  await start();
  const { lstatSync: first = 0, openSync, readSync } = calls.take();
  expect({ openSync, readSync }).toEqual({});
  expect(first).toBeGreaterThanOrEqual(FILES);
  expect(first).toBeLessThanOrEqual(FILES + 2 * FOLDERS);
  await sleep(SWEEP_MS / 2); // what begins with the start has ended
  calls.take();
  await sleep(SWEEP_MS);
  const { lstatSync = 0, readdirSync = 0, opendirSync = 0, statSync = 0, realpathSync = 0, ...others } = calls.take();
  expect(others).toEqual({});
  expect(lstatSync).toBeGreaterThan(0);
  expect(lstatSync).toBeLessThanOrEqual(LOOKS_PER_SWEEP + 2 * FOLDERS);
  expect(readdirSync + opendirSync).toBeLessThanOrEqual(5);
  expect(statSync + realpathSync).toBeLessThanOrEqual(4);
}

it('of old sessions of Claude Code none is opened, each is looked at once, and hardly any while nothing happens', async () => {
  const dir = join(tempFolderInMemory(), '.claude');
  oldFiles((folder, number) => join(dir, 'projects', `-home-dev-shop${folder}`, `00000000-0000-4000-8000-${number}.jsonl`));
  await expectFew(async () => {
    const { source } = await watch({ dirs: [dir] });
    onTestFinished(() => source.stop());
  });
});

it('of old rollouts of Codex none is opened, each is looked at once, and hardly any while nothing happens', async () => {
  const home = tempFolderInMemory();
  oldFiles((folder, number) => join(home, 'sessions', '2026', '11', `1${folder}`, `rollout-2026-11-1${folder}T09-00-00-${number}.jsonl`));
  await expectFew(() => started(createCodexHome({ ...portsFor({ memory: newMemory() }), home, polling: false })));
});
