import { describe, expect, it } from 'vitest';
import { findGateway, openclawConfigPath } from '../../../../../src/sources/openclaw/gateway/find-gateway.ts';

const HOME = '/home/somebody';
const TOKEN = 'fake-gateway-token';

function found(config: unknown, env: NodeJS.ProcessEnv = {}): unknown {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return findGateway({ HOME, ...env }, () => text);
}

const withToken = (gateway: object) => ({ gateway: { auth: { mode: 'token', token: TOKEN }, ...gateway } });

describe('the place of the OpenClaw configuration', () => {
  it.each([
    [{ HOME }, '/home/somebody/.openclaw/openclaw.json'],
    [{ HOME, OPENCLAW_STATE_DIR: '/srv/openclaw' }, '/srv/openclaw/openclaw.json'],
    [{ HOME, OPENCLAW_STATE_DIR: '~/claw' }, '/home/somebody/claw/openclaw.json'],
    [{ HOME, OPENCLAW_STATE_DIR: '/srv/openclaw', OPENCLAW_CONFIG_PATH: '/etc/openclaw.json' }, '/etc/openclaw.json'],
    [{}, undefined],
  ])('with %o is %s', (env, path) => {
    expect(openclawConfigPath(env)).toBe(path);
  });
});

describe('the gateway in an OpenClaw configuration', () => {
  const at = (url: string, token = TOKEN) => ({ url, token, path: '/home/somebody/.openclaw/openclaw.json' });

  it.each([
    ['its port', withToken({ port: 38_789 }), {}, at('ws://127.0.0.1:38789')],
    ['the usual port', withToken({}), {}, at('ws://127.0.0.1:18789')],
    ['the port of the environment', withToken({ port: 38_789 }), { OPENCLAW_GATEWAY_PORT: '4000' }, at('ws://127.0.0.1:4000')],
    ['TLS', withToken({ tls: { enabled: true } }), {}, at('wss://127.0.0.1:18789')],
    [
      'a remote one',
      { gateway: { mode: 'remote', remote: { url: 'wss://claw.example.org', token: TOKEN } } },
      {},
      at('wss://claw.example.org'),
    ],
    ['a token of the environment', {}, { OPENCLAW_GATEWAY_TOKEN: 'fake-other' }, at('ws://127.0.0.1:18789', 'fake-other')],
    ['a token by reference', withToken({ auth: { token: '${CLAW_TOKEN}' } }), { CLAW_TOKEN: TOKEN }, at('ws://127.0.0.1:18789')],
    [
      'a token by reference object',
      withToken({ auth: { token: { source: 'env', id: 'CLAW_TOKEN' } } }),
      { CLAW_TOKEN: TOKEN },
      at('ws://127.0.0.1:18789'),
    ],
  ])('is found with %s', (_what, config, env, expected) => {
    expect(found(config, env)).toEqual(expected);
  });

  it('is found in a file that people wrote by hand', () => {
    const text = `\uFEFF// my gateway
    {
      gateway: { /* here */ port: 0x1, 'auth': { token: "${TOKEN}", mode: 'token', }, },
      "note": "a // comment, or a /* comment */ in a text, is none,}",
      agents: ['main', "it's",],
    }`.replace('0x1', '4001');
    expect(found(text)).toEqual(at('ws://127.0.0.1:4001'));
  });

  it.each([
    ['no configuration', undefined, 'there is no OpenClaw configuration at /home/somebody/.openclaw/openclaw.json'],
    ['a broken one', '{ gateway: ', 'cannot be understood'],
    ['something else', '[1, 2]', 'cannot be understood'],
    ['a password', '{"gateway":{"auth":{"mode":"password","password":"x"}}}', 'protects the gateway with a password'],
    ['no token', '{}', 'names no gateway token'],
    ['a reference to nothing', '{"gateway":{"auth":{"token":"${NOT_SET}"}}}', 'keeps the gateway token where live-status cannot read it'],
    [
      'a token in a vault',
      '{"gateway":{"auth":{"token":{"source":"exec","id":"x"}}}}',
      'keeps the gateway token where live-status cannot read it',
    ],
  ])('is not found with %s, and it is said why', (_what, text, why) => {
    const result = findGateway({ HOME }, () => text);
    expect('why' in result ? result.why : '').toContain(why);
  });
});
