// Every recording of pi is replayed by its operations on a real folder. The golden files were read against `steps.ndjson`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { SourcePorts } from '../../../../src/core/source.ts';
import { createPiHome } from '../../../../src/sources/pi/pi-home.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { outcomeOf } from '../coding-agents/outcome.ts';
import { recordingsOf } from '../coding-agents/recording.ts';
import { clockAt, newMemory, portsFor, started } from '../coding-agents/running.ts';
import { expectInEveryWay } from '../coding-agents/ways.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/pi/', import.meta.url));
const UNDECIDED_MS = 1_600; // a failed call may be tried again for so long

const create = (ports: SourcePorts, home: string) => createPiHome({ ...ports, home: join(home, 'agent'), polling: false });

it.each(recordingsOf('pi-1.5.2').map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
  const [memory, home] = [newMemory(), tempFolderInMemory()];
  const source = await started(create(portsFor({ memory, clock: clockAt(recording.endsAt) }), home));
  recording.apply(home);
  await eventually(() => expect(memory.positions.size).toBe(recording.logs().length));
  await new Promise((resolve) => setTimeout(resolve, UNDECIDED_MS));
  expect(source.health().unknownKinds).toEqual({});
  await expect(`${outcomeOf(memory.events)}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}.txt`));
  await expectInEveryWay(recording, readFileSync(join(GOLDEN, `${name}.txt`), 'utf8').trimEnd(), create);
});
