// Plays a scenario to the decoders of both sources and folds what they tell, with a clock of its own: no socket, no file, no waiting.

import { orphanLinks } from '../../../src/core/orphans.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import { GatewayDecoder } from '../../../src/sources/openclaw/gateway/decoder.ts';
import { SessionEmitter } from '../../../src/sources/openclaw/transcripts/session-emitter.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import type { Frame, Scenario, WrittenLine } from './recorded.ts';

/** When what one source tells arrives: `undefined` for never. The argument says when it happened, and how far the scenario had come. */
export type Arrival = (at: number, progress: number) => number | undefined;

export interface Way {
  files: Arrival;
  gateway: Arrival;
  /** How far the scenario has come when the gateway is gone for so long that its runs are given up; from 0 to 1. */
  gatewayLostAt?: number;
}

interface Happening {
  at: number;
  happen(): void;
}

const GATEWAY_LOST_MS = 10_000; // how long the source waits for a gateway that is gone
const redact = createRedactor([]);

class Play {
  readonly fold: Fold = new Fold();
  readonly #scenario: Scenario;
  readonly #happenings: Happening[] = [];
  readonly #decodersById = new Map<string, (line: WrittenLine) => void>();
  readonly #onEvent: (event: SessionEvent) => void;
  #now = 0;

  constructor(scenario: Scenario, onEvent: (event: SessionEvent, fold: Fold) => void) {
    this.#scenario = scenario;
    this.#onEvent = (event) => {
      this.fold.apply(event);
      onEvent(event, this.fold);
    };
  }

  run(way: Way): void {
    const { frames, lines, close } = this.#scenario;
    const instants = [...frames, ...lines].map(({ at }) => at);
    const startedAt = Math.min(...instants);
    const lengthMs = Math.max(...instants) - startedAt;
    const progress = (at: number): number => (at - startedAt) / lengthMs;
    const gateway = this.#gateway();
    const feedLine = this.#files();
    for (const frame of frames) this.#at(way.gateway(frame.at, progress(frame.at)), () => feedFrame(gateway, frame));
    for (const line of lines) this.#at(way.files(line.at, progress(line.at)), () => feedLine(line));
    const lostAt = way.gatewayLostAt === undefined ? close?.at : startedAt + way.gatewayLostAt * lengthMs;
    if (lostAt !== undefined) this.#at(lostAt + GATEWAY_LOST_MS, () => gateway.runs.lost(this.#now));
    if (close !== undefined) this.#at(way.files(close.at, 1), () => this.#releaseLocks(close.wasKilled));
    this.#goOn();
  }

  /** What the lock files say a moment after the gateway has gone: their owner is dead, or it has let go of them. */
  #releaseLocks(crashed: boolean): void {
    for (const sessionKey of new Set(this.#scenario.lines.map((line) => line.sessionKey))) {
      this.#onEvent({ type: 'busy_cleared', crashed, sessionKey, source: 'transcripts', at: this.#now });
    }
  }

  #goOn(): void {
    for (;;) {
      this.#happenings.sort((a, b) => a.at - b.at);
      const next = this.#happenings.shift();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      next.happen();
      for (const link of orphanLinks(this.fold.sessionsByKey, this.#now)) this.fold.apply(link);
    }
  }

  #at(at: number | undefined, happen: () => void): void {
    if (at !== undefined) this.#happenings.push({ at, happen });
  }

  #gateway(): GatewayDecoder {
    return new GatewayDecoder({
      redact,
      now: () => this.#now,
      after: (delayMs, happen) => this.#at(this.#now + delayMs, happen),
      emit: (event) => this.#onEvent(event),
      onUnknown: () => {},
      onSession: () => {},
      onGap: () => {},
      onRetry: () => {},
      onMissingResult: () => {},
      onRowNeeded: () => {},
    });
  }

  #files(): (line: WrittenLine) => void {
    const clock: Clock = { now: () => this.#now, monotonic: () => this.#now, after: () => () => {} };
    const announcer = new SessionEmitter({
      source: 'transcripts',
      clock,
      redact,
      entryOf: (key) => this.#scenario.entryOf(key),
      keyOfSession: (sessionId) => this.#scenario.keyOfSession(sessionId),
      emit: (event) => this.#onEvent(event),
    });
    return ({ sessionId, sessionKey, text }) => {
      const known = this.#decodersById.get(sessionId);
      const decode = known ?? this.#decoderOf(announcer, sessionId, sessionKey);
      decode({ at: this.#now, sessionId, sessionKey, text });
    };
  }

  #decoderOf(announcer: SessionEmitter, sessionId: string, sessionKey: string): (line: WrittenLine) => void {
    const decodeLine = createTranscriptDecoder({ redact, onUnknown: () => {} });
    const decode = ({ text }: WrittenLine): void => {
      const { events } = decodeLine(text);
      if (events.length > 0) announcer.emitLines(sessionKey, { agentId: 'main', sessionId }, events);
    };
    this.#decodersById.set(sessionId, decode);
    return decode;
  }
}

function feedFrame(gateway: GatewayDecoder, { event, payload }: Frame): void {
  gateway.event(event, payload);
}

export function play(scenario: Scenario, way: Way, onEvent: (event: SessionEvent, fold: Fold) => void = () => {}): Fold {
  const played = new Play(scenario, onEvent);
  played.run(way);
  return played.fold;
}
