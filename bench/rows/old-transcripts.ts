import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure, Row } from '../contract.ts';
import { lookAt } from '../floors/look-at.ts';
import type { Account } from '../harness/accounting.ts';
import { afterwards } from '../harness/at-rest.ts';
import { emptyStart } from '../harness/empty-start.ts';
import { Sink } from '../harness/sink.ts';
import { Watcher } from '../harness/watcher.ts';
import { writeOldTranscripts } from '../load/old-transcripts.ts';

/** What a start costs anyway is taken off. */
export const oldTranscripts: Row = {
  name: 'old-transcripts',
  title: '10,000 old transcripts (500 MB)',
  run: async (bench) => {
    const { place, quick, tell } = bench;
    const count = quick ? 1_000 : 10_000;
    tell(`writes ${count} files`);
    const agents = place.folder('agents');
    const paths = writeOldTranscripts(agents, count);
    const empty = await emptyStart(place);
    const sink = await Sink.start(place);
    const watcher = new Watcher(place, { url: sink.url, agents });
    await watcher.running();
    await sleep(1_000); // what a start leaves for later belongs to it
    const used = watcher.account();
    const idle = await afterwards(bench, watcher);
    await watcher.stop();
    return [...startFigures(paths, used, empty), idle];
  },
};

function startFigures(paths: readonly string[], used: Account, empty: Account): Figure[] {
  const files = lookAt(paths);
  const readMB = (used.readBytes - empty.readBytes) / 1e6;
  return [
    { what: 'CPU of the start', now: (used.cpuMs - empty.cpuMs) / 1_000, floor: files.cpuMs / 1_000, limit: 0.3, unit: 's' },
    { what: 'read', now: (1e8 * readMB) / files.bytes, limit: 1, unit: '%' },
    { what: 'memory', now: used.rssMiB, floor: empty.rssMiB, unit: 'MiB' },
  ];
}
