import { expect, it } from 'vitest';
import { Fold } from '../../../src/core/fold.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import type { Change } from '../../../src/store/checkpoint.ts';
import { StateStore } from '../../../src/store/state-store.ts';
import { rowsInMemory } from '../store/rows-in-memory.ts';

const SESSIONS = 10;
const ROUNDS = 960; // more than twice what the journal keeps
const USAGE = { input: 900, output: 40, cacheRead: 8_000, cacheWrite: 128, costUsd: 0.006 };

/** One thing that happens in a turn that has begun: calls are made and answered in turns. */
function eventsOf(session: number, round: number): SessionEvent[] {
  const common = { source: 'transcripts', sessionKey: `agent:main:${session}`, at: 1_000 * (round + 1) };
  const callId = `call-${session}-${round - (round % 2)}`;
  if (round % 2 === 1) return [{ ...common, type: 'tool_ended', callId, outcome: { kind: 'ok' } }];
  return [
    {
      ...common,
      type: 'message',
      messageId: `message-${session}-${round}`,
      text: `Step ${round} of a long turn.`,
      stop: 'tools',
      usage: USAGE,
    },
    { ...common, type: 'tool_started', callId, tool: 'write', args: { path: `notes/${round}.md`, content: 'a line of text '.repeat(10) } },
  ];
}

it('an event of a long turn costs the checkpoint one statement, one for all sessions at once, and a small part of what the session takes', () => {
  const written: Change[][] = [];
  const checkpoint = rowsInMemory((changes) => written.push([...changes]) > 0);
  const fold = new Fold();
  const state = new StateStore(checkpoint, { sessions: () => fold.sessionsByKey, entries: () => [] });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let session = 0; session < SESSIONS; session += 1) {
      for (const event of eventsOf(session, round)) fold.apply(event);
      state.positions.set('transcripts', `/${session}.jsonl`, { offset: round });
    }
    state.flush();
  }
  const late = written.slice(ROUNDS / 2); // by then turns are as long as they are kept
  const statements = late.reduce((sum, changes) => sum + changes.length, 0) / late.length;
  const bytes = late.flat().reduce((sum, { value }) => sum + (JSON.stringify(value) ?? '').length, 0) / late.length / SESSIONS;
  const wholeBytes = JSON.stringify(fold.sessionOf('agent:main:0')).length;
  expect(written).toHaveLength(ROUNDS);
  expect(statements).toBeLessThan(1.4 * SESSIONS);
  expect(bytes).toBeLessThan(wholeBytes / 10);
});
