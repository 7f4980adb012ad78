// Every recording is replayed by its operations on a real folder. Whatever the way, the same comes out as in the golden file.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import type { SourcePorts } from '../../../../src/core/source.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { recordingsOf } from '../coding-agents/recording.ts';
import { expectInEveryWay } from '../coding-agents/ways.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/codex/', import.meta.url));
const UNKNOWABLE = { listing: '/nowhere/locks' }; // whoever wrote the recordings is gone

describe.each(['codex-0.171.0', 'codex-0.134.0'])('%s', (version) => {
  it.each(recordingsOf(version).map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
    const golden = readFileSync(join(GOLDEN, `${name}.txt`), 'utf8').trimEnd();
    const create = (ports: SourcePorts, home: string) => createCodexHome({ ...ports, home, polling: false, locks: UNKNOWABLE });
    await expectInEveryWay(recording, golden, create);
  });
});
