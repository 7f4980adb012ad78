import { describe, expect, it } from 'vitest';
import type { LiveStatusMeta } from '../../../src/boxes/publish/post-meta.ts';
import { PostedGateways } from '../../../src/takeover/posted-gateways.ts';
import { bestTurn, type TurnIdentity } from '../../../src/takeover/same-turn.ts';

const START = Date.parse('2026-11-21T00:00:00Z');

function turn(box: string, change: Partial<TurnIdentity> = {}): TurnIdentity {
  return { box, session: 'mine', runs: [], start: START, ...change };
}

function found(change: Partial<LiveStatusMeta>): LiveStatusMeta {
  return { v: 1, box: 'unknown', session: 'mine', runs: [], start: START, open: true, seq: 7, instance: 'old', claimedAt: 0, ...change };
}

describe('a post belongs to', () => {
  it.each<[string, Partial<LiveStatusMeta>, TurnIdentity[], string | undefined]>([
    ['its box, whatever else differs', { box: 'b', session: 'other', start: 0 }, [turn('a'), turn('b')], 'b'],
    ['the turn with its trigger', { trigger: 't', start: 0 }, [turn('a'), turn('b', { trigger: 't' })], 'b'],
    ['the turn with one of its runs', { runs: ['r1', 'r2'], start: 0 }, [turn('a'), turn('b', { runs: ['r2'] })], 'b'],
    ['the turn that began nearest', {}, [turn('a', { start: START - 9_000 }), turn('b', { start: START + 2_000 })], 'b'],
    ['no turn that began at another time', {}, [turn('a', { start: START + 16_000 })], undefined],
    ['no turn with another trigger, however near', { trigger: 't' }, [turn('a', { trigger: 'u' })], undefined],
    ['no turn of another session', {}, [turn('a', { session: 'other' })], undefined],
    ['no neighbour once it says its end', { open: false }, [turn('a')], undefined],
    ['nobody where nobody is', {}, [], undefined],
    ['a turn of ours', { gateway: 'us', trigger: 't' }, [turn('a', { trigger: 't' })], 'a'],
    ['no box of the same name, when another gateway wrote it', { gateway: 'them', box: 'b' }, [turn('b')], undefined],
    [
      'no turn with its trigger, when another gateway wrote it',
      { gateway: 'them', trigger: 't' },
      [turn('a', { trigger: 't' })],
      undefined,
    ],
    ['no turn with another log, either', { gateway: 'them', box: 'b', log: 'l' }, [turn('b', { log: 'm' })], undefined],
    ['the turn of its log, whatever the gateway is called', { gateway: 'former', log: 'l' }, [turn('a'), turn('b', { log: 'l' })], 'b'],
    [
      'the turn of its run, whatever the gateway is called',
      { gateway: 'former', runs: ['r'] },
      [turn('a'), turn('b', { runs: ['r'] })],
      'b',
    ],
    [
      'no turn of its log that is of another session',
      { gateway: 'them', log: 'l' },
      [turn('b', { session: 'other', log: 'l' })],
      undefined,
    ],
  ])('%s', (_name, change, turns, box) => {
    expect(bestTurn(found(change), turns, new PostedGateways('us'))?.box).toBe(box);
  });
});
