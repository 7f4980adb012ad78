// Waits as the daemon tells them. A server of our own says what the real one said in the scenario `app-server`.

import { pbkdf2 } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { asRecord, type JsonRecord, parseJson } from '../../../../src/core/json-guards.ts';
import type { SourcePorts } from '../../../../src/core/source.ts';
import { systemClock } from '../../../../src/process/system-clock.ts';
import { createCodexHome } from '../../../../src/sources/codex/codex-home.ts';
import { DaemonSocket } from '../../../../src/sources/codex/daemon-socket.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { eventually } from '../../../support/until.ts';
import { Recording } from '../coding-agents/recording.ts';
import { newMemory, portsFor, started } from '../coding-agents/running.ts';
import { rolloutHead, rolloutLine } from './rollout-writer.ts';

vi.setConfig({ testTimeout: 240_000 });

const THREAD = '01a21a29-c297-7d21-afe7-0725c7314609';
const RECORDED = new Recording('codex-0.171.0', 'app-server')
  .lines<{ msg?: JsonRecord }>('appserver.ndjson')
  .flatMap(({ msg }) => (msg === undefined ? [] : [msg]));

/** A daemon that answers reads, and says what it is told to say. */
class Daemon {
  readonly received: JsonRecord[] = [];
  readonly #http = createServer();
  readonly #server = new WebSocketServer({ server: this.#http });
  #client: WebSocket | undefined;
  connections = 0;

  async listen(home: string): Promise<void> {
    const path = join(home, 'app-server-control', 'app-server-control.sock');
    mkdirSync(dirname(path), { recursive: true });
    this.#server.on('connection', (socket) => {
      this.#client = socket;
      this.connections += 1;
      socket.on('message', (data: Buffer) => this.#answer(asRecord(parseJson(data.toString())) ?? {}));
    });
    await new Promise<void>((resolve) => this.#http.listen(path, resolve));
    onTestFinished(() => this.close());
  }

  #answer(request: JsonRecord): void {
    this.received.push(request);
    const result = request['method'] === 'initialize' ? RECORDED[0]?.['result'] : { data: [] };
    this.say({ id: request['id'], result });
  }

  say(message: JsonRecord): void {
    this.#client?.send(JSON.stringify(message));
  }

  /** While it is deaf it does not answer, not even that the client goes. */
  isDeaf(is: boolean): void {
    if (is) this.#client?.pause();
    else this.#client?.resume();
  }

  close(): void {
    this.#client?.terminate();
    this.#server.close();
    this.#http.close();
  }
}

/** A home with the thread of the recording, in which a command waits for its approval. */
async function listening(visibility?: SourcePorts['visibility']) {
  const [home, memory, daemon] = [tempFolder('codex'), newMemory(), new Daemon()];
  const path = join(home, 'sessions', '2026', '11', '27', `rollout-2026-11-27T09-00-00-${THREAD}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  const call = { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"mkdir shelf"}', call_id: 'call1' };
  writeFileSync(path, rolloutHead(THREAD) + rolloutLine('response_item', call));
  await daemon.listen(home);
  await started(
    createCodexHome({
      ...portsFor({ memory }),
      ...(visibility === undefined ? {} : { visibility }),
      home,
      polling: false,
      locks: { listing: '/nowhere/locks' },
    }),
  );
  await eventually(() => expect(daemon.received.length).toBeGreaterThanOrEqual(3));
  const waits = () => memory.events.filter(({ type }) => type.startsWith('waiting_'));
  return { daemon, waits, path };
}

it('an approval is waited for from the moment the daemon says so until it says that it is over', async () => {
  const { daemon, waits } = await listening();
  for (const message of RECORDED.filter(({ method }) => method !== undefined)) daemon.say(message);
  await eventually(() => expect(waits()).toHaveLength(2));
  expect(waits()).toMatchObject([
    { type: 'waiting_started', sessionKey: `codex:${THREAD}`, on: 'approval', callId: 'call1', text: 'exec_command: mkdir shelf' },
    { type: 'waiting_ended', sessionKey: `codex:${THREAD}` },
  ]);
});

it('an approval that is waited for names the tool alone where the route shows no commands, and where the person must go', async () => {
  const { daemon, waits } = await listening(() => ({ isRouted: true, commands: false, texts: false, prompts: false }));
  for (const message of RECORDED.filter(({ method }) => method !== undefined)) daemon.say(message);
  await eventually(() => expect(waits()).toHaveLength(2));
  expect(waits()[0]).toMatchObject({ text: 'exec_command', who: `whoever is at its terminal, on ${hostname()}` });
});

it('a thread that waited before we listened waits', async () => {
  const { daemon, waits } = await listening();
  const list = RECORDED.find(({ result }) => JSON.stringify(result ?? '').includes('"waitingOnApproval"'));
  daemon.say({ ...list, id: 99 });
  await eventually(() => expect(waits()).toMatchObject([{ type: 'waiting_started', on: 'approval' }]));
});

it('nothing but reads is ever sent', async () => {
  const { daemon } = await listening();
  for (const message of RECORDED) daemon.say({ ...message, id: 99 });
  await sleep(500);
  expect([...new Set(daemon.received.map(({ method }) => method))]).toEqual(['initialize', 'thread/loaded/list', 'thread/list']);
});

it('a daemon that is gone leaves nobody waiting, and garbage from it changes nothing', async () => {
  const { daemon, waits, path } = await listening();
  const status = (activeFlags: string[]) => ({
    method: 'thread/status/changed',
    params: { threadId: THREAD, status: { type: 'active', activeFlags } },
  });
  for (const garbage of [{}, { method: 'thread/status/changed' }, { result: { data: [null, 1, {}] } }]) daemon.say(garbage);
  daemon.say(status(['waitingOnUserInput']));
  await eventually(() => expect(waits()).toMatchObject([{ type: 'waiting_started', on: 'answer' }]));
  daemon.close();
  await eventually(() => expect(waits().at(-1)).toMatchObject({ type: 'waiting_ended' }));
  appendFileSync(path, rolloutLine('event_msg', { type: 'agent_message', message: 'On.' }));
});

/** The socket alone, beside a daemon. */
async function socketOf() {
  const [home, daemon] = [tempFolder('codex'), new Daemon()];
  await daemon.listen(home);
  const need = { is: true, asked: 0 };
  const socket = new DaemonSocket({
    home,
    clock: systemClock,
    isNeeded: () => {
      need.asked += 1;
      return need.is;
    },
    onStatus: () => undefined,
    onSilence: () => undefined,
  });
  onTestFinished(() => socket.stop());
  return { daemon, socket, need };
}

it('a thread that opens while the connection is still being closed is listened to again', async () => {
  const { daemon, socket, need } = await socketOf();
  socket.wake();
  await eventually(() => expect(daemon.received).toHaveLength(3));
  daemon.isDeaf(true);
  need.is = false;
  const { asked } = need;
  await eventually(() => expect(need.asked).toBeGreaterThan(asked)); // a look finds that nothing is open
  need.is = true;
  socket.wake();
  daemon.isDeaf(false);
  await eventually(() => expect([daemon.connections, daemon.received.length]).toEqual([2, 6]));
});

it('however many threads open at once, there is one connection', async () => {
  const { daemon, socket } = await socketOf();
  for (let count = 0; count < 8; count++) pbkdf2('a', 'b', 200_000, 64, 'sha512', () => undefined); // files are looked at behind this
  for (let count = 0; count < 200; count++) {
    socket.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(() => expect(daemon.received.length).toBeGreaterThanOrEqual(3));
  await sleep(200);
  expect(daemon.connections).toBe(1);
});
