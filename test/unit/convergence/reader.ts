// A source over transcripts in memory: the real decoder and the real signs of life, without files. Owns how far one process has read.

import type { SessionEvent } from '../../../src/core/event.ts';
import type { Source, SourceHealth, SourcePorts } from '../../../src/core/source.ts';
import type { DecodedLine } from '../../../src/sources/openclaw/decoding/decoded-event.ts';
import { BusySessions } from '../../../src/sources/openclaw/transcripts/busy-sessions.ts';
import { createTranscriptDecoder } from '../../../src/sources/openclaw/transcripts/decode-transcript.ts';
import { opensTurn } from '../../../src/sources/openclaw/transcripts/transcript-format.ts';
import { TRANSCRIPTS } from '../../../src/sources/openclaw/transcripts/transcripts-identity.ts';
import type { AgentSession } from './agent.ts';

/** A position is the number of lines of which all events were emitted. */
export interface ReaderPorts extends Pick<SourcePorts, 'clock' | 'redact' | 'emit' | 'onProgress' | 'checkpoints'> {
  /** What there is to read. */
  written(): readonly AgentSession[];
  /** A session is read from its last turn on; nothing is known of those before it. */
  onSkipped(key: string): void;
}

interface Reading {
  session: AgentSession;
  decode: (line: string) => DecodedLine;
  at: number;
  isAnnounced: boolean;
  isDue: boolean;
}

const NOTICED_AFTER_MS = 26; // what file events take
const RENEW_MS = 2_000;
const HEADER_LINES = 1;

export class Reader implements Source {
  readonly id = TRANSCRIPTS.id;
  readonly capabilities = TRANSCRIPTS.capabilities;
  readonly #ports: ReaderPorts;
  readonly #busy: BusySessions;
  readonly #readingsByKey = new Map<string, Reading>();
  #isReading = false;

  constructor(ports: ReaderPorts) {
    this.#ports = ports;
    this.#busy = new BusySessions({
      clock: ports.clock,
      lastLineAt: (key) => this.#readingsByKey.get(key)?.session.lastAt ?? 0,
      emit: (key, event) => this.#emit(key, { ...event, sessionKey: key, source: 'transcripts' }),
    });
  }

  /** Reads every session on from where it was left (in lines), else from the beginning of its last turn. */
  async start(): Promise<void> {
    this.#isReading = true;
    const sessions = this.#ports.written();
    for (const session of sessions) {
      const stored = this.#ports.checkpoints.get(session.key);
      const at = typeof stored === 'number' ? stored : startOfLastTurn(session.lines);
      if (typeof stored !== 'number' && at > HEADER_LINES) this.#ports.onSkipped(session.key);
      this.#open(session, at);
    }
    for (const session of sessions) this.#lookAtLock(session);
    this.#renew();
  }

  /** Nothing is read any more. */
  async stop(): Promise<void> {
    this.#isReading = false;
  }

  health(): SourceHealth {
    return { condition: { state: 'readable' }, wasRead: true, unknownKinds: {}, problems: {} };
  }

  /** Something was written or locked: it is noticed a moment later. */
  hint(session: AgentSession): void {
    if (!this.#isReading) return;
    const reading = this.#readingsByKey.get(session.key) ?? this.#open(session, 0);
    if (reading.isDue) return;
    reading.isDue = true;
    this.#ports.clock.after(NOTICED_AFTER_MS, () => {
      reading.isDue = false;
      if (!this.#isReading) return;
      this.#read(reading);
      this.#lookAtLock(session);
    });
  }

  #open(session: AgentSession, at: number): Reading {
    const decode = createTranscriptDecoder({ redact: this.#ports.redact, onUnknown: () => undefined });
    for (const line of session.lines.slice(0, at)) decode(line);
    const reading = { session, decode, at, isAnnounced: false, isDue: false };
    this.#readingsByKey.set(session.key, reading);
    this.#read(reading);
    return reading;
  }

  #read(reading: Reading): void {
    const { session } = reading;
    for (; reading.at < session.lines.length; reading.at += 1) {
      const { events } = reading.decode(session.lines[reading.at] ?? '');
      for (const event of events) this.#emit(session.key, { ...event, sessionKey: session.key, source: 'transcripts' });
    }
    this.#ports.onProgress(session.key, reading.at);
  }

  #emit(key: string, event: SessionEvent): void {
    const reading = this.#readingsByKey.get(key);
    if (reading !== undefined && !reading.isAnnounced) {
      reading.isAnnounced = true;
      const at = this.#ports.clock.now();
      this.#ports.emit({ type: 'session_seen', at, sessionKey: key, source: 'transcripts', ...reading.session.facts });
    }
    this.#ports.emit(event);
  }

  #lookAtLock({ key, lock, lockedAt }: AgentSession): void {
    switch (lock) {
      case 'free':
        return this.#busy.isBusy(key) ? this.#busy.lockReleased(key) : undefined;
      case 'held':
        return this.#busy.lockHeld(key, { kind: 'alive' }, lockedAt);
      case 'dead':
        return this.#busy.lockHeld(key, { kind: 'dead' }, lockedAt);
      default:
        return lock satisfies never;
    }
  }

  #renew(): void {
    this.#ports.clock.after(RENEW_MS, () => {
      if (!this.#isReading) return;
      for (const { session } of this.#readingsByKey.values()) if (session.lock !== 'free') this.#lookAtLock(session);
      this.#busy.renew();
      this.#renew();
    });
  }
}

/** The number of lines before the last turn that something outside has opened. */
function startOfLastTurn(lines: readonly string[]): number {
  const decode = createTranscriptDecoder({ redact: (text) => text, onUnknown: () => undefined });
  let start = 0;
  for (const [index, line] of lines.entries()) if (decode(line).events.some(opensTurn)) start = index;
  return start;
}
