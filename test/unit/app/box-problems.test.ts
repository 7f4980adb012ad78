import { describe, expect, it } from 'vitest';
import type { BoardRow } from '../../../src/boxes/board/board-rows.ts';
import type { BoxTrouble } from '../../../src/boxes/publish/publisher-ports.ts';
import { boxProblems, slowChannels, whyNotShown } from '../../../src/app/box-problems.ts';

const row = (boxId: string, agentId: string): BoardRow => ({
  boxId,
  agentId,
  sessionKey: `agent:${agentId}:x`,
  state: 'done',
  activity: 'ready',
  waits: [],
});
const trouble = (boxId: string, reason: BoxTrouble['reason'], because: string): BoxTrouble => ({
  boxId,
  channelId: 'town',
  reason,
  because,
});

const ROWS = [row('a', 'main'), row('b', 'coder'), row('c', 'main')];
const NOTHING = { parked: [], refused: [], gone: [] };

describe('what keeps a box from being shown', () => {
  it.each([
    ['archived', 'the channel is archived', 'restore the channel'],
    ['no_access', 'the account is not a member of that channel', 'add the account to the team and to the channel'],
    ['edit_forbidden', 'the account may not edit its posts: allow it', 'its end will be shown in a new post'],
    ['edit_expired', 'PostEditTimeLimit is over', 'its end will be shown in a new post'],
    ['rejected', 'the server failed on this request', 'it is tried again'],
  ] as const)('%s: health names agent, channel, cause and cure', (reason, because, cure) => {
    const [problem, ...more] = boxProblems(ROWS, { ...NOTHING, parked: [trouble('a', reason, because)] });
    expect(more).toEqual([]);
    for (const part of ['main', 'town', because, cure]) expect(problem).toContain(part);
    for (const kind of ['parked', 'refused'] as const)
      expect(whyNotShown('a', { ...NOTHING, [kind]: [trouble('a', reason, because)] })).toContain(because);
  });

  it('is one sentence for all boxes of a channel that fail alike', () => {
    const parked = ['a', 'b', 'c'].map((boxId) => trouble(boxId, 'archived', 'the channel is archived'));
    expect(boxProblems(ROWS, { ...NOTHING, parked })).toEqual([
      '3 boxes of main, coder in channel town: the channel is archived: restore the channel',
    ]);
  });

  it('a box that a person deleted has a reason, and is no problem', () => {
    const gone = [
      trouble('a', 'gone', 'its post was deleted'),
      trouble('b', 'root_gone', 'its thread was deleted; with ROOT_GONE=channel it goes on'),
    ];
    expect(boxProblems(ROWS, { ...NOTHING, gone })).toEqual([]);
    expect([whyNotShown('a', { ...NOTHING, gone }), whyNotShown('c', { ...NOTHING, gone })]).toEqual(['its post was deleted', undefined]);
    expect(whyNotShown('b', { ...NOTHING, gone })).toBe('its thread was deleted; with ROOT_GONE=channel it goes on');
  });
});

it('a channel whose boxes are rarely updated is named, with what helps', () => {
  const slow = [{ channelId: 'town', everyMs: 41_000 }];
  expect(slowChannels({ slowChannels: slow }, { channelEditsPerHour: 500 })).toEqual([
    'each box in channel town is updated every 41 s, because a channel gets 500 ordinary edits an hour: raise CHANNEL_EDITS_PER_HOUR, or show fewer sessions there (CHANNELS, AGENTS)',
  ]);
});
