import { writeFileSync } from 'node:fs';
import { timesFloor, type Row } from '../contract.ts';
import { parseAll } from '../floors/parse.ts';
import { emptyStart } from '../harness/empty-start.ts';
import { Sink } from '../harness/sink.ts';
import { Watcher } from '../harness/watcher.ts';
import { berthsIn } from '../load/folder.ts';
import { runningTurn } from '../load/running-turn.ts';

const FILES = 30;
const MEGABYTE = 1e6;

/** Each file is one turn that still runs. What a start costs anyway is taken off. */
export const catchUp: Row = {
  name: 'catch-up',
  title: '300 MB of transcripts whose turns still run',
  run: async ({ place, quick, tell }) => {
    const fileBytes = (quick ? 1 : 10) * MEGABYTE;
    tell(`writes ${(FILES * fileBytes) / MEGABYTE} MB`);
    const agents = place.folder('agents');
    const berths = berthsIn(agents, FILES);
    for (const { path, sessionId } of berths) writeFileSync(path, runningTurn(sessionId, fileBytes));
    const empty = await emptyStart(place);
    const sink = await Sink.start(place);
    const env = { MAX_ACTIVE_SESSIONS: '0', IDLE_TIMEOUT_S: '86400', MAX_SESSION_DURATION_S: '86400' };
    const watcher = new Watcher(place, { url: sink.url, agents, env });
    await watcher.running();
    const used = watcher.account();
    await watcher.stop();
    const floor = parseAll(berths.map(({ path }) => path));
    const readMB = (used.readBytes - empty.readBytes) / MEGABYTE;
    return [
      timesFloor(1.25, {
        what: 'CPU per MB read',
        now: (used.cpuMs - empty.cpuMs) / readMB,
        floor: (floor.cpuMs * MEGABYTE) / floor.bytes,
        unit: 'ms',
      }),
      { what: 'CPU', now: (used.cpuMs - empty.cpuMs) / 1_000, floor: floor.cpuMs / 1_000, unit: 's' },
      { what: 'read', now: readMB, floor: floor.bytes / MEGABYTE, unit: 'MB' },
      { what: 'peak of memory', now: used.peakMiB, floor: empty.peakMiB, limit: 200, unit: 'MiB' },
    ];
  },
};
