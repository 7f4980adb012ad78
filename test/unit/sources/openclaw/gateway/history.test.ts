import { describe, expect, it } from 'vitest';
import { Decoding, POST, T0 } from './decoding.ts';
import { calls, marks, says, toolResult, userMessage } from './recorded-messages.ts';

const RESTARTED = { wasRestarted: true };
/** The gap began before anything in these stories. */
const MISSED = { since: T0 };

function interrupted(): Decoding {
  const decoding = new Decoding()
    .asked()
    .at(1)
    .lifecycle('start')
    .tool('start', 'c1', { args: { command: 'sleep 9' } });
  decoding.emitted();
  return decoding.at(20);
}

describe('after a gap', () => {
  it('what was missed is told from the history, and nothing twice', () => {
    const decoding = interrupted();
    const messages = [
      userMessage('m1', 0),
      calls('m2', 1, 'c1'),
      toolResult('m3', 5, 'c1'),
      calls('m4', 5.5, 'c2'),
      says('m5', 5.9, 'Done.'),
    ];
    const row = { status: 'done', hasActiveRun: false, lastRunId: 'run-1', endedAt: T0 + 8_500 };
    expect(decoding.history({ messages, sessionInfo: row }, MISSED)).toBe(true);
    expect(decoding.emitted()).toEqual([
      '+1 message messageId=m2 stop=tools runId=run-1',
      '+5 tool_ended callId=c1 tool=exec outcome={"kind":"ok"}',
      '+5.5 message messageId=m4 stop=tools runId=run-1',
      '+5.5 tool_started callId=c2 tool=exec args={"command":"ls"} runId=run-1',
      '+5.9 message messageId=m5 stop=stop text=Done. runId=run-1',
      '+8.5 run_ended outcome=done runId=run-1',
    ]);
    decoding.history({ messages, sessionInfo: row }, MISSED);
    expect(decoding.emitted()).toEqual([]);
  });

  it.each([
    [{ status: 'done', hasActiveRun: false }, 'done'],
    [{ status: 'failed', hasActiveRun: false, lastRunId: 'run-1' }, 'failed'],
    [{ status: 'killed', hasActiveRun: false, abortedLastRun: true }, 'aborted'],
    [{ status: 'running', hasActiveRun: false, abortedLastRun: true }, 'aborted'],
    [{ status: 'timeout', hasActiveRun: false }, 'timed_out'],
    [{ status: 'done', hasActiveRun: false, lastRunId: 'another' }, 'lost'],
    [{ hasActiveRun: false }, 'lost'],
  ])('a run that is gone ended as its row %o says', (sessionInfo, outcome) => {
    const decoding = interrupted();
    expect(decoding.history({ sessionInfo })).toBe(true);
    expect(decoding.emitted()).toEqual([`+20 run_ended outcome=${outcome} runId=run-1`]);
  });

  it.each([
    [{ status: 'failed', hasActiveRun: false, lastRunError: 'no credit' }, 'failed runId=run-1 reason=no credit'],
    [{ status: 'running', hasActiveRun: false, hasActiveSubagentRun: true }, 'yielded runId=run-1'],
  ])('a run that is gone says of itself what its row %o knows', (sessionInfo, end) => {
    const decoding = interrupted();
    expect(decoding.history({ sessionInfo })).toBe(true);
    expect(decoding.emitted()).toEqual([`+20 run_ended outcome=${end}`]);
  });

  it.each([
    [{ status: 'failed', lastRunId: 'run-1' }, 'failed'],
    [{ status: 'done', lastRunId: 'run-1' }, 'done'],
    [{ status: 'killed', abortedLastRun: true, lastRunId: 'run-1' }, 'lost'],
    [{ status: 'failed' }, 'lost'],
  ])('a run that ended before its gateway was restarted ended as %o, if the row is about it', (row, outcome) => {
    const decoding = interrupted();
    decoding.history({ sessionInfo: { hasActiveRun: false, ...row } }, RESTARTED);
    expect(decoding.emitted()).toEqual([`+20 run_ended outcome=${outcome} runId=run-1`]);
  });

  it('a run whose last words were missed ended with them, whatever a newer row says', () => {
    const decoding = interrupted();
    const messages = [says('m2', 5, 'Half', 'run-1'), userMessage('m3', 6), calls('m4', 7, 'c9', 'run-2')];
    const half = { ...messages[0], stopReason: 'aborted' };
    const going = { sessionInfo: { hasActiveRun: true, status: 'running' }, inFlightRun: { runId: 'run-2' } };
    decoding.history({ messages: [half, ...messages.slice(1)], ...going }, MISSED);
    expect(decoding.emitted().filter((line) => / (?:run_ended|turn_started) /.test(line))).toEqual([
      '+5 run_ended outcome=aborted runId=run-1',
      `+6 turn_started trigger={"kind":"person","postId":"${POST}"} messageId=m3 runId=run-2`,
    ]);
  });

  it('a run that was cut off in its words ran out of its time where its own row says so', () => {
    for (const [lastRunId, outcome] of [
      ['run-1', 'timed_out'],
      ['another', 'aborted'],
    ] as const) {
      const decoding = interrupted();
      const half = { ...says('m2', 5, 'Half'), stopReason: 'aborted' };
      decoding.history({ messages: [half], sessionInfo: { status: 'timeout', hasActiveRun: false, lastRunId } }, MISSED);
      expect(decoding.emitted().at(-1)).toBe(`+5 run_ended outcome=${outcome} runId=run-1`);
    }
  });

  it('a run that went on after what seemed its last word did not end with it', () => {
    const decoding = interrupted().said('So far.').tool('start', 'c2');
    decoding.emitted();
    decoding.history({ sessionInfo: { hasActiveRun: false } });
    expect(decoding.emitted()).toEqual(['+20 run_ended outcome=lost runId=run-1']);
  });

  it('a call that failed is told with its reason when its run failed, and awaits another try while the run goes on', () => {
    const failed = {
      role: 'assistant',
      content: [],
      stopReason: 'error',
      errorMessage: '429 slow down',
      ...marks('m2', 5, { runId: 'run-1' }),
    };
    const ended = interrupted();
    ended.history({ messages: [failed], sessionInfo: { status: 'failed', hasActiveRun: false } }, MISSED);
    expect(ended.emitted()).toEqual(['+20 run_ended outcome=failed runId=run-1 reason=429 slow down']);
    const silent = interrupted();
    const row = { status: 'failed', hasActiveRun: false, lastRunError: 'no credit' };
    silent.history({ messages: [{ ...failed, errorMessage: null }], sessionInfo: row }, MISSED);
    expect(silent.emitted()).toEqual(['+20 run_ended outcome=failed runId=run-1 reason=no credit']);
    const going = interrupted();
    const waits = { stream: 'run_status', ts: T0 + 19_000, data: { phase: 'retrying', delayMs: 5_000, reason: 'rate_limit' } };
    going.history({ messages: [failed], inFlightRun: { runId: 'run-1', events: [waits] } }, MISSED);
    expect(going.at(21).emitted()).toEqual([`+19 retry_scheduled attempt=1 reason=429 slow down nextAt=${T0 + 24_000} runId=run-1`]);
  });

  it('a run that was cut off in a call ran out of its time, though its row calls it done', () => {
    const decoding = interrupted();
    const cut = { ...toolResult('m2', 5, 'c1'), isError: true, content: [{ type: 'text', text: 'Aborted' }] };
    decoding.history({ messages: [cut], sessionInfo: { status: 'done', hasActiveRun: false } }, MISSED);
    expect(decoding.emitted().at(-1)).toBe('+20 run_ended outcome=timed_out runId=run-1');
  });

  it('a run in flight goes on, with its plan', () => {
    const decoding = interrupted();
    const plan = [{ step: 'Look', status: 'completed' }];
    expect(decoding.history({ sessionInfo: { hasActiveRun: true }, inFlightRun: { runId: 'run-1', startedAt: T0 + 1000, plan } })).toBe(
      true,
    );
    expect(decoding.emitted()).toEqual(['+20 run_started runId=run-1', '+20 plan_changed steps=[{"step":"Look","status":"completed"}]']);
    expect(decoding.lifecycle('end').emitted()).toEqual(['+20 run_ended outcome=done runId=run-1']);
  });

  it('a row that still says running is not believed against the runs in flight, but asked again', () => {
    const decoding = interrupted();
    expect(decoding.history({ sessionInfo: { hasActiveRun: true, status: 'running' } })).toBe(false);
    expect(decoding.emitted()).toEqual([]);
  });

  it('a restarted gateway has lost its runs, but not those that had answered', () => {
    const decoding = interrupted();
    decoding.history({ sessionInfo: { hasActiveRun: true, status: 'running' } }, RESTARTED);
    expect(decoding.emitted()).toEqual(['+20 run_ended outcome=lost runId=run-1']);
    const answered = interrupted().said('Done.');
    answered.emitted();
    answered.at(30).history({}, RESTARTED);
    expect(answered.emitted()).toEqual(['+20 run_ended outcome=done runId=run-1']);
  });

  it('of a session never seen before only the turn is told that is going on', () => {
    const decoding = new Decoding().at(30);
    const messages = [userMessage('old', 0), says('old2', 1, 'Old.', 'run-0'), userMessage('m1', 10), calls('m2', 11, 'c1')];
    decoding.history({ messages, sessionInfo: { hasActiveRun: true }, inFlightRun: { runId: 'run-1', startedAt: T0 + 10_500 } });
    expect(decoding.emitted()).toEqual([
      `+10 turn_started trigger={"kind":"person","postId":"${POST}"} messageId=m1`,
      '+10 run_started runId=run-1',
      '+11 message messageId=m2 stop=tools runId=run-1',
      '+11 tool_started callId=c1 tool=exec args={"command":"ls"} runId=run-1',
    ]);
  });

  it('of an idle session never seen before nothing is told', () => {
    const decoding = new Decoding();
    decoding.history({ messages: [userMessage('old', 0), says('old2', 1, 'Old.')], sessionInfo: { hasActiveRun: false, status: 'done' } });
    expect(decoding.emitted()).toEqual([]);
  });

  it('text and calls that the history splits are one message again', () => {
    const decoding = interrupted();
    const text = { role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }], ...marks('m2', 1, { runId: 'run-1' }) };
    const going = { sessionInfo: { hasActiveRun: true }, inFlightRun: { runId: 'run-1', startedAt: T0 + 1000 } };
    decoding.history({ messages: [text, calls('m2', 1, 'c1')], ...going }, MISSED);
    expect(decoding.emitted()[0]).toBe('+1 message messageId=m2 stop=tools text=Let me look. runId=run-1');
  });
});
