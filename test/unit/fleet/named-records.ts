// Records that are known by their title.

import { fold, asked, MAIN } from '../core/scenario.ts';
import { recordOf, type TurnRecord } from '../../../src/fleet/turn-record.ts';

export interface Named extends Pick<TurnRecord, 'gateway' | 'epoch' | 'seq'> {
  boxId: string;
  title: string;
}

export function recordNamed({ boxId, title, gateway, epoch, seq }: Named): TurnRecord {
  const session = fold([asked(0)]).get(MAIN);
  const [turn] = session?.turns ?? [];
  if (session === undefined || turn === undefined) throw new Error('a session that was asked has a turn');
  const tree = { session: { ...session, title }, turn: { ...turn, boxId }, childrenByKey: {} };
  return recordOf(tree, { gateway, epoch, seq, marks: {}, redact: (text) => text });
}
