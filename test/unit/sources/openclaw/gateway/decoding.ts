// Frames by hand, and what they decode to, one short line per event.

import type { SessionEvent } from '../../../../../src/core/event.ts';
import { GatewayDecoder } from '../../../../../src/sources/openclaw/gateway/decoder.ts';
import type { AnswerPlaces } from '../../../../../src/sources/openclaw/gateway/how-to-answer.ts';
import { decodeHistory } from '../../../../../src/sources/openclaw/gateway/history.ts';

export const T0 = 1_795_226_000_000;
export const KEY = 'agent:main:mattermost:channel:chanchanchanchanchanchan01:thread:rootrootrootrootrootroot01';
export const POST = 'postpostpostpostpostpost01';

type Payload = Record<string, unknown>;

export class Decoding {
  /** Since `told` was asked last, and ever. */
  readonly events: SessionEvent[] = [];
  readonly all: SessionEvent[] = [];
  readonly unknown: string[] = [];
  readonly met = new Set<string>();
  gaps = 0;
  readonly retried: string[] = [];
  readonly missingAsked: string[] = [];
  readonly doubted: string[] = [];
  readonly decoder: GatewayDecoder;
  #now = T0;
  #timers: { at: number; run: () => void }[] = [];
  #messages = 0;

  constructor(redact: (text: string) => string = (text) => text, places: AnswerPlaces = {}) {
    this.decoder = new GatewayDecoder({
      redact,
      places,
      now: () => this.#now,
      after: (delayMs, run) => this.#timers.push({ at: this.#now + delayMs, run }),
      emit: (event) => {
        this.events.push(event);
        this.all.push(event);
      },
      onUnknown: (kind) => this.unknown.push(kind),
      onSession: (rawKey) => this.met.add(rawKey),
      onGap: () => {
        this.gaps += 1;
      },
      onRetry: (rawKey) => this.retried.push(rawKey),
      onRowNeeded: (rawKey) => this.doubted.push(rawKey),
      onMissingResult: (rawKey) => this.missingAsked.push(rawKey),
    });
  }

  /** Moves the clock to `seconds` after T0; what was due by then happens first. */
  at(seconds: number): this {
    this.#now = T0 + seconds * 1000;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
    return this;
  }

  event(name: string, payload: Payload): this {
    this.decoder.event(name, payload);
    return this;
  }

  agent(stream: string, data: Payload, { runId = 'run-1', sessionKey = KEY, ...rest }: Payload = {}): this {
    return this.event('agent', { runId, sessionKey, stream, data, ts: this.#now, ...rest });
  }

  lifecycle(phase: string, data: Payload = {}, rest: Payload = {}): this {
    return this.agent('lifecycle', { phase, ...data }, rest);
  }

  tool(phase: string, toolCallId: string, data: Payload = {}, rest: Payload = {}): this {
    return this.agent('tool', { phase, toolCallId, name: 'exec', ...data }, rest);
  }

  chat(state: string, data: Payload = {}, { runId = 'run-1', sessionKey = KEY }: Payload = {}): this {
    return this.event('chat', { runId, sessionKey, state, message: { content: [], timestamp: this.#now }, ...data });
  }

  message(message: Payload, { sessionKey = KEY, id, runId }: { sessionKey?: string; id?: string; runId?: string } = {}): this {
    const messageId = id ?? `m${++this.#messages}`;
    const marks = {
      id: messageId,
      recordTimestampMs: this.#now,
      ...(runId === undefined ? {} : { runId }),
      ...(message['__openclaw'] as Payload | undefined),
    };
    return this.event('session.message', { sessionKey, messageId, message: { ...message, __openclaw: marks } });
  }

  /** A person's message from Mattermost. */
  asked(postId = POST, id?: string): this {
    const marks = { senderId: 'useruseruseruseruseruser01', transport: { channel: 'mattermost', messageId: postId } };
    return this.message(
      { role: 'user', content: 'please', idempotencyKey: `channel-user:v1:${postId}`, __openclaw: marks },
      id === undefined ? {} : { id },
    );
  }

  said(text: string, stopReason = 'stop', runId = 'run-1', sessionKey = KEY): this {
    return this.message({ role: 'assistant', content: [{ type: 'text', text }], stopReason }, { runId, sessionKey });
  }

  /** The answer to `chat.history`, told and settled. */
  history(payload: Payload, { wasRestarted = false, since = undefined as number | undefined } = {}): boolean {
    const history = decodeHistory({ messages: [], ...payload }, this.#now);
    this.decoder.history(KEY, history, since);
    return this.decoder.settle(KEY, history, wasRestarted);
  }

  /** The answer to what was asked about calls whose end came bare. */
  results(messages: Payload[]): this {
    this.decoder.results(KEY, decodeHistory({ messages }, this.#now));
    return this;
  }

  /** What was emitted since the last call, without facts of sessions. */
  emitted(): string[] {
    const lines = this.events.filter(({ type }) => type !== 'session_seen').map(describe);
    this.events.length = 0;
    return lines;
  }
}

function describe({ type, sessionKey, source: _source, namesRuns: _namesRuns, at, ...facts }: SessionEvent): string {
  const shown = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  const where = sessionKey === KEY ? '' : ` in ${sessionKey}`;
  return [`+${(at - T0) / 1000}${where} ${type}`, ...shown].join(' ');
}
