// The events of one entry of a coding agent's log, before they get session and source.

import type { SessionEvent } from '../../core/event.ts';

type WithoutKeys<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event without session, source and instant. */
export type EventBody = WithoutKeys<SessionEvent, 'sessionKey' | 'source' | 'at'>;
