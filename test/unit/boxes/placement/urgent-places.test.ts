// A box that a person should see at once does not wait for the places of others, although it has no post yet.

import { expect, it } from 'vitest';
import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { FairQueue } from '../../../../src/boxes/placement/fair-queue.ts';
import { RequestBudget } from '../../../../src/boxes/publish/request-budget.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { FakeClock } from '../../../support/clock.ts';
import { BoardHarness } from '../board/board-harness.ts';

const SESSIONS = 300;

/** Sessions in threads: two looks tell the place of each. */
function crowd() {
  const clock = new FakeClock();
  const queue = new FairQueue(clock, new RequestBudget(() => budgetLimits(5, 20), clock.monotonic()));
  const place = async ({ session, turn }: TurnTree) => {
    const asker = { agent: session.agentId, boxId: turn.boxId };
    await queue.wait(asker);
    await queue.wait(asker);
    queue.done(turn.boxId);
    return { target: { channelId: 'town', rootId: 'root' } };
  };
  const desk = new BoardHarness({ clock, place, hurry: (box) => queue.hurry(box), maxBoxes: 0, policy: { openAfterMs: 0 } });
  return { desk, clock };
}

function keyOf(session: number): string {
  return `agent:main:mattermost:channel:${session}`;
}

it.each([
  ['ends', 'stop', /DONE/],
  ['is tried again', 'error', /RETRY/],
] as const)('a turn that %s while hundreds are being placed is shown at once', async (_name, stop, title) => {
  const { desk, clock } = crowd();
  for (let session = 0; session < SESSIONS; session += 1) {
    desk.ask(keyOf(session));
    desk.call(`call ${session}`, keyOf(session));
  }
  await desk.pass(10);
  const shown = new Set(desk.views.map(({ boxId }) => boxId)).size;
  expect(shown).toBeLessThan(SESSIONS / 2);
  desk.answer(`call ${SESSIONS - 1}`, keyOf(SESSIONS - 1));
  desk.say(stop, 'text', keyOf(SESSIONS - 1));
  const views = desk.views.length;
  await clock.advance(250);
  expect(desk.views.slice(views).map(({ card }) => card.title)).toContainEqual(expect.stringMatching(title));
});
