// A reading client that writes down one connection: what the gateway sends, and what it answers to every form of request that a
// watcher makes. Owns one socket.

import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { connectParams } from '../../src/sources/openclaw/gateway/connect-request.ts';
import { loadDevice } from '../../src/sources/openclaw/gateway/device.ts';
import { isSkipped, trimmedFrame, type WireFrame } from './trim-frame.ts';

/** One line of a capture. */
export interface RecordedLine {
  /** By the wall clock, in milliseconds. */
  t: number;
  conn: 'watch';
  dir: 'in' | 'out' | 'close';
  /** Frames before this one that took a number and were never sent to us. */
  missed?: number;
  frame: object;
}

export interface RecorderPlan {
  url: string;
  token: string;
  /** Where the key of its device is kept. */
  deviceFolder: string;
  /** Takes out of a text what is known on this machine only. */
  scrub(text: string): string;
}

const CONNECT_LIMIT_MS = 20_000;
const ANSWER_LIMIT_MS = 5_000;
const ROWS = 200;
const MESSAGES = 50;

export class Recorder {
  readonly lines: RecordedLine[] = [];
  readonly #plan: RecorderPlan;
  readonly #socket: WebSocket;
  readonly #answersById = new Map<string, (frame: WireFrame | undefined) => void>();
  readonly #keys = new Set<string>();
  readonly #historyByKey = new Map<string, string | undefined>();
  readonly #spokenRuns = new Set<string>();
  #isIn = false;
  #requests = 0;
  #lastSeq = 0;
  #missed = 0;

  private constructor(plan: RecorderPlan, hasDevice: boolean) {
    this.#plan = plan;
    this.#socket = new WebSocket(plan.url, { perMessageDeflate: false });
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('message', (data) => this.#take(JSON.parse(String(data)) as WireFrame, hasDevice));
    this.#socket.on('close', (code, reason) => this.#closed(code, String(reason)));
  }

  /** Like a watcher it tries without a device first, and with one when it then sees nothing. */
  static async begin(plan: RecorderPlan): Promise<Recorder> {
    const plain = await Recorder.#open(plan, false);
    if (plain !== undefined) return plain;
    const known = await Recorder.#open(plan, true);
    if (known === undefined) throw new Error('The gateway shows nothing to a reading client.');
    return known;
  }

  static async #open(plan: RecorderPlan, hasDevice: boolean): Promise<Recorder | undefined> {
    const recorder = new Recorder(plan, hasDevice);
    for (const end = performance.now() + CONNECT_LIMIT_MS; !recorder.#isIn && performance.now() < end; ) await sleep(20);
    const answers = [
      await recorder.ask('sessions.subscribe', { activeOnly: true, limit: ROWS }),
      await recorder.ask('sessions.subscribe', {}),
      await recorder.ask('sessions.list', { limit: ROWS, activeMinutes: 1 }),
    ];
    if (answers.some((answer) => answer?.ok === true)) return recorder;
    recorder.#socket.terminate();
    return undefined;
  }

  /** Reads the sessions and their histories once more and closes. */
  async end(): Promise<RecordedLine[]> {
    await this.ask('sessions.list', { limit: ROWS, activeMinutes: 5 });
    for (const key of this.#keys) await this.#read(key);
    this.#socket.close();
    for (const end = performance.now() + ANSWER_LIMIT_MS; this.lines.at(-1)?.dir !== 'close' && performance.now() < end; ) await sleep(20);
    return this.lines;
  }

  /** Resolves with the answer, or with nothing when there is none. */
  async ask(method: string, params: Record<string, unknown>, id = `r${++this.#requests}`): Promise<WireFrame | undefined> {
    if (this.#socket.readyState !== WebSocket.OPEN) return undefined;
    const frame = { type: 'req', id, method, params };
    this.#note('out', frame);
    this.#socket.send(JSON.stringify(frame));
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWER_LIMIT_MS);
      this.#answersById.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  #take(frame: WireFrame, hasDevice: boolean): void {
    this.#count(frame);
    if (frame.type === 'res') this.#answersById.get(frame.id ?? '')?.(frame);
    if (frame.id === 'connect') this.#isIn = true;
    if (isSkipped(frame, this.#spokenRuns)) return;
    this.#note('in', frame);
    if (frame.event === 'connect.challenge') void this.ask('connect', this.#connectParams(frame.payload ?? {}, hasDevice), 'connect');
    this.#meet(frame);
  }

  #connectParams(challenge: Record<string, unknown>, hasDevice: boolean): Record<string, unknown> {
    const device = hasDevice ? { device: loadDevice(this.#plan.deviceFolder) } : {};
    return connectParams(challenge, { token: this.#plan.token, version: '0.0.1', platform: 'linux', ...device });
  }

  #meet({ payload, event }: WireFrame): void {
    const key = payload?.['sessionKey'];
    if (event === undefined || typeof key !== 'string') return;
    if (!this.#keys.has(key)) {
      this.#keys.add(key);
      void this.ask('sessions.messages.subscribe', { key });
    }
    if (changesHistory(payload ?? {})) void this.#read(key);
  }

  /** A history that is as it was is not written down again. */
  async #read(key: string): Promise<void> {
    const question = await this.ask('chat.history', { sessionKey: key, limit: MESSAGES });
    const history = JSON.stringify(question?.payload?.['messages']);
    if (history === this.#historyByKey.get(key)) this.#forget(question?.id);
    this.#historyByKey.set(key, history);
  }

  #forget(id: string | undefined): void {
    const kept = this.lines.filter(({ frame }) => !('id' in frame && frame.id === id));
    this.lines.splice(0, this.lines.length, ...kept);
  }

  /** What took a number before this frame and never came. */
  #count({ type, seq }: WireFrame): void {
    if (type !== 'event' || seq === undefined) return;
    if (this.#lastSeq > 0) this.#missed += Math.max(0, seq - this.#lastSeq - 1);
    this.#lastSeq = Math.max(this.#lastSeq, seq);
  }

  #note(dir: 'in' | 'out', frame: WireFrame): void {
    const missed = dir === 'in' && this.#missed > 0 ? { missed: this.#missed } : {};
    if (dir === 'in') this.#missed = 0;
    this.lines.push({ t: Date.now(), conn: 'watch', dir, ...missed, frame: trimmedFrame(frame, (text) => this.#plan.scrub(text)) });
  }

  #closed(code: number, reason: string): void {
    for (const [, answer] of this.#answersById) answer(undefined);
    this.lines.push({ t: Date.now(), conn: 'watch', dir: 'close', frame: { type: 'close', code, reason } });
  }
}

/** What a watcher may ask a history about: a run, a call and its result, the last word of a run that was stopped. */
function changesHistory({ stream, data, message }: Record<string, unknown>): boolean {
  const { phase } = (data ?? {}) as { phase?: string };
  const { stopReason } = (message ?? {}) as { stopReason?: string };
  if (stream === 'lifecycle') return phase !== 'model';
  return stream === 'tool' ? phase === 'start' || phase === 'result' : stopReason === 'aborted';
}
