import { describe, expect, it } from 'vitest';
import { Fold } from '../../../../../src/core/fold.ts';
import { statusOf } from '../../../../../src/core/status.ts';
import { treeOf } from '../../../../../src/core/tree.ts';
import { Decoding, KEY, T0 } from './decoding.ts';

function running(redact?: (text: string) => string): Decoding {
  const decoding = new Decoding(redact).asked().lifecycle('start').at(1);
  decoding.emitted();
  return decoding;
}

const result = (text: string, details: Record<string, unknown> = {}) => ({ result: { content: [{ type: 'text', text }], details } });

/** The state of the turn that these and all events before make. */
function stateOf({ all }: Decoding): string {
  const fold = new Fold();
  for (const event of all) fold.apply(event);
  const session = fold.sessionsByKey.get(KEY);
  const turn = session?.turns.at(-1);
  if (session === undefined || turn === undefined) throw new Error('no turn');
  return statusOf(treeOf(fold.sessionsByKey, session, turn), { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 }).state;
}

describe('a tool call', () => {
  it('is told once, whichever transports carry it', () => {
    const decoding = running().tool('start', 'c1', { args: { command: 'ls' } });
    const payload = { runId: 'run-1', sessionKey: KEY, stream: 'tool', ts: 1_795_226_002_000 };
    decoding.event('session.tool', { ...payload, data: { phase: 'start', name: 'exec', toolCallId: 'c1', args: { command: 'ls' } } });
    decoding.event('session.tool', {
      ...payload,
      data: { phase: 'result', name: 'exec', toolCallId: 'c1', ...result('ok', { exitCode: 0, durationMs: 7 }) },
    });
    decoding.tool('result', 'c1', result('ok'));
    expect(decoding.emitted()).toEqual([
      '+1 tool_started callId=c1 tool=exec args={"command":"ls"} runId=run-1',
      '+2 tool_ended callId=c1 tool=exec outcome={"kind":"ok","durationMs":7}',
    ]);
  });

  it.each([
    [
      'an exit code',
      result('no\n\n(Command exited with code 3)', { status: 'completed', exitCode: 3 }),
      '{"kind":"failed","exitCode":3,"detail":"no"}',
    ],
    [
      'an error',
      { ...result('gone', { status: 'error', error: 'File not found' }), isError: true },
      '{"kind":"failed","detail":"File not found"}',
    ],
    [
      'a question nobody answered',
      result('No answer arrived; proceed with best judgment.', { status: 'no_answer' }),
      '{"kind":"failed","detail":"No answer arrived; proceed with best judgment."}',
    ],
    ['an abort', { ...result('Aborted'), isError: true }, '{"kind":"aborted"}'],
    ['nothing of the kind', result('fine', { exitCode: 0 }), '{"kind":"ok"}'],
  ])('that reports %s is called by its name', (_what, data, outcome) => {
    const decoding = running().tool('start', 'c1');
    decoding.emitted();
    expect(decoding.tool('result', 'c1', data).emitted()).toEqual([`+1 tool_ended callId=c1 tool=exec outcome=${outcome}`]);
  });

  it('moved to the background is believed to run, and ended by its task', () => {
    const decoding = running().tool('start', 'c1');
    decoding.emitted();
    decoding.tool('result', 'c1', result('still running', { status: 'running', sessionId: 'quick-canyon' }));
    const task = { kind: 'exec', sourceId: 'quick-canyon', sessionKey: KEY };
    decoding.event('task', { task: { ...task, status: 'running' } });
    decoding.decoder.tasks.confirm(1_795_226_005_000);
    decoding.event('task', { task: { ...task, status: 'completed', endedAt: 1_795_226_009_000, exitCode: 2 } });
    decoding.decoder.tasks.confirm(1_795_226_010_000);
    expect(decoding.emitted()).toEqual([
      '+1 tool_ended callId=c1 tool=exec outcome={"kind":"background","handle":"quick-canyon"}',
      '+1 busy_seen until=1795226061000 handle=quick-canyon',
      '+5 busy_seen until=1795226065000 handle=quick-canyon',
      '+9 background_ended handle=quick-canyon exitCode=2',
    ]);
  });

  it('that spawns a sub-agent names it, by whatever name it was called', () => {
    const decoding = running();
    const wrapped = { name: 'sessions_spawn', parentToolCallId: 'c1' };
    decoding.tool('start', 'c1', { name: 'tool_call', args: { id: 'sessions_spawn', args: {} } });
    decoding.tool('start', 'c1:1', { ...wrapped, args: { label: 'count' } });
    decoding.tool('result', 'c1:1', { ...wrapped, ...result('{"status":"accepted","childSessionKey":"agent:main:subagent:c"}') });
    expect(decoding.emitted()).toEqual([
      '+1 tool_started callId=c1 tool=tool_call args={"id":"sessions_spawn","args":"{}"} runId=run-1',
      '+1 tool_started callId=c1:1 tool=sessions_spawn args={"label":"count"} runId=run-1 parentCallId=c1',
      '+1 tool_ended callId=c1:1 tool=sessions_spawn outcome={"kind":"ok"}',
      '+1 child_spawned callId=c1:1 childKey=agent:main:subagent:c label=count',
    ]);
  });

  it('of the plan tool changes the plan', () => {
    const plan = [
      { step: 'Look', status: 'completed' },
      { step: 'Change', status: 'in_progress' },
    ];
    expect(
      running()
        .tool('start', 'c1', { name: 'progress_card', args: { markdown: 'x', plan } })
        .emitted()[1],
    ).toBe('+1 plan_changed steps=[{"step":"Look","status":"completed"},{"step":"Change","status":"in_progress"}]');
  });

  it('that asks a person waits for the answer until it has it', () => {
    const decoding = running().tool('start', 'c1', { name: 'ask_user', args: { questions: [{ question: 'Which colour?' }] } });
    expect(decoding.emitted()[1]).toBe(`+1 waiting_started waitId=c1 callId=c1 on=answer until=${T0 + 906_000} text=Which colour?`);
    expect(stateOf(decoding)).toBe('waiting');
    decoding.tool('result', 'c1', { name: 'ask_user', ...result('no answer') });
    expect(stateOf(decoding)).toBe('active');
  });

  it.each([
    [30, 30],
    [5, 30],
    [100_000, 3_600],
    ['soon', 900],
  ])('that asks a person for %s seconds waits no longer than %i, and five seconds', (timeoutSeconds, seconds) => {
    const decoding = running().tool('start', 'c1', { name: 'ask_user', args: { question: 'Which?', timeoutSeconds } });
    expect(decoding.events.at(-1)).toMatchObject({ type: 'waiting_started', until: T0 + (1 + seconds + 5) * 1_000 });
  });

  it('that needs approval waits with its command, and no longer than its run', () => {
    const decoding = running().tool('start', 'c1', { args: { title: 'Kernel', command: 'uname -s' } });
    decoding.emitted();
    decoding.lifecycle('waiting-approval', { approvalId: 'a1', toolCallId: 'c1' });
    expect(decoding.emitted()).toEqual([expect.stringContaining(`waitId=a1 callId=c1 on=approval until=${T0 + 1_806_000} text=uname -s`)]);
    decoding.lifecycle('approval-resolved', { approvalId: 'a1', toolCallId: 'c1' }).at(1.3);
    expect(decoding.emitted()).toEqual(['+1 waiting_ended waitId=a1']);
    decoding.lifecycle('waiting-approval', { approvalId: 'a2', toolCallId: 'c1' });
    expect(stateOf(decoding)).toBe('waiting');
    decoding.lifecycle('error', { aborted: true });
    expect(stateOf(decoding)).toBe('aborted');
  });

  it('that is at work has been approved, though nobody told', () => {
    const decoding = running().tool('start', 'c1').lifecycle('waiting-approval', { approvalId: 'a1', toolCallId: 'c1' });
    decoding.emitted();
    decoding.tool('update', 'c1', { partialResult: {} }).tool('update', 'c1', { partialResult: {} });
    expect(decoding.emitted()).toEqual(['+1 waiting_ended waitId=a1 outcome=allowed']);
  });

  it('gives nothing of its arguments, questions and results away that is secret', () => {
    const decoding = running((text) => text.replaceAll('hunter2', '***'));
    decoding.tool('start', 'c1', { args: { command: 'login hunter2', note: { deep: ['hunter2'] } } });
    decoding.lifecycle('waiting-approval', { approvalId: 'a1', toolCallId: 'c1' });
    decoding.tool('result', 'c1', { ...result('bad password hunter2'), isError: true });
    decoding.tool('start', 'c2', { name: 'ask_user', args: { questions: [{ question: 'Is it hunter2?' }] } });
    decoding.agent('item', { kind: 'preamble', phase: 'end', itemId: 'i', progressText: 'I use hunter2.' }).tool('start', 'c3');
    decoding.said('It was hunter2.').lifecycle('error', { error: 'hunter2 expired' });
    expect(JSON.stringify(decoding.events)).not.toContain('hunter2');
    expect(JSON.stringify(decoding.events).match(/\*\*\*/g)?.length).toBeGreaterThan(6);
  });
});

describe('what the agent says', () => {
  it('before a tool call belongs to the message that makes the call', () => {
    const decoding = running().agent('item', { kind: 'preamble', phase: 'end', itemId: 'i1', progressText: 'Let me look.' });
    decoding.message(
      { role: 'assistant', content: [{ type: 'toolCall', id: 'c1', name: 'exec', arguments: {} }], stopReason: 'toolUse' },
      { id: 'a', runId: 'run-1' },
    );
    decoding.tool('start', 'c1');
    expect(decoding.emitted()).toEqual([
      '+1 message text=Let me look. messageId=a stop=tools runId=run-1',
      '+1 tool_started callId=c1 tool=exec args={} runId=run-1',
    ]);
  });

  it('before a tool call stands above it although no message came', () => {
    const decoding = running().agent('item', { kind: 'preamble', phase: 'update', itemId: 'i1', progressText: 'Let me look.Let' });
    decoding.agent('item', { kind: 'preamble', phase: 'end', itemId: 'i1', progressText: 'Let me look.' }).tool('start', 'c1');
    expect(decoding.emitted()[0]).toBe('+1 message messageId=i1 text=Let me look. stop=tools runId=run-1');
  });

  it('before a tool call is told once, also when its message comes after the call, live or from the history of a gateway that crashed', () => {
    const decoding = running().agent('item', { kind: 'preamble', phase: 'end', itemId: 'i1', progressText: 'Let me look.' });
    decoding.tool('start', 'c1');
    decoding.emitted();
    const call = { type: 'toolCall', id: 'c1', name: 'exec', arguments: {} };
    const said = { role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }, call], stopReason: 'toolUse' };
    decoding.message(said, { id: 'a', runId: 'run-1' });
    expect(decoding.emitted()).toEqual(['+1 message messageId=i1 stop=tools text=Let me look. runId=run-1']);
    decoding.message(said, { id: 'b', runId: 'run-1' });
    expect(decoding.emitted()).toEqual(['+1 message messageId=b stop=tools text=Let me look. runId=run-1']);
  });

  it('until it was aborted is shown', () => {
    const decoding = running().chat('aborted', { message: { content: [{ type: 'text', text: 'Half a' }], timestamp: 1_795_226_001_000 } });
    expect(decoding.emitted()).toEqual([
      '+1 run_ended outcome=aborted runId=run-1',
      '+1 message messageId=partial:run-1 text=Half a stop=aborted runId=run-1',
    ]);
  });

  it('to nobody is not shown', () => {
    expect(running().said('NO_REPLY').emitted()).toEqual(['+1 message messageId=m2 stop=stop runId=run-1']);
  });

  it('comes with its tokens and its cost', () => {
    const usage = { input: 10, output: 5, cacheRead: 2, cacheWrite: 0, cost: { total: 0.5 } };
    const decoding = running().message({ role: 'assistant', content: [], stopReason: 'stop', usage }, { runId: 'run-1' });
    expect(decoding.events[0]).toMatchObject({ usage: { input: 10, output: 5, cacheRead: 2, cacheWrite: 0, costUsd: 0.5 } });
  });

  it('in the name of the gateway begins and ends nothing', () => {
    const body = {
      role: 'assistant',
      provider: 'openclaw',
      model: 'delivery-mirror',
      content: [{ type: 'text', text: 'Copy' }],
      stopReason: 'stop',
    };
    expect(new Decoding().message(body).emitted()).toEqual(['+0 message messageId=m1 stop=stop injected=true text=Copy']);
  });
});
