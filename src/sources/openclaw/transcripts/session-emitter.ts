// Emits the events of sessions under their keys, and `session_seen` before the first of them. Remembers what was emitted.

import type { Clock } from '../../../core/clock.ts';
import type { EventOf, SessionEvent } from '../../../core/event.ts';
import { UNKNOWN } from '../../../core/home.ts';
import type { DecodedEvent } from '../decoding/decoded-event.ts';
import type { IndexEntry } from '../decoding/index-entry.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import { routeInTree } from '../decoding/route.ts';
import { createSafeText, type SafeText } from '../decoding/safe-text.ts';
import { agentIdOf, formOf } from '../decoding/session-key.ts';

export interface SessionEmitterOptions {
  /** The id of the source in every event. */
  source: string;
  clock: Clock;
  redact(text: string): string;
  entryOf(key: string): IndexEntry | undefined;
  keyOfSession(sessionId: string): string | undefined;
  emit(event: SessionEvent): void;
}

/** What the place of a transcript says about its session, without an index. */
export interface Origin {
  agentId: string;
  sessionId: string;
}

type Facts = Omit<EventOf<'session_seen'>, 'type' | 'at' | 'sessionKey' | 'source'>;

const MAX_SESSIONS = 5_000; // a forgotten session is only introduced once more
const MAX_LABEL_POINTS = 200;

interface Emitted {
  origin: Origin;
  facts: string;
  /** A route was emitted. When its row vanishes, the route must be withdrawn. */
  hasRoute: boolean;
  /** The newest instant among the session's own lines, never in the future. */
  lastLineAt: number;
  /** What was added to the instants of emitted events. */
  lagMs?: number;
}

export class SessionEmitter {
  readonly #options: SessionEmitterOptions;
  readonly #safe: SafeText;
  readonly #emittedByKey = new Map<string, Emitted>();

  constructor(options: SessionEmitterOptions) {
    this.#options = options;
    this.#safe = createSafeText(options.redact);
  }

  /** When the session's transcript last grew; 0 when nothing was read of it. */
  lastLineAt(key: string): number {
    return this.#emittedByKey.get(key)?.lastLineAt ?? 0;
  }

  /** Emits the events of a transcript's lines. `lagMs` is added to their instants; when it changes, earlier instants are moved, too. */
  emitLines(key: string, origin: Origin, events: readonly DecodedEvent[], lagMs = 0): void {
    const emitted = this.introduce(key, origin);
    const byMs = lagMs - (emitted.lagMs ?? lagMs);
    const now = this.#options.clock.now();
    if (byMs !== 0) this.#options.emit({ type: 'writer_clock_learned', at: now, byMs, sessionKey: key, source: this.#options.source });
    emitted.lagMs = lagMs;
    for (const event of events) {
      const at = event.at + lagMs;
      emitted.lastLineAt = Math.max(emitted.lastLineAt, Math.min(at, now));
      this.#options.emit({ ...this.#withChildKey(event), at, sessionKey: key, source: this.#options.source });
    }
  }

  /** Lines name an announced sub-agent by its session id. The turn that spawned it has its key. */
  #withChildKey(event: DecodedEvent): DecodedEvent {
    if (event.type !== 'turn_started' || event.trigger.kind !== 'announce') return event;
    const { childKey, childSessionId } = event.trigger;
    const named = childKey ?? (childSessionId === undefined ? undefined : this.#options.keyOfSession(childSessionId));
    return named === undefined ? event : { ...event, trigger: { ...event.trigger, childKey: named } };
  }

  /** Emits an event that comes from no line. */
  emitOne(key: string, origin: Origin, event: DecodedEvent): void {
    this.introduce(key, origin);
    this.#options.emit({ ...event, sessionKey: key, source: this.#options.source });
  }

  /** The index rows of these sessions changed: emits the new facts of known sessions and of the sessions that they spawned. */
  refresh(changed: ReadonlySet<string>): void {
    for (const [key, emitted] of this.#emittedByKey) {
      const parentKey = this.#options.entryOf(key)?.parentKey;
      if (changed.has(key) || (parentKey !== undefined && changed.has(parentKey))) this.#emitFacts(key, emitted);
    }
  }

  /** Emits the facts of a session, unless that was done before. */
  introduce(key: string, origin: Origin): Emitted {
    const emitted = this.#emittedByKey.get(key) ?? { origin, facts: '', hasRoute: false, lastLineAt: 0 };
    emitted.origin = origin;
    setBounded(this.#emittedByKey, key, emitted, MAX_SESSIONS);
    if (emitted.facts === '') this.#emitFacts(key, emitted);
    return emitted;
  }

  #emitFacts(key: string, emitted: Emitted): void {
    const facts = this.#factsOf(key, emitted);
    const encoded = JSON.stringify(facts);
    if (encoded === emitted.facts) return;
    emitted.facts = encoded;
    emitted.hasRoute ||= facts.route !== undefined;
    this.#options.emit({ type: 'session_seen', at: this.#options.clock.now(), sessionKey: key, source: this.#options.source, ...facts });
  }

  #factsOf(key: string, { origin, hasRoute }: Emitted): Facts {
    const entry = this.#options.entryOf(key);
    const route = routeInTree(key, this.#options.entryOf).route ?? (hasRoute ? UNKNOWN : undefined);
    const facts: Facts = { agentId: agentIdOf(key) ?? origin.agentId, ...formOf(key), sessionId: entry?.sessionId ?? origin.sessionId };
    if (entry?.parentKey !== undefined) facts.parentKey = entry.parentKey;
    if (entry?.label !== undefined) facts.label = this.#safe.line(entry.label, MAX_LABEL_POINTS);
    // Without an index a missing route is not known yet. It must not count as a conversation elsewhere.
    if (route !== undefined) facts.route = route;
    if (entry?.model !== undefined) facts.model = this.#safe.line(entry.model, MAX_LABEL_POINTS);
    if (entry?.contextTokens !== undefined) facts.contextTokens = entry.contextTokens;
    if (entry?.contextWindow !== undefined) facts.contextWindow = entry.contextWindow;
    return facts;
  }
}
