// The events of one transcript line, before we know which session the file belongs to.

import type { SessionEvent } from '../../../core/event.ts';

type WithoutKeys<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event without session, source and instant. All events of a line share the line's instant. */
export type EventBody = WithoutKeys<SessionEvent, 'sessionKey' | 'source' | 'at'>;

/** An event without session and source, which the caller adds. */
export type DecodedEvent = WithoutKeys<SessionEvent, 'sessionKey' | 'source'>;

/** `entryId` is the line's id, unique only within its file. `at` is when it was written, in milliseconds since the epoch. */
export interface DecodedLine {
  entryId?: string;
  at?: number;
  events: DecodedEvent[];
}
