// Listens to Codex's background daemon, which alone says that a thread waits for a person. The socket could also act; only what is in
// `READS` is ever sent. It is open only while a thread is open, and only where the daemon has made it.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import { asList, asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';
import { Timers } from '../../core/timers.ts';
import { keyPart } from '../coding-agents/plain-id.ts';

/** `undefined`: it waits for nobody. */
export type WaitsOn = 'approval' | 'answer' | undefined;

export interface DaemonSocketOptions {
  home: string;
  clock: Clock;
  /** Whether there is still a thread to listen for. */
  isNeeded(): boolean;
  onStatus(threadId: string, waitsOn: WaitsOn): void;
  /** The daemon is gone, or is not listened to any more: nobody knows who waits. */
  onSilence(): void;
}

const SOCKET = join('app-server-control', 'app-server-control.sock');
const READS = {
  initialize: { clientInfo: { name: 'live-status', title: 'live-status', version: '0' } },
  'thread/loaded/list': {},
  'thread/list': {},
} as const;
const LOOK_MS = 2_000; // for a daemon that starts, and for threads that end
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const HANDSHAKE_MS = 5_000;

export class DaemonSocket {
  readonly #options: DaemonSocketOptions;
  readonly #path: string;
  readonly #timers: Timers<'look'>;
  #socket: WebSocket | undefined;
  #isStopped = false;

  constructor(options: DaemonSocketOptions) {
    this.#options = options;
    this.#path = join(options.home, SOCKET);
    this.#timers = new Timers(options.clock);
  }

  /** A thread is open. */
  wake(): void {
    if (!this.#isStopped && !this.#timers.isWaiting('look') && this.#socket === undefined) this.#timers.once('look', 0, () => this.#look());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
    this.#socket?.terminate();
  }

  async #look(): Promise<void> {
    if (!this.#options.isNeeded()) return this.#socket?.close();
    if ((await isSocket(this.#path)) && this.#socket === undefined && !this.#isStopped) this.#connect();
    this.#timers.once('look', LOOK_MS, () => this.#look());
  }

  #connect(): void {
    const socket = new WebSocket(`ws+unix:${this.#path}:/`, {
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#socket = socket;
    let nextId = 0;
    const read = (method: keyof typeof READS): void => socket.send(JSON.stringify({ id: nextId++, method, params: READS[method] }));
    socket.on('open', () => read('initialize'));
    socket.on('message', (data: Buffer) => {
      const message = asRecord(parseJson(data.toString('utf8'))) ?? {};
      if (message['id'] === 0) for (const method of ['thread/loaded/list', 'thread/list'] as const) read(method);
      this.#handle(message);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed(socket));
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    if (this.#isStopped) return;
    this.#options.onSilence();
    if (this.#options.isNeeded()) this.wake(); // it is needed again since it was closed
  }

  #handle({ method, params, result }: JsonRecord): void {
    if (method === 'thread/status/changed') this.#told(asRecord(params)?.['threadId'], asRecord(params)?.['status']);
    for (const thread of asList(asRecord(result)?.['data'])) this.#told(asRecord(thread)?.['id'], asRecord(thread)?.['status']);
  }

  #told(id: unknown, status: unknown): void {
    const threadId = keyPart(id);
    if (threadId !== undefined && asText(asRecord(status)?.['type']) !== undefined)
      this.#options.onStatus(threadId, waitsOnOf(asRecord(status)));
  }
}

function waitsOnOf(status: JsonRecord | undefined): WaitsOn {
  const flags = asList(status?.['activeFlags']);
  if (flags.includes('waitingOnApproval')) return 'approval';
  return flags.includes('waitingOnUserInput') ? 'answer' : undefined;
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket();
  } catch {
    return false;
  }
}
