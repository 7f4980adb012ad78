// Keeps what is known of each session, and emits it: before anything else of the session, and again whenever it changes.

import type { Route, SessionEvent } from '../../../core/event.ts';
import { setBounded } from '../../../core/bounded-map.ts';
import type { JsonRecord } from '../../../core/json-guards.ts';
import type { EventBody } from '../decoding/decoded-event.ts';
import type { SafeText } from '../decoding/safe-text.ts';
import { agentOf, formOf } from '../decoding/session-key.ts';
import { decodeRow, infoOfKey, type SessionInfo } from './decode-row.ts';
import { GATEWAY } from './gateway-identity.ts';
import type { Jobs } from './jobs.ts';
import { cronJobOf, sessionKeyOf } from './raw-session-key.ts';

export interface SessionInfosOptions {
  safe: SafeText;
  jobs: Jobs;
  emit(event: SessionEvent): void;
}

const MAX_SESSIONS = 5_000;

export class SessionInfos {
  readonly #options: SessionInfosOptions;
  readonly #infoByKey = new Map<string, Partial<SessionInfo>>();
  /** Emitted with every `session_seen`. */
  #visibility: Pick<SessionInfo, 'toolsUntold'> = {};

  constructor(options: SessionInfosOptions) {
    this.#options = options;
  }

  /** Sets whether no source reports tools and sub-agents, and emits it for all sessions. */
  setToolsUntold(toolsUntold: boolean, at: number): void {
    if ((this.#visibility.toolsUntold ?? false) === toolsUntold) return;
    this.#visibility = { toolsUntold };
    for (const key of this.#infoByKey.keys()) this.update(key, at, {});
  }

  applyRow(rawKey: string, at: number, row: JsonRecord): void {
    if (Object.keys(row).length === 0) return;
    const known = this.#infoByKey.get(sessionKeyOf(rawKey))?.route;
    this.update(rawKey, at, decodeRow(rawKey, row, this.#options.safe, { job: this.#jobRoute(rawKey), known }));
  }

  /** Emits what is new about a session; what `info` does not mention stays as it was. */
  update(rawKey: string, at: number, info: Partial<SessionInfo>): void {
    const key = sessionKeyOf(rawKey);
    const known = this.#infoByKey.get(key);
    const now = { agentId: agentOf(key), ...formOf(key), ...known, ...info, ...this.#visibility };
    if (JSON.stringify(now) === JSON.stringify(known)) return;
    setBounded(this.#infoByKey, key, now, MAX_SESSIONS);
    this.#emit(key, at, { type: 'session_seen', ...now });
  }

  /** Nothing is emitted of a session before what its key says. */
  introduce(rawKey: string, at: number): void {
    if (!this.#infoByKey.has(sessionKeyOf(rawKey))) this.update(rawKey, at, infoOfKey(rawKey, this.#jobRoute(rawKey)));
  }

  /** Emits an event of a session that is introduced by then. */
  emit(rawKey: string, at: number, event: EventBody): void {
    this.introduce(rawKey, at);
    this.#emit(sessionKeyOf(rawKey), at, event);
  }

  #jobRoute(rawKey: string): Route | undefined {
    return this.#options.jobs.get(cronJobOf(rawKey))?.route;
  }

  #emit(sessionKey: string, at: number, event: EventBody): void {
    this.#options.emit({ ...event, sessionKey, at, source: GATEWAY.id, namesRuns: GATEWAY.capabilities.namesRuns });
  }
}
