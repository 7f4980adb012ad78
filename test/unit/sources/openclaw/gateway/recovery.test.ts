import { afterEach, describe, expect, it } from 'vitest';
import { KEY, T0 } from './decoding.ts';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { calls, says, toolResult, userMessage } from './recorded-messages.ts';
import { type Running, runSource } from './running-source.ts';
import { hello, type Request, ScriptedGateway, type Script, type Served } from './scripted-gateway.ts';
import { until } from '../../../../support/until.ts';

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

  /** A session that changed lately, with what it holds. */
  const changed = (row: Record<string, unknown>, messages: object[]): NonNullable<Script['request']> => {
    return (served, asked) => {
      if (asked.method === 'sessions.list') return served.answer(asked, { sessions: [{ key: KEY, ...row }] });
      return served.answer(asked, asked.method === 'chat.history' ? { messages, sessionInfo: row } : {});
    };
  };

  it('subscribes to every session it hears of, once per connection', async () => {
    await serve({});
    await until('connected', () => running.source.details().state.state === 'connected');
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

  it.each([
    ['the connection broke', (served: Served) => served.socket.terminate()],
    ['it was too slow', (served: Served) => served.socket.close(1008, 'slow consumer')],
    ['the gateway was away', (served: Served) => served.socket.close(1012, 'service restart')],
    ['frames were dropped', (served: Served) => served.event('tick', {}, 99)],
  ])('tells of a turn that began and ended while %s, in a session that was idle', async (_why, lose) => {
    const now = Date.now();
    const dated = (message: Record<string, unknown>, after: number) => {
      const was = message['__openclaw'] as Record<string, unknown>;
      return { ...message, __openclaw: { ...was, recordTimestampMs: now + after } };
    };
    const messages = [dated(userMessage('m1', 0), 100), dated(says('m2', 0, 'Done.'), 200)];
    const row = { status: 'done', hasActiveRun: false, lastRunId: 'run-1', endedAt: now + 250, agentId: 'main' };
    await serve({ request: changed(row, messages) }, { timing: { recheckMs: 40 } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    gateway.newest.event('tick', {}, 1);
    lose(gateway.newest);
    await until('ended', has('run_ended'));
    expect(running.events.map(({ type }) => type)).toEqual(['session_seen', 'turn_started', 'run_started', 'message', 'run_ended']);
    expect(outcomes()).toEqual(['run-1 done']);
  });

  it('makes no news of what began and ended while it was away for hours', async () => {
    let now = T0 + 60_000;
    const row = { status: 'done', hasActiveRun: false, lastRunId: 'run-1', agentId: 'main' };
    const messages = [userMessage('m1', 600), says('m2', 601, 'Old.'), userMessage('m3', 7_000), says('m4', 7_001, 'New.', 'run-2')];
    await serve({ request: changed(row, messages) }, { clock: { ...systemClock, now: () => now } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    gateway.newest.event('tick', {}, 1);
    await until('heard', () => running.source.details().frames > 4);
    now = T0 + 7_260_000;
    gateway.newest.socket.close(1012);
    await until('ended', has('run_ended'));
    expect(running.events.flatMap((event) => (event.type === 'message' ? [event.text] : []))).toEqual(['New.']);
    const list = gateway.newest.requests.find(({ method }) => method === 'sessions.list');
    expect(list?.params['activeMinutes']).toBe(15);
  });

  it('reads all that an open turn said, however long it was away', async () => {
    let now = T0;
    const messages = [userMessage('m1', 0), says('m2', 600, 'Long ago.')];
    const sessionInfo = { status: 'done', hasActiveRun: false, lastRunId: 'run-1' };
    await serve({ request: changed(sessionInfo, messages) }, { clock: { ...systemClock, now: () => now } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    now = T0 + 7_200_000;
    gateway.newest.socket.terminate();
    await until('ended', has('run_ended'));
    expect(running.events.flatMap((event) => (event.type === 'message' ? [event.text] : []))).toEqual(['Long ago.']);
  });

  it('tells nothing after a gap that had ended before it came', async () => {
    const now = T0 + 30_000;
    const messages = [userMessage('m1', 10), says('m2', 11, 'Before.')];
    const row = { status: 'done', hasActiveRun: false, agentId: 'main' };
    await serve({ request: changed(row, messages) }, { clock: { ...systemClock, now: () => now } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    gateway.newest.socket.terminate();
    await until('asked', () => gateway.served[1]?.requests.some(({ method }) => method === 'chat.history') === true);
    start(gateway.newest);
    await until('the next turn', has('run_started'));
    expect(has('message')()).toBe(false);
  });

  it('asks when a run tries again, once it failed and says nothing more', async () => {
    const waits = { stream: 'run_status', ts: Date.now(), data: { phase: 'retrying', delayMs: 60_000, reason: 'rate_limit' } };
    const request = answering('chat.history', () => ({ inFlightRun: { runId: 'run-1', events: [waits] } }));
    await serve({ request });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    const data = { phase: 'finishing', error: '429 slow down' };
    gateway.newest.event('agent', { runId: 'run-1', sessionKey: KEY, stream: 'lifecycle', data, ts: Date.now() }, 2);
    await until('told when', () => running.events.some((event) => event.type === 'retry_scheduled' && event.nextAt !== undefined));
    expect(gateway.newest.requests.at(-1)).toMatchObject({ method: 'chat.history', params: { sessionKey: KEY, limit: 1 } });
  });

  it('catches up with a session again when frames are dropped in the middle of it', async () => {
    const request: Script['request'] = (served, asked) => {
      const asks = served.requests.filter(({ method }) => method === 'chat.history').length;
      if (asked.method !== 'chat.history') return served.answer(asked, {});
      // The first is never answered.
      if (asks > 1) served.answer(asked, { sessionInfo: { status: 'done', hasActiveRun: false } });
    };
    await serve({ request }, { timing: { recheckMs: 40, requestMs: 60_000 } });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.event('tick', {}, 5);
    await until('asked', () => gateway.newest.requests.some(({ method }) => method === 'chat.history'));
    gateway.newest.event('tick', {}, 9);
    await until('ended', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 done']);
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

  it.each([
    ['goes on by a row that says so, however often it is asked', {}, []],
    ['goes on by a row that names it', { activeRunIds: ['run-1'] }, []],
    ['is lost when a row still names only another one after a few times', { activeRunIds: ['run-9'] }, ['run-1 lost']],
  ])('a run that the history does not show %s', async (_what, more, ended) => {
    const sessionInfo = { hasActiveRun: true, status: 'running', ...more };
    await serve({ request: answering('chat.history', () => ({ sessionInfo })) }, { timing: { recheckMs: 20 } });
    const asked = () => gateway.newest.requests.filter(({ method }) => method === 'chat.history').length;
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.socket.terminate();
    await until('asked to the end', () => gateway.served.length === 2 && asked() === 4);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(outcomes()).toEqual(ended);
  });

  it('calls runs lost that were open when the gateway started anew, except one still in flight', async () => {
    const connect: Script['connect'] = (served, request) => served.answer(request, hello({ bootId: `boot-${served.nth}` }));
    const history = (params: Request['params']) => (params['sessionKey'] === KEY ? {} : { inFlightRun: { runId: 'run-2' } });
    await serve({ connect, request: answering('chat.history', (_served, { params }) => history(params)) });
    await until('connected', () => gateway.served[0]?.requests[1] !== undefined);
    start(gateway.newest);
    gateway.newest.event('agent', { runId: 'run-2', sessionKey: `${KEY}b`, stream: 'lifecycle', data: { phase: 'start' } }, 2);
    await until('both seen', () => running.source.details().openRuns === 2);
    gateway.newest.socket.close(1012, 'service restart');
    await until('settled', has('run_ended'));
    expect(outcomes()).toEqual(['run-1 lost']);
    expect(running.source.details().openRuns).toBe(1);
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
      { sessionKey: KEY, runIds: ['run-1'], since: T0 },
      { sessionKey: 'agent:main:gone', runIds: ['run-2'], since: T0 },
    ];
    const request: Script['request'] = (served, asked) => {
      if (asked.params['sessionKey'] === 'agent:main:gone')
        return served.refuse(asked, { code: 'INVALID_REQUEST', message: 'unknown session' });
      return served.answer(asked, asked.method === 'chat.history' ? { sessionInfo: { status: 'failed', hasActiveRun: false } } : {});
    };
    await serve({ request }, { openTurns: () => restored });
    await until('both ended', () => outcomes().length === 2);
    expect(outcomes().toSorted()).toEqual(['run-1 failed', 'run-2 lost']);
  });

  it('reads what a turn said while no process of ours was there, and how it ended', async () => {
    const messages = [userMessage('m1', 0), calls('m2', 1, 'c1'), toolResult('m3', 5, 'c1'), says('m4', 6, 'Done.')];
    const sessionInfo = { status: 'done', hasActiveRun: false, lastRunId: 'run-1', endedAt: T0 + 6_500 };
    await serve(
      { request: answering('chat.history', () => ({ messages, sessionInfo })) },
      { openTurns: () => [{ sessionKey: KEY, runIds: ['run-1'], since: T0 + 1_000 }] },
    );
    await until('ended', has('run_ended'));
    const emitted = running.events.map(({ type, at }) => `${type} +${(at - T0) / 1_000}`).filter((line) => !line.startsWith('run_started'));
    expect(emitted.slice(1)).toEqual(['message +1', 'tool_started +1', 'tool_ended +5', 'message +6', 'run_ended +6.5']);
  });

  it('finds the report to a turn that waited for its sub-agents when no process of ours was there', async () => {
    const announce = 'announce:v1:agent:main:subagent:0f1756d3-8ee2:child-run';
    const messages = [userMessage('m1', 0), says('m9', 60, 'The sub-agent is done.', announce)];
    await serve(
      { request: answering('chat.history', () => ({ messages, sessionInfo: { status: 'done', hasActiveRun: false } })) },
      { openTurns: () => [{ sessionKey: KEY, runIds: [], since: T0 + 10_000 }] },
    );
    await until('ended', has('run_ended'));
    expect(running.events.find(({ type }) => type === 'turn_started')).toMatchObject({ trigger: { kind: 'announce' } });
    expect(outcomes()).toEqual([`${announce} done`]);
  });

  it('sees through an older gateway what that one has', async () => {
    const request: Script['request'] = (served, asked) =>
      served.refuse(asked, { code: 'INVALID_REQUEST', message: 'missing scope: operator.admin' });
    await serve({ request });
    await until('noticed', () => running.source.details().missingMethods.length > 0);
    start(gateway.newest);
    await until('seen', has('run_started'));
    gateway.newest.event('chat', { runId: 'run-1', sessionKey: KEY, state: 'final' }, 2);
    await until('ended', has('run_ended'));
    expect(running.source.details()).toMatchObject({
      state: { state: 'connected' },
      missingMethods: ['sessions.subscribe', 'sessions.messages.subscribe'],
    });
    expect(gateway.newest.requests.filter(({ method }) => method === 'sessions.messages.subscribe')).toHaveLength(1);
    expect(running.log.filter((line) => line.includes('no such method'))).toHaveLength(2);
  });
});
