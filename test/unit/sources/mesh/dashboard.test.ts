// N-30: the dashboard's stream makes the boxes that the bus makes. The server here speaks as the shape of the stream says; none was recorded.

import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Fold } from '../../../../src/core/fold.ts';
import { createMeshSource } from '../../../../src/sources/mesh/mesh-source.ts';
import { SseLines } from '../../../../src/sources/mesh/sse-lines.ts';
import { ShiftedClock } from '../../../support/clock.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { until } from '../../../support/until.ts';
import { drawnBoxes } from './drawn-boxes.ts';
import { recordedMessages, RECORDED_UNTIL, type RecordedMessage, writeOf } from './recorded-mesh.ts';

const GOLDEN = readFileSync(fileURLToPath(new URL('../../../golden/mesh/boxes.txt', import.meta.url)), 'utf8');

/** The dashboard: what is in the bucket when somebody comes, then what happens, with a keep-alive in between. */
async function dashboard() {
  const streams = new Set<ServerResponse>();
  const asked: string[] = [];
  let first = '';
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: connected\n\n${first}`);
    streams.add(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const say = (text: string): void => {
    for (const stream of streams) stream.write(text);
  };
  const hangUp = (): void => {
    for (const stream of streams) stream.destroy();
    streams.clear();
  };
  onTestFinished(() => {
    hangUp();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, say, hangUp, asked, begins: (text: string) => (first = text), streams };
}

const written = (message: RecordedMessage): string => {
  const write = writeOf(message);
  if (write?.bucket !== 'MESH_TASKS') return '';
  const data = JSON.stringify({ key: write.key, operation: 'PUT', task: write.value, revision: 1 });
  return `event: kv.task.updated\ndata: ${data}\n\n`;
};
const happened = ({ subject, data }: RecordedMessage): string =>
  subject.startsWith('mesh.events.') ? `event: ${subject.slice('mesh.events.'.length)}\ndata: ${JSON.stringify(data)}\n\n` : '';

async function watch(sseUrl: string) {
  const fold = new Fold();
  const source = createMeshSource({
    ...SILENT_PORTS,
    clock: new ShiftedClock(RECORDED_UNTIL),
    visibility: () => ({ isRouted: true, commands: false, texts: false, prompts: false }),
    emit: (event) => void fold.apply({ ...event, ...(event.type === 'session_seen' ? { tellsLoss: true } : {}) }),
    sseUrl,
    random: () => 0,
  });
  onTestFinished(() => source.stop());
  await source.start();
  return { source, boxes: () => drawnBoxes(fold, RECORDED_UNTIL) };
}

describe('N-30', () => {
  it('the stream of the dashboard makes the same boxes as the bus, and nothing is asked but the stream', async () => {
    const server = await dashboard();
    const { source, boxes } = await watch(server.url);
    await until('the stream is open', () => server.streams.size === 1);
    for (const message of recordedMessages()) server.say(`${written(message)}${happened(message)}: keepalive\n\n`);
    await until('all is shown', () => boxes() === GOLDEN, { detail: boxes });
    expect(source.health()).toMatchObject({ condition: { state: 'readable' }, wasRead: true, problems: {}, unknownKinds: {} });
    expect(server.asked).toEqual(['GET /api/mesh/events']);
  });

  it('a stream that breaks off is opened again, and what is in the bucket then counts', async () => {
    const server = await dashboard();
    const { source, boxes } = await watch(server.url);
    await until('the stream is open', () => server.streams.size === 1);
    const messages = recordedMessages();
    for (const message of messages.slice(0, 40)) server.say(happened(message));
    server.begins(messages.map(written).join('') + messages.map(happened).join(''));
    server.hangUp();
    await until('the stream is open again', () => server.streams.size === 1);
    await until('all is shown', () => boxes() === GOLDEN, { detail: boxes });
    expect(source.health().problems).toMatchObject({ reconnects: 1 });
  });

  it('a task that the dashboard deletes has lost its end', async () => {
    const server = await dashboard();
    const { boxes } = await watch(server.url);
    await until('the stream is open', () => server.streams.size === 1);
    const task = { task_id: 'T-1', status: 'running', owner: 'node-a', created_at: '2026-11-21T01:50:00Z' };
    server.say(`event: kv.task.updated\ndata: ${JSON.stringify({ key: 'T-1', operation: 'PUT', task })}\n\n`);
    await until('it is shown', () => boxes().includes('[ACTIVE] T-1'));
    server.say(`event: kv.task.updated\ndata: ${JSON.stringify({ key: 'T-1', operation: 'DEL', task: null })}\n\n`);
    await until('it is lost', () => boxes().includes('[LOST]'));
    expect(boxes()).not.toContain('[ACTIVE]');
  });

  it('a dashboard that is not there, or has no bus, is named in health with the cure', async () => {
    const { source } = await watch('http://127.0.0.1:9');
    await until('it is noticed', () => source.health().condition.state === 'unreadable');
    expect(source.health().condition).toMatchObject({
      because: expect.stringMatching(/^the dashboard at http.*see whether it runs and reaches its bus, or correct MESH_SSE_URL$/),
    });
  });
});

describe('server-sent events', () => {
  it('are the same however their bytes are cut, with any line ends, comments and several lines of data', () => {
    const text = ': hello\r\nevent: a\r\ndata: 1\r\ndata: 2\r\n\r\nevent: b\ndata:3\n\nevent: without data\n\ndata: no name\r\r';
    const expected = [
      { event: 'a', data: '1\n2' },
      { event: 'b', data: '3' },
      { event: '', data: 'no name' },
    ];
    for (let size = 1; size <= text.length; size += 1) {
      const lines = new SseLines();
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
      expect([...pieces.flatMap((piece) => lines.take(piece)), ...lines.take('\n')], `pieces of ${size}`).toEqual(expected);
    }
  });

  it('of any length take no more memory than a large record, and the next one is whole', () => {
    const lines = new SseLines();
    for (let count = 0; count < 200; count += 1) expect(lines.take('x'.repeat(100_000))).toEqual([]);
    expect(lines.take('\n\nevent: a\ndata: 1\n\n')).toEqual([{ event: 'a', data: '1' }]);
  });
});
