// Tells a fold what a record says, by the bytes that go over the bus.

import type { Fold } from '../../../src/core/fold.ts';
import type { RootTurn } from '../../../src/core/tree.ts';
import { decodeRecord } from '../../../src/fleet/decode-record.ts';
import { encodeRecord } from '../../../src/fleet/fit-record.ts';
import { sessionsOf } from '../../../src/fleet/keys-of-gateway.ts';
import { type TurnRecord, turnOf } from '../../../src/fleet/turn-record.ts';

/** The turns whose boxes it changes; the newest is the one that the record is about. */
export function told(fold: Fold, record: TurnRecord): readonly RootTurn[] {
  const { gateway } = record;
  const decoded = decodeRecord(encodeRecord(record) ?? new Uint8Array(), { gateway, boxId: turnOf(record)?.boxId ?? '' });
  if ('refused' in decoded) throw new Error(decoded.refused);
  return (
    sessionsOf(decoded.record)
      .map((session) => fold.tell(session, 'fleet').roots)
      .at(-1) ?? []
  );
}
