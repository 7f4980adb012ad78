// A publisher that knows turns only by their records draws what their own watchers would draw.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fold } from '../../../src/core/fold.ts';
import type { TurnTree } from '../../../src/core/session.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { MAX_RECORD_BYTES } from '../../../src/fleet/fit-record.ts';
import { isNewer, type TurnRecord, turnOf } from '../../../src/fleet/turn-record.ts';
import { MAIN } from '../core/scenario.ts';
import { cardOf, play, recordFor, someSteps } from './random-turns.ts';
import { told } from './told.ts';

/** The turns of a fleet, as far as their records tell them. */
class Publisher {
  readonly fold = new Fold();
  readonly #newest = new Map<string, TurnRecord>();
  roots: string[] = [];

  take(record: TurnRecord): void {
    const boxId = turnOf(record)?.boxId ?? '';
    const { gateway } = record;
    const known = this.#newest.get(`${gateway} ${boxId}`);
    if (known !== undefined && !isNewer(record, known)) return;
    this.#newest.set(`${gateway} ${boxId}`, record);
    this.roots = told(this.fold, record).map(({ turn }) => turn.boxId);
  }

  tree(gateway: string, boxId: string): TurnTree {
    const session = this.fold.sessionOf(`${gateway}/${MAIN}`);
    const turn = session.turns.find((each) => each.boxId === `${gateway}/${boxId}`);
    if (turn === undefined) throw new Error('the turn was not told');
    return treeOf(this.fold.sessionsByKey, session, turn);
  }
}

const size = (record: TurnRecord): number => new TextEncoder().encode(JSON.stringify(record)).length;

describe('a turn that is told by records', () => {
  it('is drawn as on its own machine, now and later, whichever records were replaced on the way, came twice or came late', () => {
    let drawn = 0;
    fc.assert(
      fc.property(someSteps, fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }), fc.nat(400_000), (steps, fates, laterMs) => {
        const publisher = new Publisher();
        const late: TurnRecord[] = [];
        const last: { tree?: TurnTree; record?: TurnRecord } = {};
        let seq = 0;
        play(steps, (tree) => {
          seq += 1;
          const record = recordFor(tree, {}, (text) => text, seq);
          const fate = fates[seq % fates.length];
          if (fate === 0) late.push(record);
          if (fate !== 0 && fate !== 1) publisher.take(record);
          if (fate === 2) publisher.take(record);
          Object.assign(last, { tree, record });
        });
        const { tree, record } = last;
        if (tree === undefined || record === undefined) throw new Error('nothing was played');
        publisher.take(record);
        for (const old of late) if (old !== record) publisher.take(old);
        const there = publisher.tree(record.gateway, tree.turn.boxId);
        expect(there.turn.boxId).toBe(`${record.gateway}/${tree.turn.boxId}`);
        if (size(record) > MAX_RECORD_BYTES) return;
        drawn += 1;
        expect(cardOf(there, laterMs)).toEqual(cardOf(tree, laterMs));
      }),
      { numRuns: 100 },
    );
    expect(drawn).toBeGreaterThan(20);
  });

  it('is a turn of its own for each gateway, though sessions and boxes are called alike', () => {
    const publisher = new Publisher();
    const trees: TurnTree[] = [];
    play([[MAIN, { type: 'message', messageId: 'm', text: 'from the first', stop: 'tools' }, 5]], (tree) => trees.push(tree));
    const [before, after] = trees;
    if (before === undefined || after === undefined) throw new Error('two trees were played');
    publisher.take({ ...recordFor(after), gateway: 'web-1' });
    publisher.take({ ...recordFor(before), gateway: 'web-2' });
    const { boxId } = after.turn;
    expect(cardOf(publisher.tree('web-1', boxId))).toEqual(cardOf(after));
    expect(cardOf(publisher.tree('web-2', boxId))).toEqual(cardOf(before));
    expect(publisher.roots).toEqual([`web-2/${boxId}`]);
  });
});
