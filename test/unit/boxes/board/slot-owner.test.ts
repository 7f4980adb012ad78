// Whose share of the boxes a turn has.

import { expect, it } from 'vitest';
import { chooseSlots, slotOwner } from '../../../../src/boxes/board/box-policy.ts';

it('a machine of a fleet that names as many agents as it likes gets no more than its share', () => {
  const candidate = (boxId: string, session: Parameters<typeof slotOwner>[0], openedAt: number) => ({
    boxId,
    owner: slotOwner(session),
    holdsSlot: false,
    openedAt,
    lastEventAt: 0,
    quiet: false,
  });
  const greedy = Array.from({ length: 50 }, (_, n) => candidate(`greedy${n}`, { agentId: `agent${n}`, gateway: 'web-1' }, 0));
  const others = ['web-2', 'web-3'].flatMap((gateway) =>
    Array.from({ length: 5 }, (_, n) => candidate(`${gateway} ${n}`, { agentId: 'main', gateway }, 1)),
  );
  const chosen = chooseSlots([...greedy, ...others], 20);
  expect(others.filter(({ boxId }) => chosen.has(boxId))).toHaveLength(10);
});
