// What an event of a long turn costs the fold: no object grows with the calls that have ended.

import { expect, it } from 'vitest';
import { callsOf } from '../../../src/core/calls.ts';
import { Fold, LEAST_KEPT_LINES } from '../../../src/core/fold.ts';
import type { SessionEvent } from '../../../src/core/event.ts';

it('calls that have ended are in their lines only: an event copies the names of those that run', () => {
  const fold = new Fold();
  const names: number[] = [];
  for (let round = 0; round < 3 * LEAST_KEPT_LINES; round += 1) {
    const common = { source: 'transcripts', sessionKey: 'agent:main:main', at: 1_000 * round };
    const events: SessionEvent[] = [
      { ...common, type: 'tool_started', callId: `call-${round}`, tool: 'exec', args: {} },
      { ...common, type: 'tool_ended', callId: `call-${round}`, outcome: { kind: round % 3 === 0 ? 'failed' : 'ok' } },
    ];
    for (const event of events) {
      const [turn] = fold.apply(event).after.turns;
      names.push(Object.keys(turn?.callsById ?? {}).length);
    }
  }
  const [turn] = fold.sessionOf('agent:main:main').turns;
  expect(turn === undefined ? [] : callsOf(turn)).toHaveLength(LEAST_KEPT_LINES);
  expect(Math.max(...names)).toBe(1);
});
