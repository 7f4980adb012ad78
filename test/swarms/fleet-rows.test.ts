// The rows of a publisher's run over a real nats-server: the next run reads them, and the run before cannot write any more.

import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { openBuckets, POSTS_BUCKET } from '../../src/fleet/buckets.ts';
import { RunRows } from '../../src/fleet/run-rows.ts';
import { systemClock } from '../../src/process/system-clock.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Run {
  rows: RunRows;
  replacedBy: string[];
}

async function bus(): Promise<NatsConnection> {
  const connection = await (await NatsServer.start()).connect();
  await openBuckets(connection);
  return connection;
}

async function begin(connection: NatsConnection, name: string, server = 'chat1'): Promise<Run> {
  const replacedBy: string[] = [];
  const rows = await RunRows.open({
    clock: systemClock,
    log: QUIET,
    connection,
    server,
    name,
    isOpen: (kind) => kind === 'post',
    onReplaced: (because) => replacedBy.push(because),
  });
  onTestFinished(() => rows.stop());
  return { rows, replacedBy };
}

const valuesOf = ({ rows }: Run, kind: string): unknown[] => rows.ofKind(kind).map(({ value }) => value);

it('what one run has put, deleted and written over is what the next one reads, whatever it is called', async () => {
  const connection = await bus();
  const first = await begin(connection, 'a');
  const odd = 'agent:a/b c.d.*.>.\u{1F600}';
  first.rows.put({ kind: 'thread', name: odd, value: { n: 1 } });
  for (let n = 0; n <= 500; n += 1) first.rows.put({ kind: 'post', name: 'box', value: { n } });
  first.rows.put({ kind: 'fact', name: 'gone', value: 1 });
  await first.rows.settled();
  first.rows.put({ kind: 'fact', name: 'gone', value: undefined });
  await first.rows.settled();
  const next = await begin(connection, 'b');
  expect(next.rows.ofKind('thread')).toMatchObject([{ name: odd, value: { n: 1 } }]);
  expect(valuesOf(next, 'post')).toEqual([{ n: 500 }]);
  expect(valuesOf(next, 'fact')).toEqual([]);
  next.rows.put({ kind: 'fact', name: 'gone', value: 2 });
  await next.rows.settled();
  expect(valuesOf(await begin(connection, 'c'), 'fact')).toEqual([2]);
  const other = await begin(connection, 'd', 'chat2');
  expect(valuesOf(other, 'post')).toEqual([]);
});

it('a run that has been followed can neither confirm nor write a post, and is told once by whom', async () => {
  const connection = await bus();
  const first = await begin(connection, 'a');
  first.rows.put({ kind: 'post', name: 'box', value: { n: 1 } });
  await first.rows.settled();
  await first.rows.confirm();
  const next = await begin(connection, 'b');
  first.rows.put({ kind: 'post', name: 'box', value: { n: 2 } });
  await expect(first.rows.settled()).rejects.toThrow('has taken over');
  await expect(first.rows.confirm()).rejects.toThrow('has taken over');
  expect(first.replacedBy).toHaveLength(1);
  await next.rows.confirm();
  expect(valuesOf(await begin(connection, 'c'), 'post')).toEqual([{ n: 1 }]);
});

it('a run that writes nothing finds out when it asks', async () => {
  const connection = await bus();
  const first = await begin(connection, 'a');
  await begin(connection, 'b');
  await expect(first.rows.confirm()).rejects.toThrow('has taken over');
  expect(first.replacedBy).toEqual(['b has taken over']);
});

it('what the run before wrote at the last moment is not lost to the next one, and claims only ever get later', async () => {
  const connection = await bus();
  const first = await begin(connection, 'a');
  for (let box = 0; box < 200; box += 1) first.rows.put({ kind: 'post', name: `box${box}`, value: { n: 0 } });
  const next = await begin(connection, 'b');
  expect(next.rows.claim.at).toBeGreaterThan(first.rows.claim.at);
  await first.rows.settled().catch(() => undefined);
  await next.rows.settled();
  const third = await begin(connection, 'c');
  expect(third.rows.claim.at).toBeGreaterThan(next.rows.claim.at);
  for (const { name } of next.rows.ofKind('post')) expect(third.rows.ofKind('post').map((row) => row.name)).toContain(name);
});

it('a write that arrived though its answer did not is no sign of another run', async () => {
  const connection = await bus();
  const run = await begin(connection, 'a');
  for (let n = 1; n < 10; n += 1) {
    run.rows.put({ kind: 'post', name: 'box', value: { n } });
    await run.rows.settled();
    await writeAgain(connection);
  }
  await run.rows.confirm().catch(() => undefined); // it is not known by whom the claim was written
  await run.rows.confirm();
  expect(run.replacedBy).toEqual([]);
  expect(valuesOf(await begin(connection, 'c'), 'post')).toEqual([{ n: 9 }]);
});

it('a run that loses the bus while it begins is over when somebody says so', async () => {
  const server = await NatsServer.start();
  const connection = await server.connect();
  await openBuckets(connection);
  const first = await begin(connection, 'a');
  first.rows.put({ kind: 'post', name: 'box', value: { n: 1 } });
  await first.rows.settled();
  const [lost, stop] = [await server.connect(), new AbortController()];
  const isOpen = (): boolean => {
    void lost.close().then(() => stop.abort());
    return true;
  };
  const ports = { clock: systemClock, log: QUIET, connection: lost, server: 'chat1', name: 'b', isOpen, onReplaced: () => undefined };
  await expect(RunRows.open(ports, stop.signal)).rejects.toThrow('may not be active');
});

it('rows that the bus does not take are a problem until it takes them, and nothing counts as safe meanwhile', async () => {
  const connection = await bus();
  const { streams } = await jetstreamManager(connection);
  const run = await begin(connection, 'a');
  const limit = (max_msg_size: number) => streams.update(`KV_${POSTS_BUCKET}`, { max_msg_size });
  await limit(10);
  run.rows.put({ kind: 'post', name: 'box', value: { n: 1 } });
  let isSafe = false;
  const safe = run.rows.settled().then(() => (isSafe = true));
  await until('that is a problem', () => run.rows.problem?.includes('size') === true, { detail: () => `${run.rows.problem}` });
  expect(isSafe).toBe(false);
  await limit(-1);
  await safe;
  expect(run.rows.problem).toBeUndefined();
  expect(valuesOf(await begin(connection, 'b'), 'post')).toEqual([{ n: 1 }]);
});

/** All that is there has revisions that nobody knows. */
async function writeAgain(connection: NatsConnection): Promise<void> {
  const kv = await new Kvm(connection).open(POSTS_BUCKET);
  for await (const { key, value } of await kv.history()) await kv.put(key, value);
}
