import { expect, it } from 'vitest';
import { startTime } from '../../../src/app/passing-time.ts';
import { Releases } from '../../../src/process/releases.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { FakeClock } from '../../support/clock.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';
import { rowsInMemory } from '../store/rows-in-memory.ts';

it('a thousand files that are read on at once are written a hundred at a time, each in the turn of its reading', async () => {
  const clock = new FakeClock();
  const releases = new Releases();
  const writes: number[] = [];
  const checkpoint = rowsInMemory((changes) => writes.push(changes.length) > 0);
  const state = new StateStore(checkpoint, { sessions: () => new Map(), entries: () => [] }, (unwritten) => time.flushSoon(unwritten));
  const idle = { tick: () => undefined, shiftClock: () => undefined };
  const { log } = SILENT_PORTS;
  const parts = { clock, log, path: idle, twin: { check: async () => undefined }, chat: { checkIfIdle: () => undefined }, state };
  const time = startTime({ ...parts, warnOfPrivacy: () => undefined }, releases);
  for (let file = 0; file < 1_050; file++) state.positions.set('transcripts', `/${file}.jsonl`, { offset: 1 });
  expect(writes).toEqual(Array.from({ length: 10 }, () => 100));
  await clock.advance(250);
  expect(writes.slice(10)).toEqual([50]);
  await releases.run(log);
});
