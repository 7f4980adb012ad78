import { afterEach, describe, expect, it } from 'vitest';
import { pairCommand } from '../../../../../src/cli/pair-command.ts';
import { hello, ScriptedGateway, type Script } from './scripted-gateway.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

let gateway: ScriptedGateway;

afterEach(() => gateway.close());

async function pairWith(script: Script, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string[]; err: string[] }> {
  gateway = new ScriptedGateway(script);
  const out: string[] = [];
  const err: string[] = [];
  const stateDir = tempFolder('pair');
  const variables = { GATEWAY_URL: await gateway.listen(), GATEWAY_TOKEN: 'fake-gateway-token', STATE_DIR: stateDir, ...env };
  const context = { env: variables, out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  return { code: await pairCommand.run({}, context, []), out, err };
}

const refusing = (details: Record<string, unknown>): Script => ({
  connect: (served, request) => {
    served.refuse(request, { code: 'NOT_PAIRED', message: 'refused', details });
    served.socket.close(1008, 'refused');
  },
});

describe('live-status pair', () => {
  it('shows the request and the command that approves it', async () => {
    const { code, out } = await pairWith(refusing({ code: 'PAIRING_REQUIRED', requestId: 'req-42' }));
    expect(code).toBe(1);
    expect(out[0]).toMatch(/^Device: [0-9a-f]{64}$/);
    expect(out.slice(1)).toEqual([
      'Request: req-42',
      expect.stringContaining('does not know this device yet'),
      '  openclaw devices approve req-42',
    ]);
  });

  it('never prints a command with more in it than an id', async () => {
    const { out } = await pairWith(refusing({ code: 'PAIRING_REQUIRED', requestId: 'x; rm -rf /' }));
    expect(out.at(-1)).toBe('  openclaw devices approve');
  });

  it('says that the device is known', async () => {
    const { code, out } = await pairWith({});
    expect(code).toBe(0);
    expect(out[1]).toContain('knows this device');
    expect(gateway.newest.requests[0]?.params['device']).toMatchObject({ id: out[0]?.slice('Device: '.length) });
  });

  it('calls a blind connection by its name', async () => {
    const { code, out } = await pairWith({ connect: (served, request) => served.answer(request, hello({ scopes: [] })) });
    expect(code).toBe(1);
    expect(out[1]).toContain('granted no scope at all');
  });

  it('says what is wrong with the token', async () => {
    const { code, out } = await pairWith(refusing({ code: 'AUTH_TOKEN_MISMATCH' }));
    expect(code).toBe(1);
    expect(out[1]).toContain('refuses the token');
  });

  it('names a missing variable', async () => {
    const { code, err } = await pairWith({}, { GATEWAY_TOKEN: '', HOME: '/nowhere' });
    expect(code).toBe(78);
    expect(err.join()).toContain('GATEWAY_TOKEN is missing');
  });
});
