// A look at what was missed that is cut short itself: the next one makes up for both.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../../src/process/system-clock.ts';
import { KEY, T0 } from './decoding.ts';
import { says, userMessage } from './recorded-messages.ts';
import { type Running, runSource } from './running-source.ts';
import { hello, type Request, ScriptedGateway, type Script, type Served } from './scripted-gateway.ts';
import { until } from '../../../../support/until.ts';

/** Its answer is on its way; a connection that breaks before has seen nothing that a later look could make up for. */
const FIRST_LOOK_MS = 50;

describe('a look at what was missed', () => {
  let gateway: ScriptedGateway;
  let running: Running;
  let now: number;

  afterEach(async () => {
    await running.source.stop();
    await gateway.close();
  });

  const cuts: [string, (served: Served) => void][] = [
    ['the connection breaks', (served) => served.socket.terminate()],
    ['frames are dropped', (served) => (served.event('tick', {}, 1), served.event('tick', {}, 99))],
  ];

  /** The first look after the first connection is cut short at `method` instead of being answered. */
  async function serve(method: string, cut: (served: Served) => void, script: Required<Script>): Promise<void> {
    let wasCut = false;
    const request = (served: Served, asked: Request): void => {
      if (served.nth === 0 || asked.method !== method || wasCut) return script.request(served, asked);
      wasCut = true;
      cut(served);
    };
    now = T0;
    gateway = new ScriptedGateway({ ...script, request });
    running = await runSource(await gateway.listen(), { clock: { ...systemClock, now: () => now }, timing: { recheckMs: 40 } });
    await until('the first look', () => gateway.served[0]?.requests.some(({ method: asked }) => asked === 'sessions.list') === true);
    await sleep(FIRST_LOOK_MS);
  }

  it.each(cuts)('makes up for the time before it, too, when %s in the middle of it', async (_why, cut) => {
    const sessionInfo = { status: 'done', hasActiveRun: false, lastRunId: 'run-1' };
    const request = (served: Served, asked: Request): void => {
      if (asked.method === 'sessions.list') return served.answer(asked, { sessions: [{ key: KEY, ...sessionInfo }] });
      const messages = [userMessage('m1', 60), says('m2', 70, 'Done.')];
      return served.answer(asked, asked.method === 'chat.history' ? { messages, sessionInfo } : {});
    };
    await serve('sessions.list', cut, { request, connect: (served, asked) => served.answer(asked, hello()) });
    now = T0 + 600_000;
    gateway.newest.socket.terminate();
    await until('ended', () => running.events.some(({ type }) => type === 'run_ended'));
    expect(running.events.flatMap((event) => (event.type === 'message' ? [event.text] : []))).toEqual(['Done.']);
  });

  it.each(cuts)('knows that the gateway started anew when %s in the middle of it', async (_why, cut) => {
    // The rows of such a gateway call aborted what its stop cut off.
    const sessionInfo = { status: 'killed', hasActiveRun: false, abortedLastRun: true, lastRunId: 'run-1' };
    await serve('chat.history', cut, {
      request: (served, asked) => served.answer(asked, asked.method === 'chat.history' ? { sessionInfo } : {}),
      connect: (served, asked) => served.answer(asked, hello({ bootId: served.nth === 0 ? 'boot-1' : 'boot-2' })),
    });
    const data = { phase: 'start' };
    gateway.newest.event('agent', { runId: 'run-1', sessionKey: KEY, stream: 'lifecycle', data, ts: T0 });
    await until('seen', () => running.events.some(({ type }) => type === 'run_started'));
    gateway.newest.socket.terminate();
    await until('ended', () => running.events.some(({ type }) => type === 'run_ended'));
    expect(running.events.find(({ type }) => type === 'run_ended')).toMatchObject({ runId: 'run-1', outcome: 'lost' });
  });
});
