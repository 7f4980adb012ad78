// What one transcript line says, before anybody knows which session the file belongs to.

import type { SessionEvent } from '../../../core/event.ts';

type WithoutKeys<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** One thing a line says; all facts of a line share the line's instant. */
export type EventBody = WithoutKeys<SessionEvent, 'sessionKey' | 'source' | 'at'>;

/** An event without the session's key and the source, which the caller adds. */
export type DecodedEvent = WithoutKeys<SessionEvent, 'sessionKey' | 'source'>;

/** `entryId` is the line's own id, unique within its file only; `at` is when it was written, in milliseconds since the epoch. */
export interface DecodedLine {
  entryId?: string;
  at?: number;
  events: DecodedEvent[];
}
