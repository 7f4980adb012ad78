// Run as a process of its own, with `--expose-gc`: works through simulated hours, with the real store, and prints after each of them how
// many MiB it still holds, one number a line. Arguments: a folder for the checkpoint, how many hours.

import { soon } from '../../src/process/system-clock.ts';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { StateStore } from '../../src/store/state-store.ts';
import { AgentSession } from './agents.ts';
import { type Boxes, createBoxes } from './boxes.ts';
import { chanceOf } from './chance.ts';
import { SimulatedClock } from './clock.ts';
import { readSettings } from './settings.ts';
import { simulatedSink } from './sink.ts';

const SEATS = 10; // sessions at a time; each is followed by a new one every hour
const HABITS = { rate: 0.1, turnMs: 300_000, busy: 0.5 };
const HOUR_MS = 3_600_000;
const FLUSH_MS = 250;
const ignore = (): void => undefined;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const [folder = '', hours = '24'] = process.argv.slice(2);
const read = readSettings({});
if (read.kind === 'wrong') throw new Error(JSON.stringify(read.problems));
const clock = new SimulatedClock();
const chance = chanceOf(1);
const state = new StateStore(openCheckpoint(folder, QUIET), { sessions: () => boxes.sessions(), entries: () => boxes.entries() });
const boxes: Boxes = createBoxes(read.config, {
  clock,
  random: () => chance.next(),
  sink: simulatedSink(clock, chance, 20),
  log: QUIET,
  posts: state.posts,
  channelOf: () => 'channel',
});
const flush = soon(clock, FLUSH_MS, () => state.flush());
let lines = 0;

function sessionOf(seat: number, hour: number): AgentSession {
  const who = { key: `session ${seat} of hour ${hour}`, agentId: `agent${seat}`, channelId: 'channel' };
  return new AgentSession(who, HABITS, chanceOf(1 + 100 * hour + seat), {
    clock,
    emit: (event) => {
      boxes.apply(event);
      state.positions.set('transcripts', `/${who.key}`, { offset: ++lines });
      flush.ask();
    },
    began: ignore,
    asked: ignore,
    answered: ignore,
    ended: ignore,
  });
}

for (let hour = 1; hour <= Number(hours); hour += 1) {
  const sessions = Array.from({ length: SEATS }, (_none, seat) => sessionOf(seat, hour));
  for (const session of sessions) session.start();
  await clock.advance(HOUR_MS);
  for (const session of sessions) session.leave();
  globalThis.gc?.();
  console.log(process.memoryUsage().heapUsed / 2 ** 20);
}
