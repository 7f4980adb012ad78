// Which turns a gateway is asked about when a process takes over from an earlier one.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { openTurnsOf } from '../../../src/app/sources.ts';
import { at, fold, MAIN, T0 } from '../core/scenario.ts';

type Bare = Parameters<typeof at>[1];

const told = (seconds: number, event: Bare): SessionEvent => at(seconds, event, MAIN, 'gateway');
const begun = told(0, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'u' });
const started = told(1, { type: 'run_started', runId: 'r' });
const ended = (seconds: number, outcome: 'done' | 'yielded') => told(seconds, { type: 'run_ended', runId: 'r', outcome });
const openAfter = (...events: SessionEvent[]) => openTurnsOf(fold(events), 'gateway');

describe('a turn that an earlier process left', () => {
  it('is asked about from where that one had read, with its open runs', () => {
    expect(openAfter(begun, started)).toEqual([{ sessionKey: MAIN, runIds: ['r'], since: T0 + 1_000 }]);
  });

  it('is asked about before its run has begun, and while it waits for sub-agents', () => {
    expect(openAfter(begun)).toEqual([{ sessionKey: MAIN, runIds: [], since: T0 }]);
    expect(openAfter(begun, started, ended(3, 'yielded'))).toEqual([
      { sessionKey: MAIN, runIds: [], since: T0 + 3_000, yieldedRunId: 'r' },
    ]);
  });

  it('is not asked about when it had ended, or when only its files told of it', () => {
    expect(openAfter(begun, started, ended(3, 'done'))).toEqual([]);
    expect(openAfter({ ...begun, source: 'transcripts' })).toEqual([]);
  });
});
