// What the decoder makes of every recording, with everything switched on that may be. Those of 0.171 were compared with `steps.ndjson`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../coding-agents/outcome.ts';
import { recordingsOf } from '../coding-agents/recording.ts';
import { decoded } from './decoded.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/codex/', import.meta.url));

describe.each(['codex-0.171.0', 'codex-0.134.0'])('%s', (version) => {
  it.each(recordingsOf(version).map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
    const { events, unknown } = decoded(recording);
    expect(unknown).toEqual([]);
    await expect(`${outcomeOf(events)}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}.txt`));
  });
});
