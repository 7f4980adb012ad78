import { describe, expect, it } from 'vitest';
import { UntoldBoxes } from '../../../src/fleet/untold-boxes.ts';
import { recordNamed } from './named-records.ts';

const OLD = 1_000;
const NEW = 2_000;
const PRESENCE = { version: '0.2.0', boxes: 0, waiting: 0, at: 3_000 };

function boxes(): UntoldBoxes {
  const untold = new UntoldBoxes();
  for (const [gateway, boxId, epoch] of [
    ['web-1', 'kept', OLD],
    ['web-1', 'lost', OLD],
    ['web-2', 'other', OLD],
  ] as const)
    untold.note(recordNamed({ gateway, boxId, epoch, seq: 1, title: '' }));
  return untold;
}

describe('the turns that a gateway knows no more', () => {
  it('are those that it told before it was started anew and does not tell now, once it has said twice that all is told', () => {
    const untold = boxes();
    untold.note(recordNamed({ gateway: 'web-1', boxId: 'kept', epoch: NEW, seq: 1, title: '' }));
    expect(untold.untold('web-1', { ...PRESENCE, epoch: NEW })).toEqual([]);
    expect(untold.untold('web-1', { ...PRESENCE, epoch: NEW })).toMatchObject([{ gateway: 'web-1', boxId: 'web-1/lost' }]);
    expect(untold.untold('web-1', { ...PRESENCE, epoch: NEW })).toEqual([]);
  });

  it.each([
    ['it is the same run', { ...PRESENCE, epoch: OLD }],
    ['it still reads what happened before', PRESENCE],
    ['the bus does not have everything', { ...PRESENCE, epoch: NEW, waiting: 1 }],
  ])('are none while %s', (_while, presence) => {
    const untold = boxes();
    for (let said = 0; said < 5; said += 1) expect(untold.untold('web-1', presence)).toEqual([]);
  });

  it('are none of those that have ended or are gone', () => {
    const untold = boxes();
    const record = recordNamed({ gateway: 'web-1', boxId: 'kept', epoch: OLD, seq: 2, title: '' });
    const [session, ...others] = record.sessions;
    const turns = session.turns.map((turn) => ({ ...turn, end: { outcome: 'done' as const, at: 5 } }));
    untold.note({ ...record, sessions: [{ ...session, turns }, ...others] });
    untold.forget('web-1/lost');
    untold.untold('web-1', { ...PRESENCE, epoch: NEW });
    expect(untold.untold('web-1', { ...PRESENCE, epoch: NEW })).toEqual([]);
  });
});
