// What `BusySessions` emits of one session, as text, by a clock of the test.

import type { IndexEntry, IndexStatus } from '../../../../../src/sources/openclaw/decoding/index-entry.ts';
import { BusySessions } from '../../../../../src/sources/openclaw/transcripts/busy-sessions.ts';
import { FakeClock } from '../../../../support/clock.ts';

export const KEY = 'agent:main:main';
export const ALIVE = { kind: 'alive' } as const;

/** Without a line, a lock or a row. */
export function setUp() {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const emitted: string[] = [];
  let lastLineAt = 0;
  const seconds = (at: number) => (at - startedAt) / 1_000;
  const busy = new BusySessions({
    clock,
    lastLineAt: () => lastLineAt,
    emit: (_key, event) => {
      if (event.type === 'busy_seen') emitted.push(`seen at ${seconds(event.at)} until ${seconds(event.until)}`);
      else if (event.type === 'calls_abandoned') emitted.push('abandoned');
      else emitted.push(event.crashed ? 'crashed' : event.isSaid === true ? 'cleared, as said' : 'cleared');
    },
  });
  const row = (status: IndexStatus, updatedAt = clock.now(), more: Partial<IndexEntry> = {}) =>
    busy.indexed({ key: KEY, sessionId: 's', earlierSessionIds: [], delivery: {}, audience: 'nothing', status, updatedAt, ...more });
  const line = () => {
    lastLineAt = clock.now();
  };
  return { clock, emitted, busy, row, line };
}
