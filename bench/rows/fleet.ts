import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '@nats-io/transport-node';
import { RecordInbox } from '../../src/fleet/record-inbox.ts';
import type { Bench, Row } from '../contract.ts';
import { rateOf } from '../harness/accounting.ts';
import { startBus } from '../harness/bus.ts';
import { quantile } from '../harness/quantile.ts';
import { Sink } from '../harness/sink.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { Watcher } from '../harness/watcher.ts';
import type { FromGateways, ToGateways } from '../load/gateways.ts';

const LOAD = fileURLToPath(new URL('../load/gateways.ts', import.meta.url));
const PER_SECOND = 1_200; // so that a thousand are published also where some are replaced on their way
const BUDGET = { rate: 20, burst: 40 };
const SNAPSHOTS = 5;

/** One publisher, a real nats-server, and one process that is the watchers of all gateways. */
export const fleet: Row = {
  name: 'fleet',
  title: 'a fleet of 1,000 boxes over 50 connections, 1,000 records a second',
  run: async (bench) => {
    const { quick, place, tell } = bench;
    const [gateways, turnsEach, seconds] = quick ? [5, 20, 5] : [50, 20, 30];
    const boxes = gateways * turnsEach;
    const [sink, url] = [await Sink.start(place), await startBus(place)];
    const watcher = publisher(bench, sink, url);
    await watcher.connected();
    const load = place.node([LOAD, url, `${gateways}`, `${turnsEach}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(load, 'message');
    await does(load, { kind: 'begin' });
    tell('every box gets its post');
    await waitUntil('every box has its post', () => sink.creates() === boxes);
    const snapshotsMs = await snapshots(url, boxes);
    tell(`${seconds} s of work`);
    const { sent: sentBefore } = await does(load, { kind: 'work', perSecond: PER_SECOND, seconds: quick ? 1 : 10 });
    const [before, asked] = [watcher.account(), sink.asked.length];
    const { sent } = await does(load, { kind: 'work', perSecond: PER_SECOND, seconds });
    const [after, requests] = [watcher.account(), sink.asked.length - asked];
    const rate = rateOf(before, after);
    await watcher.stop();
    return [
      { what: 'of a core', now: rate.corePercent, limit: 100, unit: '%' },
      { what: 'memory', now: after.rssMiB, limit: 250, unit: 'MiB' },
      { what: 'records that the bus took, a second', now: (sent - sentBefore) / rate.seconds, unit: '' },
      {
        what: `requests to Mattermost a second, with a budget of ${BUDGET.rate}`,
        now: requests / rate.seconds,
        limit: BUDGET.rate + BUDGET.burst / rate.seconds,
        goal: '≤ the budget',
        unit: '',
      },
      { what: 'newest records of all boxes read by who comes later, median', now: quantile(snapshotsMs, 0.5), limit: 200, unit: 'ms' },
    ];
  },
};

function publisher({ place }: Bench, sink: Sink, url: string): Watcher {
  const env = {
    FLEET_URL: url,
    MAX_ACTIVE_SESSIONS: '0',
    CHANNEL_EDITS_PER_HOUR: '0',
    IDLE_TIMEOUT_S: '86400',
    EDITS_PER_SECOND: `${BUDGET.rate}:${BUDGET.burst}`,
  };
  return new Watcher(place, { url: sink.url, args: ['--role', 'publisher'], env });
}

/** Resolves when all of it is on the bus. */
async function does(load: ChildProcess, what: ToGateways): Promise<FromGateways> {
  const done = once(load, 'message');
  load.send(what);
  const [message] = (await done) as [FromGateways];
  return message;
}

/** Each by a connection of its own, decoded as a publisher does it. */
async function snapshots(url: string, boxes: number): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < SNAPSHOTS; count += 1) {
    const connection = await connect({ servers: url });
    let records = 0;
    const inbox = new RecordInbox({ onRecord: () => void (records += 1), onGone: () => undefined });
    const startedAt = performance.now();
    await inbox.start(connection, 'main');
    await inbox.caughtUp;
    times.push(performance.now() - startedAt);
    await inbox.stop();
    await connection.close();
    if (records !== boxes) throw new Error(`${records} records instead of ${boxes}`);
  }
  return times;
}
