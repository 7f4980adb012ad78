// What a gateway lets us see is judged by what it answers where it does not say so, and told with a cure that was not tried yet.

import { describe, expect, it } from 'vitest';
import { pairCommand } from '../../../../../src/cli/pair-command.ts';
import { hello, type Request, type Script } from './scripted-gateway.ts';
import { listen, MISSING_SCOPE, serve, stateOf, UNKNOWN_METHOD } from './watched-gateway.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';
import { until } from '../../../../support/until.ts';

describe('a hello that does not say what it grants', () => {
  const { auth: _auth, ...silent } = hello();

  const judgedBy = (refusal: Record<string, unknown> | undefined): Script => ({
    connect: (served, request) => served.answer(request, silent),
    request: (served, request) => (refusal === undefined ? served.answer(request, {}) : served.refuse(request, refusal)),
  });

  it.each([
    ['an answer', undefined, 'connected'],
    ['a refusal for want of the scope', MISSING_SCOPE, 'blind'],
    ['the same in the words of 2026.9', { code: 'FORBIDDEN', message: 'forbidden', details: { code: 'MISSING_SCOPE' } }, 'blind'],
    ['a refusal of the question', { code: 'INVALID_REQUEST', message: "unexpected property 'limit'" }, 'connected'],
    ['a method that it does not know', UNKNOWN_METHOD, 'connected'],
  ])('is judged by the first answer: %s', async (_what, refusal, state) => {
    const source = await serve(judgedBy(refusal));
    await until(state, () => source.states.some((seen) => seen.state === state));
    expect(source.states.map((seen) => seen.state)).toEqual(['connecting', state]);
  });

  it('is called blind in the words of the gateway', async () => {
    const source = await serve(judgedBy(MISSING_SCOPE));
    await until('blind', () => stateOf(source) === 'blind');
    expect(source.log.join()).toContain('missing scope: operator.read');
  });

  it('lets `pair` say that the device is known', async () => {
    expect(await pairWith(judgedBy(undefined))).toMatchObject({ code: 0 });
  });

  it('lets `pair` say what is refused, and how to mend it without itself', async () => {
    const { code, out } = await pairWith(judgedBy(MISSING_SCOPE));
    expect(code).toBe(1);
    expect(out.join()).toContain('missing scope: operator.read');
    expect(out.join()).toMatch(/openclaw devices rotate --device [0-9a-f]{64} --role operator --scope operator\.read/);
    expect(out.join()).not.toContain('live-status pair');
  });
});

it('`pair` without scopes does not tell people to pair', async () => {
  const { out } = await pairWith({ connect: (served, request) => served.answer(request, hello({ scopes: [] })) });
  expect(out.join()).not.toContain('live-status pair');
});

describe('a first try that fails and a second, with the device, that works', () => {
  const { auth: _auth, ...silent } = hello();
  const stateDir = () => tempFolder('device');

  it.each<[string, Script]>([
    [
      'without the scope',
      { connect: (served, request) => served.answer(request, hello({ scopes: hasDevice(request) ? ['operator.read'] : [] })) },
    ],
    [
      'without the device',
      {
        connect: (served, request) => {
          if (hasDevice(request)) return served.answer(request, hello());
          served.refuse(request, { code: 'NOT_PAIRED', message: 'device identity required' });
          served.socket.close(1008, 'device identity required');
        },
      },
    ],
    [
      'judged by its first answer',
      {
        connect: (served, request) => served.answer(request, silent),
        request: (served, request) => {
          if (hasDevice(served.requests[0])) served.answer(request, {});
          else served.refuse(request, MISSING_SCOPE);
        },
      },
    ],
  ])('are no error and no news, %s', async (_why, script) => {
    const source = await serve(script, { stateDir: stateDir() });
    await until('connected', () => stateOf(source) === 'connected');
    expect(source.states.map(({ state }) => state)).toEqual(['connecting', 'connected']);
    expect(source.log).toEqual([]);
  });

  it('is said when the second fails as well, and not with a cure that was tried', async () => {
    const source = await serve({ connect: (served, request) => served.answer(request, hello({ scopes: [] })) }, { stateDir: stateDir() });
    await until('blind', () => stateOf(source) === 'blind');
    expect(source.log).toHaveLength(1);
    expect(source.log[0]).toContain('openclaw devices rotate');
    expect(source.log[0]).not.toContain('live-status pair');
  });
});

function hasDevice(request: Request | undefined): boolean {
  return request?.params['device'] !== undefined;
}

async function pairWith(script: Script): Promise<{ code: number; out: string[] }> {
  const out: string[] = [];
  const env = {
    GATEWAY_URL: await listen(script),
    GATEWAY_TOKEN: 'fake-gateway-token',
    STATE_DIR: tempFolder('pair'),
  };
  const context = { env, out: (line: string) => out.push(line), err: (line: string) => out.push(line) };
  return { code: await pairCommand.run({}, context, []), out };
}
