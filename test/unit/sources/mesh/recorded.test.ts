// The recorded mesh makes the boxes of the golden file, whichever way its messages come.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { HeardMesh } from './heard-mesh.ts';
import { recordedMessages, RECORDED_UNTIL } from './recorded-mesh.ts';

const GOLDEN = fileURLToPath(new URL('../../../golden/mesh/boxes.txt', import.meta.url));

it('messages in their order make the boxes of the golden file', async () => {
  const mesh = new HeardMesh(RECORDED_UNTIL);
  for (const message of recordedMessages()) mesh.hear(message);
  await expect(mesh.boxes()).toMatchFileSnapshot(GOLDEN);
});
