import { describe, expect, it } from 'vitest';
import { Fold } from '../../../../../src/core/fold.ts';
import { Decoding, KEY } from './decoding.ts';

describe('through a gateway that tells nothing but runs', () => {
  it('each run is a turn of its own', () => {
    const decoding = new Decoding();
    for (const runId of ['run-1', 'run-2', 'run-3']) decoding.lifecycle('start', {}, { runId }).chat('final', {}, { runId });
    const fold = new Fold();
    for (const event of decoding.events) fold.apply(event);
    expect(fold.sessionsByKey.get(KEY)?.turns.map((turn) => [Object.keys(turn.runsById), turn.end?.outcome])).toEqual([
      [['run-1'], 'done'],
      [['run-2'], 'done'],
      [['run-3'], 'done'],
    ]);
  });

  it('the message that comes after its run names the turn that was begun without it', () => {
    const decoding = new Decoding().lifecycle('start').at(1).message({ role: 'user', content: '[Subagent Context] go' });
    const fold = new Fold();
    for (const event of decoding.events) fold.apply(event);
    expect(fold.sessionsByKey.get(KEY)?.turns.map(({ trigger }) => trigger)).toEqual([{ kind: 'parent' }]);
  });
});
