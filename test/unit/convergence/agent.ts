// Agents that write transcripts: the lines of every session, in the dialect of OpenClaw 2026.2, and their locks. Owns what was
// written; knows nothing of who reads it.

import type { Clock } from '../../../src/core/clock.ts';
import type { EventOf, Route } from '../../../src/core/event.ts';

export type Facts = Omit<EventOf<'session_seen'>, 'type' | 'at' | 'source' | 'sessionKey'>;

/** What one session may do next. A move that makes no sense at its time does nothing. */
export type Move =
  | { kind: 'ask'; from: 'person' | 'operator' | 'schedule' | 'heartbeat' }
  | { kind: 'work'; calls: number }
  | { kind: 'result'; how: 'ok' | 'failed' | 'background' | 'garbage' }
  | { kind: 'finish' }
  | { kind: 'fail' }
  | { kind: 'abort' }
  | { kind: 'compact' }
  | { kind: 'spawn' }
  | { kind: 'announce' }
  | { kind: 'lock' }
  | { kind: 'unlock' }
  | { kind: 'die' };

interface Seed {
  key: string;
  sessionId: string;
  facts: Facts;
  /** Whether it takes locks and may crash; what happens to a lock while nobody looks is known to nobody. */
  isLocking: boolean;
}

export class AgentSession {
  readonly key: string;
  readonly sessionId: string;
  readonly facts: Facts;
  readonly isLocking: boolean;
  readonly lines: string[] = [];
  /** When the last line was written. */
  lastAt = 0;
  lock: 'free' | 'held' | 'dead' = 'free';
  lockedAt = 0;
  children = 0;
  hasFinished = false;
  readonly #clock: Clock;
  #pending: { id: string; tool: string; childKey?: string }[] = [];
  #ids = 0;

  constructor(seed: Seed, clock: Clock) {
    this.key = seed.key;
    this.sessionId = seed.sessionId;
    this.facts = seed.facts;
    this.isLocking = seed.isLocking;
    this.#clock = clock;
    this.#write({ type: 'session', version: 3, id: seed.sessionId });
  }

  ask(from: Extract<Move, { kind: 'ask' }>['from'], text: string): void {
    const number = ++this.#ids;
    const texts = {
      person: `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify({ message_id: postIdOf(number) })}\n\`\`\`\n\n${text}`,
      operator: text,
      schedule: `[cron:job${number} nightly ${text.slice(0, 60).replaceAll(/[\]\n]/g, ' ')}] do it`,
      heartbeat: 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.',
    };
    this.user(texts[from]);
  }

  user(text: string): void {
    this.hasFinished = false;
    this.#message({ role: 'user', content: [{ type: 'text', text }] });
  }

  work(text: string, calls: number): void {
    const begun = Array.from({ length: calls }, () => ({ id: this.#callId(), name: 'exec', arguments: { command: text } }));
    this.#pending.push(...begun.map(({ id, name }) => ({ id, tool: name })));
    this.#assistant(text, begun, 'toolUse');
  }

  /** The call that begins a sub-agent; its result comes at once. */
  spawn(childKey: string, label: string): void {
    const id = this.#callId();
    this.#assistant('', [{ id, name: 'sessions_spawn', arguments: { task: 'count', label } }], 'toolUse');
    this.#result(id, 'sessions_spawn', 'accepted', { childSessionKey: childKey }, false);
    this.children += 1;
  }

  result(how: Extract<Move, { kind: 'result' }>['how'], text: string): void {
    const call = this.#pending.shift();
    if (call === undefined) return;
    const failed = how === 'failed';
    if (how === 'garbage') this.lines.push('{"type":"message","half');
    const details = {
      ok: { exitCode: 0 },
      failed: { exitCode: 3 },
      garbage: {},
      background: { status: 'running', sessionId: `bg-${call.id}` },
    };
    this.#result(call.id, call.tool, failed ? `${text}\n\n(Command exited with code 3)` : text, details[how], failed);
  }

  finish(text: string): void {
    this.hasFinished = true;
    this.#assistant(text, [], 'stop');
  }

  fail(text: string): void {
    this.#assistant('', [], 'error', { errorMessage: `500 ${text}` });
  }

  abort(text: string): void {
    this.#pending = [];
    this.hasFinished = true;
    this.#assistant(text, [], 'aborted');
    this.#write({ type: 'custom', customType: 'openclaw:prompt-error', data: { error: 'aborted' } });
  }

  compact(): void {
    this.#write({ type: 'compaction', summary: 'shorter' });
  }

  isBusy(): boolean {
    return this.#pending.length > 0;
  }

  #callId(): string {
    return `call-${this.sessionId.slice(0, 4)}-${++this.#ids}`;
  }

  #assistant(text: string, calls: { id: string; name: string; arguments: object }[], stopReason: string, more: object = {}): void {
    const content = [...(text === '' ? [] : [{ type: 'text', text }]), ...calls.map((call) => ({ type: 'toolCall', ...call }))];
    const usage = { input: 900, output: 100, cacheRead: 0, cacheWrite: 0, totalTokens: 1_000, cost: { total: 0.01 } };
    this.#message({ role: 'assistant', content, provider: 'p', model: 'm', usage, stopReason, ...more });
  }

  #result(toolCallId: string, toolName: string, text: string, details: object, isError: boolean): void {
    const content = [{ type: 'text', text }];
    this.#message({ role: 'toolResult', toolCallId, toolName, content, details: { status: 'completed', ...details }, isError });
  }

  #message(message: object): void {
    this.#write({ type: 'message', id: `entry${this.lines.length}`, parentId: null, message });
  }

  /** No two lines of a session have the same instant, as no two writes happen at once. */
  #write(entry: object): void {
    this.lastAt = Math.max(this.#clock.now(), this.lastAt + 1);
    this.lines.push(JSON.stringify({ timestamp: new Date(this.lastAt).toISOString(), ...entry }));
  }
}

/** A made-up id in Mattermost's form. */
function postIdOf(number: number): string {
  return `trigger${number}`.padEnd(26, '0');
}

export function directTo(userId: string, channelId: string): Route {
  return { kind: 'direct', userId, channelId };
}
