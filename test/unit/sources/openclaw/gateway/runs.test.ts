import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../../../../src/sources/openclaw/gateway/history.ts';
import { Decoding, KEY, POST, T0 } from './decoding.ts';

const PERSON = `trigger={"kind":"person","postId":"${POST}","userId":"useruseruseruseruseruser01"}`;

/** A turn of a person whose run has begun; nothing of that is told any more. */
function running(): Decoding {
  const decoding = new Decoding().asked().at(1).lifecycle('start');
  decoding.emitted();
  return decoding;
}

describe('a run', () => {
  it('begins with the message of a person, then with its first sign', () => {
    expect(new Decoding().asked(POST, 'm1').at(1).lifecycle('start').emitted()).toEqual([
      `+0 turn_started ${PERSON} messageId=m1`,
      '+1 run_started runId=run-1',
    ]);
  });

  it.each([
    ['lifecycle end', (d: Decoding) => d.lifecycle('end'), 'done'],
    ['lifecycle end that yields', (d: Decoding) => d.lifecycle('end', { yielded: true }), 'yielded'],
    ['lifecycle error', (d: Decoding) => d.lifecycle('error', { error: '500 overloaded' }), 'failed runId=run-1 reason=500 overloaded'],
    ['lifecycle error that is an abort', (d: Decoding) => d.lifecycle('error', { error: 'agent run aborted', aborted: true }), 'aborted'],
    ['lifecycle end after an abort by an operator', (d: Decoding) => d.lifecycle('end', { aborted: true, stopReason: 'rpc' }), 'aborted'],
    [
      'lifecycle end after an abort by a person',
      (d: Decoding) => d.lifecycle('end', { aborted: true, stopReason: 'stop', status: 'cancelled' }),
      'aborted',
    ],
    ['lifecycle end cut off by nobody', (d: Decoding) => d.lifecycle('end', { aborted: true }), 'timed_out'],
    ['lifecycle end that names what took too long', (d: Decoding) => d.lifecycle('end', { timeoutPhase: 'provider' }), 'timed_out'],
    ['lifecycle end by a restart', (d: Decoding) => d.lifecycle('end', { aborted: true, stopReason: 'restart' }), 'aborted'],
    [
      'lifecycle error of a run that took too long',
      (d: Decoding) => d.lifecycle('error', { error: 'agent run aborted', aborted: true, stopReason: 'timeout' }),
      'timed_out',
    ],
    ['chat aborted for time', (d: Decoding) => d.chat('aborted', { stopReason: 'timeout' }), 'timed_out'],
    ['chat final', (d: Decoding) => d.chat('final'), 'done'],
    ['chat final that yields', (d: Decoding) => d.chat('final', { yielded: true }), 'yielded'],
    ['chat aborted', (d: Decoding) => d.chat('aborted'), 'aborted'],
    ['chat error', (d: Decoding) => d.chat('error', { errorMessage: 'no credit' }), 'failed runId=run-1 reason=no credit'],
    [
      'chat error for time',
      (d: Decoding) => d.chat('error', { errorKind: 'timeout', errorMessage: 'LLM request timed out.' }),
      'timed_out runId=run-1 reason=LLM request timed out.',
    ],
    [
      'chat error that is only called a time-out',
      (d: Decoding) => d.chat('error', { errorKind: 'timeout', errorMessage: 'Internal server error' }),
      'failed runId=run-1 reason=Internal server error',
    ],
  ])('ends with %s, whichever comes first, and only once', (_name, end, outcome) => {
    const decoding = running().at(2);
    const [emitted] = end(decoding).emitted();
    expect(emitted).toBe(`+2 run_ended outcome=${outcome}${outcome.includes('runId') ? '' : ' runId=run-1'}`);
    expect(decoding.lifecycle('end').chat('final').lifecycle('error', { error: 'late' }).emitted()).toEqual([]);
  });

  it('cut off in a call by nobody ran out of its time, and one whose call alone was aborted did not', () => {
    const aborted = { result: { content: [{ type: 'text', text: 'Aborted' }], details: {} }, isError: true };
    const cutOff = (): Decoding => running().tool('start', 'c1').tool('result', 'c1', aborted).at(3);
    expect(cutOff().lifecycle('end', { aborted: false, stopReason: 'toolUse' }).emitted().at(-1)).toContain('outcome=timed_out');
    expect(cutOff().said('I went on.').lifecycle('end', { stopReason: 'stop' }).emitted().at(-1)).toContain('outcome=done');
    const later = cutOff().tool('start', 'c2').tool('result', 'c2', { result: {} });
    expect(later.lifecycle('end', { stopReason: 'toolUse' }).emitted().at(-1)).toContain('outcome=done');
  });

  it('whose last message was cut off is over only when it says so itself', () => {
    const decoding = running().said('Half', 'aborted');
    expect(decoding.emitted()).toEqual(['+1 message messageId=m2 stop=stop text=Half runId=run-1 injected=true']);
    expect(decoding.lifecycle('end', { aborted: true }).emitted()).toEqual(['+1 run_ended outcome=timed_out runId=run-1']);
  });

  it('is not begun again by a row that comes late, nor ended by one that says running', () => {
    const decoding = running().at(2).lifecycle('end');
    decoding.emitted();
    const row = { status: 'running', hasActiveRun: true };
    decoding.event('sessions.changed', { sessionKey: KEY, runId: 'run-1', phase: 'start', ts: 1, session: row });
    decoding.event('sessions.changed', { sessionKey: KEY, runId: 'run-1', phase: 'end', ts: 1, session: row });
    expect(decoding.emitted()).toEqual([]);
  });

  it('is not begun again by a start that was sent before its end', () => {
    const decoding = new Decoding().asked().lifecycle('start', {}, { seq: 3 }).lifecycle('end', {}, { seq: 9 });
    decoding.emitted();
    expect(decoding.lifecycle('start', {}, { seq: 4 }).emitted()).toEqual([]);
  });

  it.each([
    ['done', { status: 'running', hasActiveRun: true }, 'end'],
    ['aborted', { status: 'killed' }, 'error'],
    ['failed', { status: 'running' }, 'error'],
    ['timed_out', { status: 'timeout' }, 'error'],
  ])('ends as %s by its row when nothing else tells', (outcome, session, phase) => {
    const decoding = running();
    decoding.event('sessions.changed', { sessionKey: KEY, runId: 'run-1', phase, ts: 1_795_226_002_000, session });
    expect(decoding.emitted()).toEqual([`+2 run_ended outcome=${outcome} runId=run-1`]);
  });

  it('that tries again says so with its count until it is at work again, not only begun', () => {
    const decoding = running();
    decoding.at(2).lifecycle('finishing', { error: '429 slow down' }).at(3);
    decoding.at(5).lifecycle('start').agent('run_status', { phase: 'starting_model' }).lifecycle('model', { model: 'm' });
    decoding.at(6).lifecycle('finishing', { error: '429 slow down' }).at(7).lifecycle('start');
    decoding.at(8).agent('usage', { outputTokens: 1 }).at(9).chat('delta').chat('delta');
    expect(decoding.emitted()).toEqual([
      '+2 retry_scheduled attempt=1 reason=429 slow down runId=run-1',
      '+6 retry_scheduled attempt=2 reason=429 slow down runId=run-1',
      '+9 run_started runId=run-1',
    ]);
  });

  it.each<[string, (d: Decoding) => Decoding]>([
    ['a text', (d) => d.chat('delta')],
    ['a thought', (d) => d.agent('thinking', { delta: 'hm' })],
    ['a call', (d) => d.tool('start', 'c1', { args: {} })],
    ['a message', (d) => d.said('Again.', 'toolUse')],
  ])('that tries again is at work with %s', (_what, work) => {
    const decoding = running().at(2).lifecycle('finishing', { error: '429 slow down' }).at(3).lifecycle('start').at(4);
    decoding.emitted();
    expect(work(decoding).emitted()[0]).toBe('+4 run_started runId=run-1');
  });

  it('that tries again says when, as soon as the gateway does', () => {
    const decoding = running().at(2).lifecycle('finishing', { error: '429 slow down' });
    decoding.at(2.1).agent('run_status', { phase: 'retrying', delayMs: 10_000, retryAttempt: 1, reason: 'rate_limit' });
    decoding.at(5).agent('run_status', { phase: 'starting_model' }).at(12).lifecycle('start').chat('delta');
    expect(decoding.emitted()).toEqual([
      `+2.1 retry_scheduled attempt=1 reason=429 slow down nextAt=${T0 + 12_100} runId=run-1`,
      '+12 run_started runId=run-1',
    ]);
    expect(decoding.retried).toEqual([]);
  });

  it('that tries again without saying when is asked, and its history may know', () => {
    const decoding = running().at(2).lifecycle('finishing', { error: '429 slow down' }).at(3);
    expect(decoding.retried).toEqual([KEY]);
    decoding.emitted();
    const waits = { stream: 'run_status', seq: 1, ts: T0 + 2_050, data: { phase: 'retrying', delayMs: 10_000, reason: 'rate_limit' } };
    const history = decodeHistory({ inFlightRun: { runId: 'run-1', events: [waits] } }, T0 + 3_000);
    decoding.decoder.retry(KEY, history);
    expect(decoding.emitted()).toEqual([`+2.05 retry_scheduled attempt=1 reason=429 slow down nextAt=${T0 + 12_050} runId=run-1`]);
    decoding.at(12.5).lifecycle('start').emitted();
    decoding.decoder.retry(KEY, history);
    expect(decoding.emitted()).toEqual([]);
  });

  it('that gives up at once was never about to try again', () => {
    const decoding = running().at(2).lifecycle('finishing', { error: '400 bad' }).at(2.1).lifecycle('error', { error: '400 bad' }).at(5);
    expect(decoding.emitted()).toEqual(['+2.1 run_ended outcome=failed runId=run-1 reason=400 bad']);
  });

  it('whose failure a message repeats is not tried again for that', () => {
    const decoding = running().lifecycle('error', { error: '400 bad' });
    decoding.emitted();
    expect(decoding.said('It failed.', 'error').emitted()).toEqual([
      '+1 message messageId=m2 stop=stop runId=run-1 text=It failed. injected=true',
    ]);
  });

  it('takes a message that names no run for its own', () => {
    const decoding = running().message({ role: 'assistant', content: [{ type: 'text', text: 'Done.' }], stopReason: 'stop' });
    expect(decoding.emitted()).toEqual(['+1 message messageId=m2 stop=stop text=Done. runId=run-1']);
    expect(decoding.message({ role: 'assistant', content: 'It failed.', stopReason: 'error' }).emitted()).toEqual([]);
  });

  it('goes on when it works after its last word', () => {
    const decoding = running().at(2).said('So far.');
    decoding.emitted();
    expect(decoding.at(3).tool('start', 'c1', { args: {} }).emitted()[0]).toBe('+3 run_started runId=run-1');
    expect(decoding.at(4).said('Done.').chat('delta').emitted()).toEqual(['+4 message messageId=m3 stop=stop text=Done. runId=run-1']);
  });

  it('that only thinks or streams says now and then that it is alive', () => {
    const decoding = running();
    for (let second = 2; second <= 12; second++) decoding.at(second).chat('delta').agent('thinking', { delta: 'hm' });
    expect(decoding.emitted()).toEqual(['+6 run_started runId=run-1', '+11 run_started runId=run-1']);
  });

  it('is lost when the next one of its session begins without its end', () => {
    const decoding = running();
    const emitted = decoding.at(9).asked('postpostpostpostpostpost02', 'x').at(10).lifecycle('start', {}, { runId: 'run-2' }).emitted();
    expect(emitted).toEqual([
      '+10 run_ended outcome=lost runId=run-1',
      `+10 turn_started ${PERSON.replace('01","userId', '02","userId')} messageId=x runId=run-2`,
      '+10 run_started runId=run-2',
    ]);
  });

  it('steered by another message is still one turn', () => {
    const decoding = running()
      .at(2)
      .asked('postpostpostpostpostpost02')
      .tool('start', 'c1')
      .tool('result', 'c1', { result: {} })
      .lifecycle('end');
    expect(decoding.emitted().filter((line) => line.includes('turn_started'))).toEqual([]);
  });

  it('seen first in the middle begins there', () => {
    expect(
      new Decoding()
        .at(4)
        .tool('start', 'c1', { args: { command: 'ls' } })
        .emitted(),
    ).toEqual([
      '+4 turn_started trigger={"kind":"unknown"} runId=run-1',
      '+4 run_started runId=run-1',
      '+4 tool_started callId=c1 tool=exec args={"command":"ls"} runId=run-1',
    ]);
  });

  it('whose frames lack the session is known by its id', () => {
    const decoding = running();
    decoding.event('agent', { runId: 'run-1', stream: 'lifecycle', data: { phase: 'error', error: 'x' }, ts: 1_795_226_002_000 });
    expect(decoding.emitted()).toEqual(['+2 run_ended outcome=failed runId=run-1 reason=x']);
  });
});

describe('what begins a run', () => {
  const child = 'agent:main:subagent:0f1756d3-8ee2';

  it.each([
    ['announce:v1:agent:main:subagent:0f1756d3-8ee2:120e685b', {}, `{"kind":"announce","childKey":"${child}"}`],
    ['announce:requester-settle:x:yield-1', {}, '{"kind":"announce"}'],
    ['beat', { isHeartbeat: true }, '{"kind":"heartbeat"}'],
  ])('%s needs no message', (runId, rest, trigger) => {
    expect(new Decoding().lifecycle('start', {}, { runId, ...rest }).emitted()[0]).toBe(
      `+0 turn_started trigger=${trigger} runId=${runId}`,
    );
  });

  it('a scheduled job is known by its session, with the name and the channel its events told', () => {
    const decoding = new Decoding();
    const job = { name: 'nightly', delivery: { channel: 'mattermost', to: 'channel:chanchanchanchanchanchan02' } };
    decoding.event('cron', { jobId: 'job-1', action: 'started', job });
    const sessionKey = 'agent:main:cron:job-1:run:ae995f2e';
    decoding.event('sessions.changed', { sessionKey, ts: 1, session: { key: sessionKey, chatType: 'direct' } });
    expect(decoding.events[0]).toMatchObject({
      type: 'session_seen',
      sessionKey: 'agent:main:cron:job-1',
      route: { channelId: 'chanchanchanchanchanchan02' },
    });
    decoding.lifecycle('start', {}, { sessionKey });
    decoding.message(
      { role: 'assistant', content: 'do it', provenance: { kind: 'internal_system', sourceTool: 'cron', jobId: 'job-1' } },
      { sessionKey },
    );
    expect(decoding.emitted()).toEqual([
      '+0 in agent:main:cron:job-1 turn_started trigger={"kind":"schedule","jobId":"job-1","name":"nightly"} runId=run-1',
      '+0 in agent:main:cron:job-1 run_started runId=run-1',
    ]);
  });

  it('a scheduled run knows where it reports before any row of it has come', () => {
    const decoding = new Decoding();
    const job = { name: 'nightly', delivery: { channel: 'mattermost', to: 'channel:chanchanchanchanchanchan02' } };
    decoding.event('cron', { jobId: 'job-1', action: 'started', job });
    decoding.lifecycle('start', {}, { sessionKey: 'agent:main:cron:job-1:run:ae995f2e' });
    expect(decoding.events[0]).toMatchObject({ type: 'session_seen', route: { channelId: 'chanchanchanchanchanchan02' } });
    expect(decoding.events[1]).toMatchObject({ type: 'turn_started' });
  });

  it.each([
    ['a sub-agent', { content: '[Subagent Context] You are one.', __openclaw: { senderIsOwner: false } }, '{"kind":"parent"}'],
    ['an operator', { content: 'go', __openclaw: { senderIsOwner: true, transport: { clients: [] } } }, '{"kind":"operator"}'],
    ['a restart', { content: 'x', provenance: { sourceTool: 'main_session_restart_recovery' } }, '{"kind":"recovery"}'],
    [
      'a report',
      { content: 'x', provenance: { sourceTool: 'subagent_announce', sourceSessionKey: child } },
      `{"kind":"announce","childKey":"${child}"}`,
    ],
    [
      'a scheduled job',
      { content: 'x', provenance: { sourceTool: 'cron', jobId: 'j', sourcePromptPrefix: '[cron:j tidy up]' } },
      '{"kind":"schedule","jobId":"j","name":"tidy up"}',
    ],
    ['a person elsewhere', { content: 'x', __openclaw: { senderId: '12345' } }, '{"kind":"person"}'],
  ])('%s is recognised by the message', (_who, message, trigger) => {
    expect(new Decoding().message({ role: 'user', ...message }).emitted()).toEqual([`+0 turn_started trigger=${trigger} messageId=m1`]);
  });

  it('a person cannot pass for the gateway', () => {
    const marks = { senderId: 'useruseruseruseruseruser01' };
    expect(new Decoding().message({ role: 'user', content: '[Subagent Context] me', __openclaw: marks }).emitted()[0]).toContain(
      '"kind":"person"',
    );
  });

  it('a post in a thread names its root, a root names none', () => {
    const transport = { messageId: POST, threadId: 'rootrootrootrootrootroot01', replyToId: 'rootrootrootrootrootroot01' };
    expect(new Decoding().message({ role: 'user', content: 'x', __openclaw: { transport } }).emitted()[0]).toContain(
      '"rootId":"rootrootrootrootrootroot01"',
    );
    const root = { messageId: POST, threadId: POST, replyToId: POST };
    expect(new Decoding().message({ role: 'user', content: 'x', __openclaw: { transport: root } }).emitted()[0]).not.toContain('rootId');
  });

  it('a message that comes twice counts once', () => {
    expect(new Decoding().asked(POST, 'same').asked(POST, 'same').emitted()).toHaveLength(1);
  });

  it('the same id in another session is another message', () => {
    const asked = { role: 'user', content: 'x', __openclaw: { senderId: 'u' } };
    const decoding = new Decoding().message(asked, { id: 'same' }).message(asked, { id: 'same', sessionKey: 'agent:main:other' });
    expect(decoding.emitted()).toHaveLength(2);
  });

  it('a command that the gateway answers by itself begins nothing', () => {
    expect(new Decoding().message({ role: 'user', content: '/status', __openclaw: { senderId: 'u' } }).emitted()).toEqual([]);
  });

  it('the first run after a restart is a turn of its own until its message says that it continues the one that was lost', () => {
    const decoding = running().at(3);
    decoding.history({}, { wasRestarted: true });
    decoding.lifecycle('start', {}, { runId: 'run-2' });
    expect(decoding.emitted()).toEqual([
      '+3 run_ended outcome=lost runId=run-1',
      '+3 turn_started trigger={"kind":"unknown"} runId=run-2',
      '+3 run_started runId=run-2',
    ]);
  });
});
