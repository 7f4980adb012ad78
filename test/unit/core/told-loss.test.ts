// Sessions of a source that tells when a turn is lost: silence ends none of their turns.

import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { answered, asked, at, called, fold, MAIN, said, stateAt } from './scenario.ts';

const DAY = 86_400;
const seen = at(0, { type: 'session_seen', agentId: 'claude-code', address: 'claude-code:/home/dev/shop', tellsLoss: true });
const background = at(3, { type: 'tool_ended', callId: 'a', outcome: { kind: 'background', handle: 'h' } });
const lost = (seconds: number): SessionEvent => at(seconds, { type: 'source_lost' });

describe('a turn whose source tells a loss', () => {
  it.each<[string, SessionEvent[], string]>([
    ['thinks', [asked(1)], 'quiet'],
    ['has a call that nobody answers', [asked(1), called(2, 'a')], 'active'],
    ['has a message and no end', [asked(1), said(2, 'tools')], 'quiet'],
    ['tries again', [asked(1), said(2, 'error')], 'retry'],
    ['has ended but for a command in the background', [asked(1), called(2, 'a'), background, said(4, 'stop')], 'quiet'],
  ])('that %s stays open for a day of silence, until its source says that it is lost', (_what, events, state) => {
    expect(stateAt([seen, ...events], DAY)).toBe(state);
    expect(stateAt([seen, ...events, lost(DAY)], DAY + 1)).toMatch(/\.$/);
    expect(stateAt(events, DAY)).toMatch(/\.$/);
  });

  it('ends when it says so, and when the next turn of its session has ended', () => {
    expect(stateAt([seen, asked(1), said(2, 'stop')], 3)).toBe('done.');
    expect(stateAt([seen, asked(1), called(2, 'a'), lost(DAY)], DAY)).toBe('lost.');
    const next = [seen, asked(1), called(2, 'a'), answered(3, 'a'), asked(DAY), said(DAY + 1, 'stop')];
    expect(stateAt(next, DAY + 2, 0)).toBe('done_unseen.');
  });
});

it('the address of a session is kept; hidden arguments of a call are not', () => {
  const hidden = { command: 'canary-7f3a' };
  const call = at(2, { type: 'tool_started', callId: 'a', tool: 'Bash', args: {}, hidden });
  const session = fold([seen, asked(1), call, call]).get(MAIN);
  expect(session?.address).toBe('claude-code:/home/dev/shop');
  expect(session?.turns[0]?.callsById['a']).toMatchObject({ tool: 'Bash', args: {} });
  expect(JSON.stringify(session)).not.toContain('canary');
});
