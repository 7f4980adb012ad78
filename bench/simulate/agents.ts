// Agents that work: sessions with turns, calls, questions and failures, in the events that a source emits. Owns when what happens.

import type { Clock } from '../../src/core/clock.ts';
import type { SessionEvent } from '../../src/core/event.ts';
import type { Chance } from './chance.ts';

export interface Habits {
  /** Events a second of a session at work. */
  rate: number;
  turnMs: number;
  /** Share of its time that a session is at work. */
  busy: number;
}

export interface AgentPorts {
  clock: Clock;
  emit(event: SessionEvent): void;
  began(session: AgentSession): void;
  asked(session: AgentSession): void;
  answered(session: AgentSession): void;
  ended(session: AgentSession): void;
}

const ASKS = 0.01; // of the steps
const FAILS = 0.005;
const ASKED_MS = 60_000;
const USAGE = { input: 900, output: 40, cacheRead: 8_000, cacheWrite: 128, costUsd: 0.006 };
type Body<T = SessionEvent> = T extends SessionEvent ? Omit<T, 'source' | 'sessionKey' | 'at'> : never;

export class AgentSession {
  readonly key: string;
  /** So long was it at work, up to the end of its last turn. */
  workedMs = 0;
  readonly #agentId: string;
  readonly #channelId: string;
  readonly #habits: Habits;
  readonly #chance: Chance;
  readonly #ports: AgentPorts;
  #steps = 0;
  #turns = 0;
  #startedAt = 0;
  #endsAt = 0;
  #isCalling = false;
  #isLeaving = false;

  constructor(who: { key: string; agentId: string; channelId: string }, habits: Habits, chance: Chance, ports: AgentPorts) {
    this.key = who.key;
    this.#agentId = who.agentId;
    this.#channelId = who.channelId;
    this.#habits = habits;
    this.#chance = chance;
    this.#ports = ports;
  }

  /** Goes on until it is told to leave. */
  start(): void {
    const route = { kind: 'channel' as const, channelId: this.#channelId };
    this.#emit({ type: 'session_seen', agentId: this.#agentId, route });
    this.#rest();
  }

  /** Ends its turn at its next step, and begins none. */
  leave(): void {
    this.#isLeaving = true;
  }

  #rest(): void {
    const { turnMs, busy } = this.#habits;
    const pauseMs = this.#chance.around((turnMs * (1 - busy)) / busy);
    this.#ports.clock.after(pauseMs, () => !this.#isLeaving && this.#begin());
  }

  #begin(): void {
    this.#turns += 1;
    this.#startedAt = this.#ports.clock.now();
    this.#endsAt = this.#startedAt + this.#chance.around(this.#habits.turnMs);
    this.#emit({ type: 'turn_started', trigger: { kind: 'person' } });
    this.#ports.began(this);
    this.#goOn();
  }

  #goOn(afterMs = this.#chance.around(1_000 / this.#habits.rate)): void {
    this.#ports.clock.after(afterMs, () => this.#step());
  }

  #step(): void {
    this.#steps += 1;
    if (this.#isCalling) return this.#answer();
    if (this.#isLeaving || this.#ports.clock.now() >= this.#endsAt) return this.#end();
    if (this.#chance.happens(ASKS)) return this.#ask();
    if (this.#chance.happens(FAILS)) this.#emit({ type: 'retry_scheduled', reason: 'the model is overloaded' });
    else this.#call();
    this.#goOn();
  }

  #call(): void {
    this.#isCalling = true;
    const text = `Step ${this.#steps}: I look at the next part and change what is wrong there.`;
    this.#emit({ type: 'message', messageId: this.#id('message'), text, stop: 'tools', usage: USAGE });
    this.#emit({ type: 'tool_started', callId: this.#id('call'), tool: 'edit', args: { path: `src/part-${this.#steps}.ts` } });
  }

  #answer(): void {
    this.#isCalling = false;
    this.#emit({ type: 'tool_ended', callId: this.#id('call', this.#steps - 1), outcome: { kind: 'ok' } });
    this.#goOn();
  }

  #ask(): void {
    const waitId = this.#id('wait');
    this.#emit({ type: 'waiting_started', waitId, on: 'answer', text: 'Shall I go on?' });
    this.#ports.asked(this);
    const askedMs = this.#chance.around(ASKED_MS);
    this.#ports.clock.after(askedMs, () => {
      this.#emit({ type: 'waiting_ended', waitId });
      this.#ports.answered(this);
    });
    this.#goOn(askedMs + 1);
  }

  #end(): void {
    this.#emit({ type: 'message', messageId: this.#id('message'), text: 'That is done.', stop: 'stop', usage: USAGE });
    this.workedMs += this.#ports.clock.now() - this.#startedAt;
    this.#ports.ended(this);
    this.#rest();
  }

  #id(what: string, step = this.#steps): string {
    return `${what}-${this.#turns}-${step}`;
  }

  #emit(body: Body): void {
    this.#ports.emit({ ...body, source: 'simulation', sessionKey: this.key, at: this.#ports.clock.now() });
  }
}
