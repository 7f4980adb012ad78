// A question that a gateway refuses is never silence: it is asked in the form that gateway may know, or said to be refused.

import { describe, expect, it } from 'vitest';
import { simplerForm } from '../../../../../src/sources/openclaw/gateway/compatible-requests.ts';
import { KEY } from './decoding.ts';
import type { Request, Served } from './scripted-gateway.ts';
import { MISSING_SCOPE, serve, stateOf, theGateway, UNKNOWN_METHOD } from './watched-gateway.ts';
import { until } from '../../../../support/until.ts';

const newest = () => theGateway().newest;
const connections = () => theGateway().served.length;
const asked = (method: string) =>
  theGateway()
    .served.flatMap(({ requests }) => requests)
    .filter((request) => request.method === method);

/** A gateway that takes a method's parameters only from a list, as real ones check them. */
const knowing =
  (method: string, known: readonly string[], words: (unknown: string) => string) =>
  (served: Served, request: Request): void => {
    const unknown = Object.keys(request.params).find((name) => !known.includes(name));
    if (request.method !== method || unknown === undefined) served.answer(request, {});
    else served.refuse(request, { code: 'INVALID_REQUEST', message: words(unknown) });
  };

describe('a refused question', () => {
  it.each<[string, string, Record<string, unknown>, string, Record<string, unknown> | undefined]>([
    [
      'without what is named',
      'sessions.subscribe',
      { activeOnly: true, limit: 9 },
      "at root: unexpected property 'activeOnly'",
      { limit: 9 },
    ],
    ['without everything named', 'sessions.subscribe', { activeOnly: true, limit: 9 }, 'unexpected activeOnly, limit', {}],
    ['without anything when nothing is named', 'sessions.subscribe', { activeOnly: true, limit: 9 }, 'no', {}],
    ['no more when nothing is left', 'sessions.subscribe', {}, 'no', undefined],
    ['never without the session it is about', 'chat.history', { sessionKey: KEY, limit: 1 }, 'no sessionKey limit', { sessionKey: KEY }],
    ['never without the key it is about', 'sessions.messages.subscribe', { key: KEY }, 'unexpected key', undefined],
    [
      'not without what only sounds alike',
      'sessions.list',
      { limit: 1, activeMinutes: 2 },
      "unexpected 'activeMinutes' (unlimited)",
      { limit: 1 },
    ],
  ])('is asked again %s', (_how, method, params, message, simpler) => {
    expect(simplerForm(method, params, { message })).toEqual(simpler);
  });

  const forms: [string, (unknown: string) => string][] = [
    ['2026.8.2', (name) => `invalid sessions.subscribe params: at root: unexpected property '${name}'`],
    ['another version', (name) => `validation failed: must NOT have additional properties (${name})`],
    ['one that names nothing', () => 'bad request'],
  ];
  it.each(forms)('of the subscription, in the words of %s, ends with everything subscribed', async (_version, words) => {
    const source = await serve({ request: knowing('sessions.subscribe', [], words) });
    await until('accepted', () => asked('sessions.subscribe').some(({ params }) => Object.keys(params).length === 0));
    await until('connected', () => stateOf(source) === 'connected');
    newest().event('agent', { runId: 'r', sessionKey: KEY, stream: 'lifecycle', data: { phase: 'start' } }, 1);
    await until('seen', () => source.events.some(({ type }) => type === 'run_started'));
    expect(source.source.details()).toMatchObject({ refusals: {}, missingMethods: [] });
    expect(source.source.health().condition).toEqual({ state: 'readable' });
    expect(source.log).toEqual([]);
  });

  it('for what has changed is asked without what the version does not know, and that only once', async () => {
    const request = knowing('sessions.list', ['limit'], (name) => `invalid sessions.list params: unexpected property '${name}'`);
    const source = await serve({ request }, { timing: { recheckMs: 40 } });
    await until('connected', () => stateOf(source) === 'connected');
    for (const seq of [1, 9]) newest().event('tick', {}, seq);
    await until('asked simply', () => asked('sessions.list').length >= 4);
    newest().event('tick', {}, 19);
    await until('asked again', () => asked('sessions.list').length >= 6);
    expect(asked('sessions.list').filter(({ params }) => 'activeMinutes' in params)).toHaveLength(1);
  });

  it('for a history that may not be limited is asked without a limit', async () => {
    const answers = knowing('chat.history', ['sessionKey'], (name) => `invalid chat.history params: unexpected property '${name}'`);
    const list = { sessions: [{ key: KEY, hasActiveRun: true, status: 'running' }] };
    await serve({
      request: (served, request) => (request.method === 'sessions.subscribe' ? served.answer(request, { list }) : answers(served, request)),
    });
    await until('asked simply', () => asked('chat.history').length === 2);
    expect(asked('chat.history').map(({ params }) => params)).toEqual([{ sessionKey: KEY, limit: 50 }, { sessionKey: KEY }]);
  });

  it('by a gateway that only starts is asked again when it said so', async () => {
    const source = await serve({
      request: (served, request) => {
        if (request.method !== 'sessions.subscribe' || asked('sessions.subscribe').length > 2) return served.answer(request, {});
        return served.refuse(request, { code: 'UNAVAILABLE', message: 'starting', retryAfterMs: 10 });
      },
    });
    await until('asked to the end', () => asked('sessions.subscribe').length === 3);
    await until('connected', () => stateOf(source) === 'connected');
    expect(source.source.details().refusals).toEqual({});
  });

  it('that is taken in no form makes the source degraded, with the words of the gateway and the cure, and is logged once', async () => {
    const source = await serve(
      {
        request: (served, request) =>
          request.method === 'sessions.subscribe'
            ? served.refuse(request, { code: 'INVALID_REQUEST', message: 'subscriptions are switched off here' })
            : served.answer(request, {}),
      },
      { timing: { recheckMs: 40 } },
    );
    await until('refused', () => Object.keys(source.source.details().refusals).length > 0);
    expect(source.source.health().condition).toEqual({
      state: 'impaired',
      because: expect.stringMatching(/refuses sessions\.subscribe: "subscriptions are switched off here"; .*TRANSCRIPT_DIR/),
    });
    for (const seq of [1, 9]) newest().event('tick', {}, seq);
    await until('asked again', () => asked('sessions.subscribe').length > 3);
    newest().socket.terminate();
    await until('and again', () => connections() === 2 && asked('sessions.subscribe').length > 5);
    await until('refused again', () => Object.keys(source.source.details().refusals).length > 0);
    expect(source.log.filter((line) => line.includes('refuses a request'))).toHaveLength(1);
  });

  it.each(['sessions.subscribe', 'sessions.messages.subscribe', 'chat.history', 'sessions.list'])(
    '%s for want of a scope makes the source down',
    async (method) => {
      const list = { sessions: [{ key: KEY, hasActiveRun: true, status: 'running' }] };
      const source = await serve({
        request: (served, request) => {
          if (request.method === method) return served.refuse(request, MISSING_SCOPE);
          return served.answer(request, request.method === 'sessions.subscribe' && method !== 'sessions.list' ? { list } : {});
        },
      });
      await until('refused', () => Object.keys(source.source.details().refusals).length > 0);
      expect(source.source.health().condition).toMatchObject({
        state: 'unreadable',
        because: expect.stringContaining('operator.read'),
      });
    },
  );

  it('of a session that the gateway does not know says nothing of the gateway', async () => {
    const list = { sessions: [{ key: KEY, hasActiveRun: true, status: 'running' }] };
    const source = await serve({
      request: (served, request) => {
        if (request.method === 'chat.history') return served.refuse(request, { code: 'INVALID_REQUEST', message: 'unknown session' });
        return served.answer(request, request.method === 'sessions.subscribe' ? { list } : {});
      },
    });
    await until('asked', () => asked('chat.history').length > 0);
    expect(source.source.health().condition).toEqual({ state: 'readable' });
  });

  it('to a gateway without subscriptions is said with what cannot be seen, and warned of once', async () => {
    const source = await serve(
      {
        request: (served, request) =>
          request.method === 'sessions.list' ? served.answer(request, {}) : served.refuse(request, UNKNOWN_METHOD),
      },
      { timing: { recheckMs: 40 } },
    );
    await until('noticed', () => source.source.details().missingMethods.length > 0);
    for (const seq of [1, 9]) newest().event('tick', {}, seq);
    await until('a second look', () => asked('sessions.list').length > 0);
    newest().socket.terminate();
    await until('again', () => connections() === 2 && stateOf(source) === 'connected' && source.source.details().missingMethods.length > 0);
    expect(source.source.health().condition).toMatchObject({
      state: 'impaired',
      because: expect.stringMatching(/sub-agents and \/stop.*TRANSCRIPT_DIR/),
    });
    expect(source.log.filter((line) => line.includes('no such method'))).toHaveLength(1);
  });
});
