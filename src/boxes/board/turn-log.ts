// Writes the lines that `LOG_LEVEL=debug` shows when a turn begins, ends, and goes on after its end. Pure, but for the log that it is given.

import type { Logger } from '../../core/log.ts';
import type { Session } from '../../core/session.ts';
import type { JudgedTree } from '../../core/status.ts';
import { fingerprint } from '../../core/turn.ts';
import type { BoxEntry } from './box-entry.ts';

export function logBegin(log: Logger, entry: BoxEntry, session: Session): void {
  logTurn(log, entry, session, 'A turn began.');
}

/** Call when the entry has taken over the state of its turn; `wasFinal` is whether the turn had ended before. */
export function logState(log: Logger, entry: BoxEntry, wasFinal: boolean, { status, turn, session }: JudgedTree): void {
  if (wasFinal && !status.final) logTurn(log, entry, session, 'A turn that had ended goes on.');
  if (!wasFinal && status.final) logTurn(log, entry, session, 'A turn ended.', { ms: (status.endedAt ?? session.asOf) - turn.startedAt });
}

function logTurn(log: Logger, { boxId, state }: BoxEntry, { key, agentId }: Session, sentence: string, more: { ms?: number } = {}): void {
  log.debug({ box: boxId, session: fingerprint(key), agent: agentId, state, ...more }, sentence);
}
