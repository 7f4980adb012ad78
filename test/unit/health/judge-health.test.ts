import { describe, expect, it } from 'vitest';
import type { HealthFacts, SinkFacts } from '../../../src/health/health-report.ts';
import type { SourceCondition } from '../../../src/core/source.ts';
import { judgeHealth } from '../../../src/health/judge-health.ts';
import { factsOf } from './report.ts';

const wellSink: SinkFacts = {
  breaker: 'closed',
  reach: { state: 'reached' },
  token: { state: 'accepted' },
  lastSuccessAt: 1_000,
  failuresByReason: { server: 2 },
};

function source(condition: SourceCondition, name = 'transcripts') {
  return { name, condition, wasRead: true, lastEventAt: 5_000, lagP99Ms: 250, files: 3, unknownKinds: { odd: 1 }, problems: {} };
}

const well = factsOf({
  sources: [source({ state: 'readable' })],
  sink: wellSink,
  boxes: { active: 1 },
  edits: { sent: 4, conflated: 3, skipped: 2, perSecond: 5 },
  sessions: [
    { session: 'abc', agent: 'main', state: 'active', activity: 'active', channelId: 'c', postId: 'p' },
    { session: 'def', agent: 'main', state: 'done', activity: 'ready', why: 'DEFAULT_CHANNEL is not set' },
  ],
  spent: { gpt: { tokens: 7, costUsd: 0.5 } },
  process: { rssBytes: 1, eventLoopDelayP99Ms: 2 },
});

const unreadable: SourceCondition = { state: 'unreadable', because: 'no such directory' };

describe('judgeHealth', () => {
  it.each<[string, Partial<HealthFacts>, 'ok' | 'degraded' | 'down', RegExp]>([
    ['all is well', {}, 'ok', /^every source is read/],
    [
      'two sources are read',
      { sources: [source({ state: 'readable' }), source({ state: 'readable' }, 'gateway')] },
      'ok',
      /^every source is read/,
    ],
    ['a source has not been seen yet', { sources: [source({ state: 'unknown' })] }, 'degraded', /transcripts has not been seen yet/],
    [
      'one of two sources has not been seen yet',
      { sources: [source({ state: 'readable' }), source({ state: 'unknown' }, 'gateway')] },
      'degraded',
      /gateway has not been seen yet/,
    ],
    [
      'the only source cannot be read',
      { sources: [source(unreadable)] },
      'down',
      /no source can be read: transcripts cannot be read: no such directory/,
    ],
    [
      'neither of two sources can be read',
      { sources: [source(unreadable), source(unreadable, 'codex')] },
      'down',
      /^no source can be read: transcripts cannot be read: no such directory; codex cannot be read: no such directory$/,
    ],
    [
      'one of two sources cannot be read',
      { sources: [source(unreadable), source({ state: 'readable' }, 'gateway')] },
      'degraded',
      /^transcripts cannot be read: no such directory$/,
    ],
    [
      'one source cannot be read, the other is not seen yet',
      { sources: [source(unreadable), source({ state: 'unknown' }, 'gateway')] },
      'degraded',
      /no such directory; gateway has not/,
    ],
    ['no source at all', { sources: [] }, 'down', /there is no source/],
    ['a source is read with less', { sources: [source({ state: 'impaired', because: 'polling' })] }, 'degraded', /transcripts: polling/],
    [
      'the token is refused',
      { sink: { ...wellSink, token: { state: 'refused', because: 'expired' } } },
      'down',
      /refuses the token: expired/,
    ],
    [
      'the token is refused and the circuit open',
      { sink: { ...wellSink, breaker: 'open', token: { state: 'refused', because: 'expired' } } },
      'down',
      /refuses the token/,
    ],
    ['the token was never tried', { sink: { ...wellSink, token: { state: 'unknown' } } }, 'degraded', /not accepted the token yet/],
    [
      'Mattermost never answered',
      { sink: { ...wellSink, reach: { state: 'unknown' }, token: { state: 'unknown' } } },
      'degraded',
      /has not answered yet/,
    ],
    [
      'Mattermost is away, circuit still closed',
      { sink: { ...wellSink, reach: { state: 'failing', because: 'refused' } } },
      'degraded',
      /not reached: refused$/,
    ],
    [
      'Mattermost is away, circuit open',
      { sink: { ...wellSink, breaker: 'open', reach: { state: 'failing', because: 'refused' } } },
      'degraded',
      /circuit is open/,
    ],
    ['the circuit is open', { sink: { ...wellSink, breaker: 'open' } }, 'degraded', /circuit to Mattermost is open/],
    ['the circuit is half open', { sink: { ...wellSink, breaker: 'half_open' } }, 'degraded', /tried again/],
    ['another watcher took over', { replacedBy: 'host b' }, 'down', /taken over: host b/],
    ['a person can make a box shown', { boxProblems: ['the box of main: restore the channel'] }, 'degraded', /^the box of main: restore/],
    [
      'sessions were turned away',
      { sessionLimit: { turnedAway: 7, agent: 'busy' } },
      'degraded',
      /^7 sessions are not watched.*the newest is of agent busy$/,
    ],
    ['the disk is full', { storage: { state: 'failing', because: 'no space' } }, 'degraded', /not kept: no space/],
    [
      'a box is behind for half a minute and more',
      { boxes: { ...well.boxes, behindMs: 30_001 } },
      'degraded',
      /a box is behind by 30 s: Mattermost answers slowly/,
    ],
    [
      'boxes are behind because the budget is spent',
      { boxes: { ...well.boxes, behindMs: 200_000 }, lateness: 'boxes are up to 200 s behind; EDITS_PER_SECOND=50 would make it 20 s' },
      'degraded',
      /^boxes are up to 200 s behind; EDITS_PER_SECOND=50 would make it 20 s$/,
    ],
    [
      'a box is behind for less',
      { boxes: { ...well.boxes, behindMs: 30_000, oldestDirtyAgeMs: 600_000 }, lateness: 'boxes are up to 30 s behind' },
      'ok',
      /^every source/,
    ],
    [
      'a box is behind because Mattermost wants to be left alone',
      { boxes: { ...well.boxes, behindMs: 90_000 }, sink: { ...wellSink, blockedUntil: 63_000 } },
      'ok',
      /^every source/,
    ],
    [
      'a box is behind because the circuit is open',
      { boxes: { ...well.boxes, behindMs: 90_000 }, sink: { ...wellSink, breaker: 'open' } },
      'degraded',
      /^the circuit to Mattermost is open$/,
    ],
    [
      'Mattermost wants to be left alone for long',
      { sink: { ...wellSink, blockedUntil: 660_000 } },
      'degraded',
      /left alone for 600 s more/,
    ],
    ['Mattermost wants to be left alone for a moment', { sink: { ...wellSink, blockedUntil: 61_000 } }, 'ok', /^every source/],
    ['a channel has no end', { sink: { ...wellSink, endlessChannel: 'town' } }, 'degraded', /channel town has more posts/],
    [
      'sessions wait for a box',
      { boxes: { ...well.boxes, withoutSlot: 5, busiestAgent: 'hog' } },
      'degraded',
      /5 sessions wait for a box, because MAX_ACTIVE_SESSIONS are open, most of them of agent hog/,
    ],
    [
      'a channel refuses us',
      { boxes: { ...well.boxes, parked: [{ boxId: 'b', channelId: 'c', reason: 'no_access' }] } },
      'ok',
      /^every source/,
    ],
  ])('when %s', (_what, facts, status, reason) => {
    const report = judgeHealth({ ...well, ...facts });
    expect(report.status).toBe(status);
    expect(report.reason).toMatch(reason);
  });

  it('names everything that is wrong, the worst first', () => {
    const { status, reason } = judgeHealth({
      ...well,
      sources: [source(unreadable)],
      storage: { state: 'failing', because: 'no space' },
      sink: { ...wellSink, breaker: 'open' },
    });
    expect(status).toBe('down');
    expect(reason.split('; ').map((part) => part.split(' ').slice(0, 2).join(' '))).toEqual(['no source', 'the circuit', 'what must']);
  });

  it('reports the numbers behind the judgement', () => {
    expect(judgeHealth(well)).toEqual({
      status: 'ok',
      reason: 'every source is read and Mattermost answers',
      version: '1.2.3',
      pid: 7,
      startedAt: '1970-01-01T00:00:00.000Z',
      uptimeMs: 60_000,
      sourcesChosen: [],
      sources: [
        {
          name: 'transcripts',
          state: 'readable',
          lastEventAt: '1970-01-01T00:00:05.000Z',
          lagP99Ms: 250,
          files: 3,
          unknownKinds: { odd: 1 },
          problems: {},
        },
      ],
      sink: {
        breaker: 'closed',
        reach: 'reached',
        token: 'accepted',
        lastSuccessAt: '1970-01-01T00:00:01.000Z',
        blockedUntil: null,
        failuresByReason: { server: 2 },
      },
      boxes: {
        active: 1,
        waiting: 0,
        dirty: 0,
        oldestDirtyAgeMs: 0,
        oldestEndAgeMs: 0,
        behindMs: 0,
        lostWithoutPost: 0,
        withoutSlot: 0,
        parked: [],
        withoutPost: 1,
      },
      edits: { sent: 4, conflated: 3, skipped: 2, perSecond: 5 },
      spent: { gpt: { tokens: 7, costUsd: 0.5 } },
      sessions: well.sessions,
      process: { rssBytes: 1, eventLoopDelayP99Ms: 2 },
    });
  });

  it.each<[string, Partial<HealthFacts>, RegExp | undefined]>([
    ['everything was read and Mattermost answered', {}, undefined],
    [
      'a source is still being read',
      { sources: [{ ...source({ state: 'readable' }), wasRead: false }] },
      /^transcripts has not been read to its end yet$/,
    ],
    [
      'one of two sources was never connected',
      { sources: [source({ state: 'readable' }), { ...source(unreadable, 'gateway'), wasRead: false }] },
      /^gateway cannot be read: no such directory$/,
    ],
    [
      'Mattermost has never answered',
      { sink: { ...wellSink, reach: { state: 'unknown' }, token: { state: 'unknown' } } },
      /^Mattermost has not answered yet$/,
    ],
    [
      'the token is refused',
      { sink: { ...wellSink, token: { state: 'refused', because: 'expired' } } },
      /^Mattermost refuses the token: expired$/,
    ],
    ['another watcher took over', { replacedBy: 'host b' }, /taken over/],
    [
      'an outage came after the start',
      { sink: { ...wellSink, breaker: 'open', reach: { state: 'failing', because: 'refused' } } },
      undefined,
    ],
    ['the disk is full', { storage: { state: 'failing', because: 'no space' } }, undefined],
  ])('is ready or says what it waits for when %s', (_what, facts, notReady) => {
    const report = judgeHealth({ ...well, ...facts });
    if (notReady === undefined) expect(report).not.toHaveProperty('notReady');
    else expect(report.notReady).toMatch(notReady);
  });

  it('gives no negative uptime when the clock jumped back', () => expect(judgeHealth({ ...well, now: -5 }).uptimeMs).toBe(0));
});
