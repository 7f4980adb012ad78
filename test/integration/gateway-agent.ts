// One agent as a scripted gateway tells of it. Owns the ids of its runs and messages.

import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import type { ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';

export class GatewayAgent {
  readonly #gateway: () => ScriptedGateway;
  readonly #key: string;
  #runs = 0;
  #messages = 0;

  /** `gateway` is asked each time, for a gateway may be replaced by another. */
  constructor(gateway: () => ScriptedGateway, key: string) {
    this.#gateway = gateway;
    this.#key = key;
  }

  get runId(): string {
    return `${this.#key}-run-${this.#runs}`;
  }

  /** A person asks, and a run begins. */
  asked(): void {
    this.#runs += 1;
    this.message({ role: 'user', content: 'please' }, { senderId: SAMPLE.aliceId });
    this.lifecycle('start');
  }

  /** A run that continues what a gateway that died had begun. */
  recovered(): void {
    this.#runs += 1;
    this.message({ role: 'user', content: 'continue', provenance: { sourceTool: 'main_session_restart_recovery' } });
    this.lifecycle('start');
  }

  lifecycle(phase: string, data: object = {}): void {
    this.#event('agent', { runId: this.runId, stream: 'lifecycle', data: { phase, ...data } });
  }

  called(toolCallId: string, command: string): void {
    this.#event('agent', {
      runId: this.runId,
      stream: 'tool',
      data: { phase: 'start', name: 'exec', toolCallId, args: { command } },
    });
  }

  /** The last words of a run, and its end. */
  answered(text: string): void {
    const usage = { input: 900, output: 100, cacheRead: 0, cacheWrite: 0, cost: { total: 0.01 } };
    this.message({ role: 'assistant', content: [{ type: 'text', text }], stopReason: 'stop', usage }, { runId: this.runId });
    this.lifecycle('end');
  }

  message(message: object, marks: object = {}): void {
    const id = `${this.#key}-${this.#messages++}`;
    this.#event('session.message', { messageId: id, message: { ...message, __openclaw: { id, recordTimestampMs: Date.now(), ...marks } } });
  }

  #event(name: string, payload: object): void {
    this.#gateway().newest.event(name, { sessionKey: this.#key, ts: Date.now(), ...payload });
  }
}
