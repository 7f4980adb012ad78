import { describe, expect, it } from 'vitest';
import { Overviews, overviewOptions, overviewRecords } from '../../../src/app/overviews.ts';
import { budgetLimits } from '../../../src/boxes/publish/budget.ts';
import { RequestBudget } from '../../../src/boxes/publish/request-budget.ts';
import { newRecord } from '../../../src/boxes/overview/overview-record.ts';
import { type ChannelName, channelText } from '../../../src/config/name-forms.ts';
import { type PostDraft, PushError } from '../../../src/core/sink.ts';
import { ImmediateRows } from '../../../src/store/immediate-rows.ts';
import { FakeClock } from '../../support/clock.ts';
import { rowsInMemory } from '../store/rows-in-memory.ts';

const NAMES: ChannelName[] = [
  { kind: 'name', team: 'lab', channel: 'agents' },
  { kind: 'name', team: 'lab', channel: 'ops' },
];

function keeping(board: 'channel' | 'off', names = NAMES) {
  const clock = new FakeClock();
  const records = overviewRecords(new ImmediateRows(rowsInMemory(), 'fact'));
  const log: string[] = [];
  const say = (_: object, text: string): void => void log.push(text);
  const created: string[] = [];
  const closed = new Set<string>();
  const budget = new RequestBudget(() => budgetLimits(5, 20), 0);
  const overviews = new Overviews(
    { board, boardChannels: names },
    {
      clock,
      log: { debug: say, info: say, warn: say, error: say },
      sink: {
        create: async ({ target }: PostDraft) => {
          created.push(target.channelId);
          return { postId: `post in ${target.channelId}` };
        },
        edit: async () => undefined,
        read: async (postId) => ({ postId, target: { channelId: '' }, createdAt: 0, meta: undefined, isPinned: true }),
        findOwn: async () => [],
        findPinned: async () => [],
        pin: async () => undefined,
      },
      budget,
      render: overviewOptions((text) => text),
      encode: () => ({ props: {} }),
      treesIn: () => [],
      records,
      channelOf: async (name) => {
        if (closed.has(channelText(name))) throw new PushError('no_access', 'not a member');
        return channelText(name);
      },
      newPendingId: (channelId) => channelId,
      instance: 'me',
      isOfNeighbour: () => false,
      dayOf: () => 'today',
    },
  );
  return { clock, records, log, created, closed, budget, overviews };
}

describe('BOARD=channel', () => {
  it('keeps a board in each channel; one that cannot be used is asked for again, and keeps nobody from the others', async () => {
    const { clock, created, closed, overviews, log } = keeping('channel');
    closed.add('lab/ops');
    overviews.start();
    await clock.advance(30_000);
    expect(created).toEqual(['lab/agents']);
    closed.clear();
    await clock.advance(90_000);
    expect(created).toEqual(['lab/agents', 'lab/ops']);
    expect(log.filter((text) => text.includes('cannot be used'))).toHaveLength(1);
    await overviews.stop();
    expect(clock.pending()).toBe(0);
  });

  it('forgets the board of a channel that is not listed any more, and only when it knows all that are', async () => {
    const { clock, records, closed, overviews } = keeping('channel');
    records.put({ ...newRecord('lab/agents', 'p', 0), isLeft: true });
    records.put({ ...newRecord('lab/gone', 'p', 0), isLeft: true });
    closed.add('lab/ops');
    overviews.start();
    await clock.advance(10_000);
    expect(records.get('lab/gone')).toBeDefined();
    closed.clear();
    await clock.advance(90_000);
    expect(records.get('lab/gone')).toBeUndefined();
    expect(records.get('lab/agents')?.isLeft).toBe(true);
    await overviews.stop();
  });
});

it('BOARD=off looks at nothing and sets no timer', async () => {
  const { clock, created, overviews } = keeping('off');
  overviews.start();
  await clock.advance(60_000);
  expect([created.length, clock.timers]).toEqual([0, 0]);
});

it('a stop does not wait for a budget that is spent', async () => {
  const { clock, created, overviews, budget } = keeping('channel');
  for (let token = 0; token < 40; token += 1) budget.take('end', 0);
  overviews.start();
  await clock.advance(2_100);
  const closing = overviews.close(4_000);
  await clock.advance(4_001);
  await closing;
  await overviews.stop();
  expect(created.length).toBeLessThanOrEqual(2);
  expect(clock.pending()).toBe(0);
});
