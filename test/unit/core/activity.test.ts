// The table of activities (N-1), over the cases that openclaw-node was asked, and where our answers differ.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activityOf, BLOCKED_AFTER_MS, IDLE_AFTER_MS } from '../../../src/core/activity.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { judge } from '../../../src/core/status.ts';
import { answered, asked, at, called, LIMITS, said, treeAt } from './scenario.ts';

interface Case {
  last_entry_type: string;
  file_age_s?: number;
  state: string | null;
}

const CASES = (
  JSON.parse(
    readFileSync(new URL('../../fixtures/openclaw-node-local/agent-activity-cases.json', import.meta.url), 'utf8'),
  ) as Partial<Case>[]
).filter((known): known is Case => known.last_entry_type !== undefined);

const waits: SessionEvent = at(2, { type: 'waiting_started', waitId: 'w', on: 'approval', callId: 'c' });
const failed: SessionEvent = at(2, { type: 'run_ended', outcome: 'failed', reason: 'overloaded' });

/** What such a last line means to us: the events that our decoder makes of a turn that ends with it. Lines that say nothing make none. */
const EVENTS_BY_LINE: Record<string, SessionEvent[]> = {
  user: [asked(0)],
  tool_use: [asked(0), said(1, 'tools'), called(2, 'c')],
  progress: [asked(0), said(1, 'tools'), called(2, 'c')],
  assistant: [asked(0), said(2, 'stop')],
  system: [asked(0), said(1, 'tools'), called(1, 'c'), answered(2, 'c')],
  summary: [asked(0), said(2, 'stop')],
  result: [asked(0), said(2, 'stop')],
  permission_request: [asked(0), called(1, 'c'), waits],
  error: [asked(0), failed],
  attachment: [asked(0)],
  notype: [asked(0)],
  'assistant, one line of 9 kB (longer than the 4 kB tail read)': [asked(0), said(2, 'stop', 'x'.repeat(9_000))],
};

function ourAnswer(events: readonly SessionEvent[], ageS: number): string {
  const { turn, status, session } = judge(treeAt(events, 2 + ageS), LIMITS);
  return activityOf(status.state, turn, session.asOf);
}

/** Their words for ours. */
const THEIRS: Record<string, string> = { waiting_input: 'waiting' };

/** Where we answer something else, and why that is better. */
const BETTER: Record<string, { ours: string; because: string }> = {
  'tool_use 400': { ours: 'active', because: 'a call that has run for minutes is work: its file is not written meanwhile' },
  'progress 400': { ours: 'active', because: 'the same: what ended is the output, not the call' },
  'system 5': { ours: 'active', because: 'a line of the system within a run ends nothing; the agent goes on' },
  'assistant, one line of 9 kB (longer than the 4 kB tail read) 0': { ours: 'ready', because: 'lines are read whole, however long' },
};

describe('N-1: the activity of a session', () => {
  it.each(
    CASES.filter(({ file_age_s: age }) => age !== undefined).map(
      (known) => [`${known.last_entry_type} ${known.file_age_s}`, known] as const,
    ),
  )('after %s is what openclaw-node says, or better', (name, { last_entry_type: line, file_age_s: ageS = 0, state }) => {
    const ours = ourAnswer(EVENTS_BY_LINE[line] ?? [], ageS);
    expect(ours).toBe(BETTER[name]?.ours ?? THEIRS[state ?? ''] ?? state);
    if (BETTER[name] !== undefined) expect(ours).not.toBe(THEIRS[state ?? ''] ?? state);
  });

  it('knows every case that was recorded, and only names differences that exist', () => {
    const names = CASES.map(({ last_entry_type: line, file_age_s: age }) => `${line} ${age}`);
    expect(Object.keys(BETTER).filter((name) => !names.includes(name))).toEqual([]);
    const lines = CASES.filter(({ file_age_s: age }) => age !== undefined).map(({ last_entry_type: line }) => line);
    expect(lines.filter((line) => EVENTS_BY_LINE[line] === undefined)).toEqual([]);
  });

  it('is active when text comes that is not the last: a call will follow', () => {
    expect(ourAnswer([asked(0), said(2, 'tools')], 5)).toBe('active');
  });

  it('is blocked when a wait is older than people take, and waiting before', () => {
    const asking = [asked(0), called(1, 'c'), waits];
    expect(ourAnswer(asking, BLOCKED_AFTER_MS / 1_000 - 1)).toBe('waiting');
    expect(ourAnswer(asking, BLOCKED_AFTER_MS / 1_000)).toBe('blocked');
  });

  it('is blocked by a limit, and by no decision of people', () => {
    const ended = (outcome: 'stopped' | 'timed_out' | 'cancelled' | 'released' | 'rejected' | 'aborted') =>
      ourAnswer([asked(0), at(2, { type: 'run_ended', outcome })], 5);
    expect([ended('stopped'), ended('timed_out')]).toEqual(['blocked', 'blocked']);
    expect([ended('cancelled'), ended('released'), ended('rejected'), ended('aborted')]).toEqual(['ready', 'ready', 'ready', 'ready']);
  });

  it('becomes idle some minutes after its end', () => {
    expect(ourAnswer([asked(0), said(2, 'stop')], IDLE_AFTER_MS / 1_000 - 1)).toBe('ready');
    expect(ourAnswer([asked(0), said(2, 'stop')], IDLE_AFTER_MS / 1_000)).toBe('idle');
  });

  it('is idle when nobody knows how it ended', () => {
    expect(ourAnswer([asked(0), at(2, { type: 'source_lost' })], 5)).toBe('idle');
  });
});
