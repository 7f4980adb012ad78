import { afterEach, describe, expect, it } from 'vitest';
import { Decoding, KEY, POST, T0 } from './decoding.ts';
import { type Running, runSource, until } from './running-source.ts';
import { hello, type Request, ScriptedGateway, type Script, type Served } from './scripted-gateway.ts';

const marks = (id: string, seconds: number, more = {}) => ({ __openclaw: { id, recordTimestampMs: T0 + seconds * 1000, ...more } });
const userMessage = (id: string, seconds: number) => ({
  role: 'user',
  content: 'please',
  ...marks(id, seconds, { senderId: 'u', transport: { messageId: POST } }),
});
const calls = (id: string, seconds: number, callId: string, runId = 'run-1') => ({
  role: 'assistant',
  content: [{ type: 'toolCall', id: callId, name: 'exec', arguments: { command: 'ls' } }],
  stopReason: 'toolUse',
  ...marks(id, seconds, { runId }),
});
const toolResult = (id: string, seconds: number, callId: string) => ({
  role: 'toolResult',
  toolCallId: callId,
  toolName: 'exec',
  isError: false,
  content: [{ type: 'text', text: 'ok' }],
  ...marks(id, seconds, { runId: 'run-1' }),
});
const says = (id: string, seconds: number, text: string, runId = 'run-1') => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  stopReason: 'stop',
  ...marks(id, seconds, { runId }),
});

function interrupted(): Decoding {
  const decoding = new Decoding()
    .asked()
    .at(1)
    .lifecycle('start')
    .tool('start', 'c1', { args: { command: 'sleep 9' } });
  decoding.told();
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
    expect(decoding.history({ messages, sessionInfo: row })).toBe(true);
    expect(decoding.told()).toEqual([
      '+1 message messageId=m2 stop=tools runId=run-1',
      '+5 tool_ended callId=c1 tool=exec outcome={"kind":"ok"}',
      '+5.5 message messageId=m4 stop=tools runId=run-1',
      '+5.5 tool_started callId=c2 tool=exec args={"command":"ls"} runId=run-1',
      '+5.9 message messageId=m5 stop=stop text=Done. runId=run-1',
      '+8.5 run_ended outcome=done runId=run-1',
    ]);
    decoding.history({ messages, sessionInfo: row });
    expect(decoding.told()).toEqual([]);
  });

  it.each([
    [{ status: 'done', hasActiveRun: false }, 'done'],
    [{ status: 'failed', hasActiveRun: false, lastRunId: 'run-1' }, 'failed'],
    [{ status: 'killed', hasActiveRun: false, abortedLastRun: true }, 'aborted'],
    [{ status: 'timeout', hasActiveRun: false }, 'timed_out'],
    [{ status: 'done', hasActiveRun: false, lastRunId: 'another' }, 'lost'],
    [{ hasActiveRun: false }, 'lost'],
  ])('a run that is gone ended as its row %o says', (sessionInfo, outcome) => {
    const decoding = interrupted();
    expect(decoding.history({ sessionInfo })).toBe(true);
    expect(decoding.told()).toEqual([`+20 run_ended outcome=${outcome} runId=run-1`]);
  });

  it('a run in flight goes on, with its plan', () => {
    const decoding = interrupted();
    const plan = [{ step: 'Look', status: 'completed' }];
    expect(decoding.history({ sessionInfo: { hasActiveRun: true }, inFlightRun: { runId: 'run-1', startedAt: T0 + 1000, plan } })).toBe(
      true,
    );
    expect(decoding.told()).toEqual(['+20 run_started runId=run-1', '+20 plan_changed steps=[{"step":"Look","status":"completed"}]']);
    expect(decoding.lifecycle('end').told()).toEqual(['+20 run_ended outcome=done runId=run-1']);
  });

  it('a row that still says running is not believed against the runs in flight, but asked again', () => {
    const decoding = interrupted();
    expect(decoding.history({ sessionInfo: { hasActiveRun: true, status: 'running' } })).toBe(false);
    expect(decoding.told()).toEqual([]);
  });

  it('a restarted gateway has lost its runs, but not those that had answered', () => {
    const decoding = interrupted();
    decoding.history({ sessionInfo: { hasActiveRun: true, status: 'running' } }, true);
    expect(decoding.told()).toEqual(['+20 run_ended outcome=lost runId=run-1']);
    const answered = interrupted().said('Done.');
    answered.told();
    answered.history({}, true);
    expect(answered.told()).toEqual(['+20 run_ended outcome=done runId=run-1']);
  });

  it('of a session never seen before only the turn is told that is going on', () => {
    const decoding = new Decoding().at(30);
    const messages = [userMessage('old', 0), says('old2', 1, 'Old.', 'run-0'), userMessage('m1', 10), calls('m2', 11, 'c1')];
    decoding.history({ messages, sessionInfo: { hasActiveRun: true }, inFlightRun: { runId: 'run-1', startedAt: T0 + 10_500 } });
    expect(decoding.told()).toEqual([
      `+10 turn_started trigger={"kind":"person","postId":"${POST}"} messageId=m1`,
      '+11 run_started runId=run-1',
      '+11 message messageId=m2 stop=tools runId=run-1',
      '+11 tool_started callId=c1 tool=exec args={"command":"ls"} runId=run-1',
    ]);
  });

  it('of an idle session never seen before nothing is told', () => {
    const decoding = new Decoding();
    decoding.history({ messages: [userMessage('old', 0), says('old2', 1, 'Old.')], sessionInfo: { hasActiveRun: false, status: 'done' } });
    expect(decoding.told()).toEqual([]);
  });

  it('text and calls that the history splits are one message again', () => {
    const decoding = interrupted();
    const text = { role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }], ...marks('m2', 1, { runId: 'run-1' }) };
    decoding.history({
      messages: [text, calls('m2', 1, 'c1')],
      sessionInfo: { hasActiveRun: true },
      inFlightRun: { runId: 'run-1', startedAt: T0 + 1000 },
    });
    expect(decoding.told()[0]).toBe('+1 message messageId=m2 stop=tools text=Let me look. runId=run-1');
  });
});

describe('the source', () => {
  let gateway: ScriptedGateway;
  let running: Running;

  afterEach(async () => {
    await running.source.stop();
    await gateway.close();
  });

  const start = (served: Served, runId = 'run-1') =>
    served.event('agent', { runId, sessionKey: KEY, stream: 'lifecycle', data: { phase: 'start' }, ts: Date.now() }, 1);
  const outcomes = () => running.events.flatMap((event) => (event.type === 'run_ended' ? [`${event.runId} ${event.outcome}`] : []));
  const has = (type: string) => () => running.events.some((event) => event.type === type);

  async function serve(script: Script, options: Parameters<typeof runSource>[1] = {}): Promise<void> {
    gateway = new ScriptedGateway(script);
    running = await runSource(await gateway.listen(), options);
  }

  /** Answers every request of one method, the others with nothing. */
  const answering = (
    method: string,
    payload: (served: Served, request: Request) => Record<string, unknown>,
  ): NonNullable<Script['request']> => {
    return (served, request) => served.answer(request, request.method === method ? payload(served, request) : {});
  };

  it('subscribes to every session it hears of, once per connection', async () => {
    await serve({});
    await until('connected', () => running.source.health().state.state === 'connected');
    for (const seq of [1, 2, 3]) gateway.newest.event('sessions.changed', { sessionKey: KEY, reason: 'participants' }, seq);
    start(gateway.newest);
    const subscribed = () => gateway.newest.requests.filter(({ method }) => method === 'sessions.messages.subscribe');
    await until('subscribed', () => subscribed().length > 0 && has('run_started')());
    expect(subscribed().map(({ params }) => params['key'])).toEqual([KEY]);
  });

  it('catches up with active sessions and open runs, with the cursor of the time before', async () => {
    const list = { sessions: [{ key: KEY, hasActiveRun: true, status: 'running', agentId: 'main' }] };
    const request: Script['request'] = (served, asked) => {
      if (asked.method === 'sessions.subscribe') return served.answer(asked, served.nth === 0 ? { list } : {});
      if (asked.method !== 'chat.history') return served.answer(asked, {});
      if (served.nth === 0) return served.answer(asked, { messages: [], deltaCursor: 'cursor-1', inFlightRun: { runId: 'run-1' } });
      return served.answer(asked, {
        kind: 'delta',
        messages: [],
        sessionInfo: { hasActiveRun: false, status: 'done', lastRunId: 'run-1' },
      });
    };
    await serve({ request });
    await until('in flight', has('run_started'));
    gateway.newest.socket.terminate();
    await until('settled', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 done']);
    const asked = gateway.newest.requests.find(({ method }) => method === 'chat.history');
    expect(asked?.params).toEqual({ sessionKey: KEY, cursor: 'cursor-1' });
  });

  it('asks for everything when its cursor is of no use any more', async () => {
    const request = answering('chat.history', (_served, { params }) =>
      params['cursor'] === undefined ? { deltaCursor: 'c', inFlightRun: { runId: 'run-1' } } : { kind: 'reset' },
    );
    await serve({ request });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    for (const nth of [1, 2]) {
      gateway.newest.socket.terminate();
      await until('asked', () => gateway.served[nth]?.requests.some(({ method }) => method === 'chat.history') === true);
    }
    await until('asked again', () => gateway.newest.requests.filter(({ method }) => method === 'chat.history').length === 2);
    expect(gateway.newest.requests.filter(({ method }) => method === 'chat.history').map(({ params }) => Object.keys(params)[1])).toEqual([
      'cursor',
      'limit',
    ]);
  });

  it('believes a row that will not say the end after asking a few times', async () => {
    await serve(
      { request: answering('chat.history', () => ({ sessionInfo: { hasActiveRun: true, status: 'running' } })) },
      { timing: { recheckMs: 20 } },
    );
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.socket.terminate();
    await until('settled', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 lost']);
    expect(gateway.newest.requests.filter(({ method }) => method === 'chat.history')).toHaveLength(4);
  });

  it('calls runs lost that were open when the gateway started anew, except one still in flight', async () => {
    const connect: Script['connect'] = (served, request) => served.answer(request, hello({ bootId: `boot-${served.nth}` }));
    const request = answering('chat.history', (_served, { params }) =>
      params['sessionKey'] === KEY ? {} : { inFlightRun: { runId: 'run-2' } },
    );
    await serve({ connect, request });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    gateway.newest.event('agent', { runId: 'run-2', sessionKey: `${KEY}b`, stream: 'lifecycle', data: { phase: 'start' } }, 2);
    await until('both seen', () => running.source.health().openRuns === 2);
    gateway.newest.socket.close(1012, 'service restart');
    await until('settled', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 lost']);
    expect(running.source.health().openRuns).toBe(1);
  });

  it.each([
    ['began while we were away', 0, 'lost'],
    ['was there all the time', 3_600_000, 'aborted'],
  ])('knows an older gateway that %s by the time it has been running', async (_what, uptimeMs, outcome) => {
    const older = { ...hello(), server: { version: '2026.7.35' }, snapshot: { uptimeMs } };
    const connect: Script['connect'] = (served, request) => served.answer(request, served.nth === 0 ? { ...older, snapshot: {} } : older);
    // The rows of such a gateway call aborted what its stop cut off.
    const request = answering('chat.history', () => ({ sessionInfo: { status: 'killed', hasActiveRun: false, abortedLastRun: true } }));
    await serve({ connect, request });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.socket.terminate();
    await until('settled', has('run_ended'));
    expect(outcomes()).toEqual([`run-1 ${outcome}`]);
  });

  it('says that a session has lost its gateway, and takes that back when it is there again', async () => {
    await serve(
      { request: answering('chat.history', () => ({ inFlightRun: { runId: 'run-1' } })) },
      { timing: { lostMs: 50, leastMs: 200 }, random: () => 1 },
    );
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    running.events.length = 0;
    gateway.newest.socket.terminate();
    await until('lost', has('source_lost'));
    await until('taken back', has('run_started'));
    expect(running.events.map(({ type }) => type)).toEqual(['source_lost', 'run_started']);
  });

  it('does not call anything lost for a short interruption', async () => {
    await serve({ request: answering('chat.history', () => ({ inFlightRun: { runId: 'run-1' } })) }, { timing: { lostMs: 5_000 } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.socket.terminate();
    await until('asked', () => gateway.served[1]?.requests.some(({ method }) => method === 'chat.history') === true);
    expect(has('source_lost')()).toBe(false);
  });

  it('asks about a run that is silent for long, and ends it when it is over', async () => {
    await serve(
      { request: answering('chat.history', () => ({ sessionInfo: { status: 'done', hasActiveRun: false } })) },
      { timing: { checkMs: 30, quietMs: 60 } },
    );
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('ended', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 done']);
  });

  it('settles runs that an earlier process left open', async () => {
    const restored = [
      { sessionKey: KEY, runId: 'run-1' },
      { sessionKey: 'agent:main:gone', runId: 'run-2' },
    ];
    const request: Script['request'] = (served, asked) => {
      if (asked.params['sessionKey'] === 'agent:main:gone')
        return served.refuse(asked, { code: 'INVALID_REQUEST', message: 'unknown session' });
      return served.answer(asked, asked.method === 'chat.history' ? { sessionInfo: { status: 'failed', hasActiveRun: false } } : {});
    };
    await serve({ request }, { restored: () => restored });
    await until('both ended', () => outcomes().length === 2);
    expect(outcomes().toSorted()).toEqual(['run-1 failed', 'run-2 lost']);
  });

  it('sees through an older gateway what that one has', async () => {
    const request: Script['request'] = (served, asked) =>
      served.refuse(asked, { code: 'INVALID_REQUEST', message: 'missing scope: operator.admin' });
    await serve({ request });
    await until('noticed', () => running.source.health().missingMethods.length > 0);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.event('chat', { runId: 'run-1', sessionKey: KEY, state: 'final' }, 2);
    await until('ended', has('run_ended'));
    expect(running.source.health()).toMatchObject({
      state: { state: 'connected' },
      missingMethods: ['sessions.subscribe', 'sessions.messages.subscribe'],
    });
    expect(gateway.newest.requests.filter(({ method }) => method === 'sessions.messages.subscribe')).toHaveLength(1);
    expect(running.log.filter((line) => line.includes('no such method'))).toHaveLength(2);
  });
});
