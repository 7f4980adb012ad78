// No agent holds more than half of the boxes while others wait.

import { describe, expect, it } from 'vitest';
import { chooseSlots, type SlotCandidate } from '../../../../src/boxes/board/box-policy.ts';
import { slotFacts } from '../../../../src/app/health-facts.ts';
import { BoardHarness } from './board-harness.ts';

/** One after the other; those at the front have held a slot for longest. */
function candidates(agents: string, holders: number): SlotCandidate[] {
  return agents.split('').map((agentId, index) => ({
    boxId: `${agentId}${index}`,
    owner: agentId,
    holdsSlot: index < holders,
    openedAt: index,
    lastEventAt: index,
    quiet: false,
  }));
}

function chosen(agents: string, limit: number, holders = limit): string {
  const slots = chooseSlots(candidates(agents, holders), limit);
  return agents
    .split('')
    .filter((agentId, index) => slots.has(`${agentId}${index}`))
    .join('');
}

describe('the share of an agent', () => {
  it.each([
    ['nobody else waits', 'hhhhhhhh', 4, 'hhhh'],
    ['one of another agent waits: it gets a box at once', 'hhhhhhhha', 4, 'hhha'],
    ['as many of another agent wait', 'hhhhhhhhaaaa', 4, 'hhaa'],
    ['others of two agents wait', 'hhhhhhhhab', 4, 'hhab'],
    ['more agents wait than there are boxes: whoever was first', 'hhhhabcdef', 4, 'hhab'],
    ['an odd limit', 'hhhhhaaaaa', 5, 'hhhaa'],
    ['two boxes', 'hha', 2, 'ha'],
    ['one box', 'hha', 1, 'h'],
    ['no limit', 'hhhhhhhha', 0, 'hhhhhhhha'],
    ['enough for all', 'hhhhhhhha', 9, 'hhhhhhhha'],
  ])('when %s', (_what, agents, limit, expected) => expect(chosen(agents, limit)).toBe(expected));

  it('counts also where the agent came first by thousands', () => {
    expect(chosen(`${'h'.repeat(5_000)}a`, 20)).toBe(`${'h'.repeat(19)}a`);
  });

  it('goes to its busy sessions before its quiet ones', () => {
    const all = candidates('hhhhaa', 4).map((candidate, index) => ({ ...candidate, quiet: index < 2 }));
    expect([...chooseSlots(all, 4)].sort()).toEqual(['a4', 'a5', 'h2', 'h3']);
  });
});

describe('one agent with 25 sessions at work', () => {
  const keyOf = (index: number): string => `agent:hog:mattermost:channel:${'c'.repeat(24)}${String(index).padStart(2, '0')}`;

  it('leaves another agent its box, and the rows say who waits for what', async () => {
    const desk = new BoardHarness({ maxBoxes: 20, policy: { openAfterMs: 0 } });
    for (let index = 0; index < 25; index++) {
      desk.ask(keyOf(index));
      desk.call('c', keyOf(index));
      await desk.pass(1);
    }
    const other = 'agent:other:main';
    desk.ask(other);
    desk.say('tools', 'Here I am.', other);
    desk.call('c', other);
    await desk.pass(1);
    expect(desk.views.some(({ card }) => card.lines.join('\n').includes('Here I am.'))).toBe(true);
    expect(slotFacts(desk.board.rows())).toEqual({ withoutSlot: 6, busiestAgent: 'hog' });
    const waiting = desk.board.rows().filter(({ slot }) => slot === 'waits');
    expect(waiting.map(({ agentId, why }) => [agentId, why?.includes('MAX_ACTIVE_SESSIONS')])).toEqual(
      Array.from({ length: 6 }, () => ['hog', true]),
    );
  });

  it('of a coding agent, whose sessions all have its name, leaves another project its box', async () => {
    const desk = new BoardHarness({ maxBoxes: 20, policy: { openAfterMs: 0 } });
    const work = async (project: string, session: string): Promise<void> => {
      desk.tell({ type: 'session_seen', agentId: 'codex', address: `codex:/home/dev/${project}` }, session);
      desk.ask(session);
      desk.call('c', session);
      await desk.pass(1);
    };
    for (let index = 0; index < 25; index++) await work('shop', `codex:${index}`);
    await work('blog', 'codex:other');
    const waiting = desk.board.rows().filter(({ slot }) => slot === 'waits');
    expect(waiting.map(({ address }) => address)).toEqual(Array.from({ length: 6 }, () => 'codex:/home/dev/shop'));
    expect(slotFacts(desk.board.rows())).toEqual({ withoutSlot: 6, busiestAgent: 'codex:/home/dev/shop' });
  });

  it('every row has a post or a reason', async () => {
    const desk = new BoardHarness({ maxBoxes: 1, policy: { openAfterMs: 60_000 } });
    desk.ask(keyOf(0));
    await desk.pass(1);
    expect(desk.board.rows().map(({ why }) => why)).toEqual([expect.stringContaining('OPEN_AFTER_MS')]);
  });
});
