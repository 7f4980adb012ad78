import { createHash, createPublicKey, verify } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TIMING } from '../../../../../src/sources/openclaw/gateway/timing.ts';
import { type Running, runSource } from './running-source.ts';
import { CHALLENGE, hello, type Request, ScriptedGateway, type Script } from './scripted-gateway.ts';
import { FakeClock } from '../../../../support/clock.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';
import { until } from '../../../../support/until.ts';

const MISMATCH = { code: 'INVALID_REQUEST', message: 'unauthorized: gateway token mismatch', details: { code: 'AUTH_TOKEN_MISMATCH' } };

let gateway: ScriptedGateway;
let running: Running;

async function connectTo(
  script: Script,
  options: Parameters<typeof runSource>[1] = {},
  server: { autoPong?: boolean } = {},
): Promise<void> {
  gateway = new ScriptedGateway(script, server);
  running = await runSource(await gateway.listen(), options);
}

const stateIs = (state: string) => () => running.source.details().state.state === state;
const connected = () => until('connected', stateIs('connected'));
const words = () => {
  const { state } = running.source.details();
  return 'because' in state ? state.because : '';
};

afterEach(async () => {
  await running.source.stop();
  await gateway.close();
});

describe('the handshake', () => {
  it('asks for nothing but reading, as a client that the gateway knows, in both protocols', async () => {
    await connectTo({});
    await connected();
    expect(gateway.newest.requests[0]).toMatchObject({
      method: 'connect',
      params: {
        minProtocol: 3,
        maxProtocol: 4,
        client: { id: 'gateway-client', mode: 'backend', version: '0.0.1', platform: process.platform, displayName: 'live-status' },
        role: 'operator',
        scopes: ['operator.read'],
        caps: [],
        auth: { token: 'fake-gateway-token' },
      },
    });
    expect(gateway.newest.requests[0]?.params['device']).toBeUndefined();
  });

  it('subscribes to all sessions as soon as it is let in', async () => {
    await connectTo({});
    await until('subscribed', () => gateway.served[0]?.requests[1] !== undefined);
    expect(gateway.newest.requests[1]).toMatchObject({ method: 'sessions.subscribe', params: { activeOnly: true } });
  });

  it('reports a wrong token, and gets in with the right one without a restart', async () => {
    let token = 'fake-wrong-token';
    const connect: Script['connect'] = (served, request) => {
      if ((request.params['auth'] as { token: string }).token === 'fake-right-token') return served.answer(request, hello());
      served.refuse(request, MISMATCH);
      return served.socket.close(1008, 'unauthorized');
    };
    await connectTo({ connect }, { token: () => token });
    await until('refused', stateIs('auth'));
    expect(words()).toContain('GATEWAY_TOKEN');
    token = 'fake-right-token';
    await connected();
  });

  it('tries a corrected token within seconds, and a wrong one only now and then', async () => {
    let token = 'fake-wrong-token';
    const connect: Script['connect'] = (served, request) => {
      if ((request.params['auth'] as { token: string }).token === 'fake-right-token') return served.answer(request, hello());
      served.refuse(request, MISMATCH);
      return served.socket.close(1008, 'unauthorized');
    };
    let looks = 0;
    const counted = (): string => {
      looks += 1;
      return token;
    };
    await connectTo({ connect }, { token: counted, timing: { lookMs: 10, slowMs: 3_600_000 } });
    await until('looked at often', () => looks > 10);
    expect(gateway.served).toHaveLength(1);
    token = 'fake-right-token';
    await connected();
  });

  it('takes a token that was missing as soon as it is there', async () => {
    const tokens: string[] = [];
    const read = (): string => {
      const [token] = tokens;
      if (token === undefined) throw new Error('there is none');
      return token;
    };
    await connectTo({}, { token: read, timing: { lookMs: 10, slowMs: 3_600_000 } });
    await until('no token', stateIs('auth'));
    tokens.push('fake-gateway-token');
    await connected();
    expect(gateway.served).toHaveLength(2);
  });

  it('a gateway that counts wrong tokens is left alone for as long as it says', async () => {
    let token = 'fake-wrong-token';
    const locked = { code: 'UNAVAILABLE', message: 'too many attempts', details: { code: 'AUTH_RATE_LIMITED' }, retryAfterMs: 3_600_000 };
    const connect: Script['connect'] = (served, request) => {
      served.refuse(request, locked);
      served.socket.close(1008);
    };
    await connectTo({ connect }, { token: () => token, timing: { lookMs: 10 } });
    await until('refused', stateIs('auth'));
    token = 'fake-right-token';
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(gateway.served).toHaveLength(1);
  });

  it('reports a token that cannot be read, in the words it was given', async () => {
    const token = () => {
      throw new Error('GATEWAY_TOKEN_FILE names a file that is empty');
    };
    await connectTo({}, { token });
    await until('no token', stateIs('auth'));
    expect(words()).toContain('names a file that is empty');
  });

  it('takes a connection without the scope for what it is: blind, with its cure', async () => {
    await connectTo({ connect: (served, request) => served.answer(request, hello({ scopes: [] })) });
    await until('blind', stateIs('blind'));
    expect(words()).toMatch(/granted no scope at all instead of operator\.read.*live-status pair/s);
    expect(running.states.map(({ state }) => state)).not.toContain('connected');
  });

  it('proves its device with a signed key where the gateway wants one, and keeps that key to itself', async () => {
    const stateDir = tempFolder('gateway-device');
    const connect: Script['connect'] = (served, request) => {
      if (request.params['device'] !== undefined) return served.answer(request, hello());
      served.refuse(request, { code: 'NOT_PAIRED', message: 'device identity required', details: { code: 'DEVICE_IDENTITY_REQUIRED' } });
      return served.socket.close(1008, 'device identity required');
    };
    await connectTo({ connect }, { stateDir });
    await connected();
    expect(isProven(gateway.newest.requests[0])).toBe(true);
    expect(statSync(join(stateDir, 'gateway-device.pem')).mode & 0o777).toBe(0o600);
  });

  it('names the command that approves this device', async () => {
    const details = { code: 'PAIRING_REQUIRED', requestId: 'req-42', reason: 'not-paired' };
    const connect: Script['connect'] = (served, request) => {
      served.refuse(request, { code: 'NOT_PAIRED', message: 'pairing required', details });
      served.socket.close(1008, 'pairing required');
    };
    await connectTo({ connect });
    await until('pairing', stateIs('pairing'));
    expect(running.source.details().state).toMatchObject({ requestId: 'req-42', command: 'openclaw devices approve req-42' });
    expect(running.log.join()).toContain('openclaw devices approve req-42');
  });

  it('a gateway that is starting is asked again when it said so', async () => {
    const connect: Script['connect'] = (served, request) => {
      if (served.nth > 0) return served.answer(request, hello());
      served.refuse(request, { code: 'UNAVAILABLE', message: 'gateway starting', retryable: true, retryAfterMs: 60 });
      return served.socket.close(1013, 'gateway starting');
    };
    await connectTo({ connect });
    await connected();
    expect(running.states.map(({ state }) => state)).toEqual(['connecting', 'starting', 'connected']);
  });

  it('something that is no gateway is not waited for without end', async () => {
    await connectTo({ connect: () => {} }, { timing: { handshakeMs: 60 } });
    await until('given up', stateIs('unreachable'));
    expect(words()).toContain('does not answer like an OpenClaw gateway');
  });
});

describe('an established connection', () => {
  it('counts frames that are none, and reads on', async () => {
    await connectTo({});
    await connected();
    const { socket } = gateway.newest;
    for (const garbage of ['{"type":', '[]', 'null', '"text"', '{"type":"event"}', '{"type":"res"}', '\u0000', '']) socket.send(garbage);
    socket.send(Buffer.from([1, 2, 3]));
    gateway.newest.event('agent', { runId: 'r', sessionKey: 'agent:main:x', stream: 'lifecycle', data: { phase: 'start' } }, 1);
    await until('the event', () => running.events.some(({ type }) => type === 'run_started'));
    expect(running.source.details()).toMatchObject({ garbage: 9, state: { state: 'connected' } });
  });

  it('survives a frame of 25 MB', async () => {
    await connectTo({});
    await connected();
    const text = 'x'.repeat(25_000_000);
    gateway.newest.event('tick', {}, 1);
    gateway.newest.event('agent', { runId: 'r', sessionKey: 'agent:main:x', stream: 'tool', data: { phase: 'update', text } }, 2);
    gateway.newest.event('agent', { runId: 'r2', sessionKey: 'agent:main:y', stream: 'lifecycle', data: { phase: 'start' } }, 3);
    await until('the next event', () => running.events.some(({ type }) => type === 'run_started'));
    expect(running.source.details()).toMatchObject({ garbage: 1, gaps: 0, state: { state: 'connected' } });
  });

  it('comes back after a frame beyond every limit', async () => {
    await connectTo({});
    await connected();
    gateway.newest.socket.send('x'.repeat(27 * 1024 * 1024));
    await until('a second connection', () => gateway.served.length === 2);
    await connected();
    expect(JSON.stringify(running.states)).toContain('more than 26 MiB');
  });

  it('is known to be dead when no ping is answered, and made anew', async () => {
    await connectTo({}, { timing: { pingMs: 30, deadMs: 50 } }, { autoPong: false });
    await until('a second connection', () => gateway.served.length >= 2);
    expect(JSON.stringify(running.states)).toContain('answers no ping');
  });

  it('is known to be dead within 15 seconds when nothing answers, with the times in use', async () => {
    const clock = new FakeClock();
    await connectTo({}, { clock, timing: TIMING }, { autoPong: false });
    await connected();
    await clock.advance(15_000);
    expect(words()).toContain('answers no ping');
  });

  it('is made anew when ticks stay away although pings are answered', async () => {
    const connect: Script['connect'] = (served, request) => served.answer(request, hello({ tickIntervalMs: 40 }));
    await connectTo({ connect }, { timing: { pingMs: 20, deadMs: 5_000 } });
    await until('a second connection', () => gateway.served.length >= 2);
    expect(JSON.stringify(running.states)).toContain('stopped sending its ticks');
  });

  it.each([
    [1008, 'slow consumer', 'dropped us (slow consumer)'],
    [1012, 'service restart', 'The gateway is restarting.'],
    [1001, 'going away', 'closed with code 1001'],
  ])('closed with %i (%s) it is made anew, and everything subscribed again', async (code, reason, said) => {
    await connectTo({});
    await connected();
    gateway.newest.event('sessions.changed', { sessionKey: 'agent:main:x', reason: 'participants' }, 1);
    await until('subscribed', () => gateway.newest.requests.some(({ method }) => method === 'sessions.messages.subscribe'));
    gateway.newest.socket.close(code, reason);
    await until('subscribed again', () => gateway.served[1]?.requests.some(({ method }) => method === 'sessions.subscribe') === true);
    expect(JSON.stringify(running.states)).toContain(said);
  });

  it('asks for everything again when events were dropped', async () => {
    await connectTo({}, { timing: { recheckMs: 40 } });
    await connected();
    const subscriptions = () => gateway.newest.requests.filter(({ method }) => method === 'sessions.subscribe').length;
    await until('subscribed', () => subscriptions() === 1);
    gateway.newest.event('tick', {}, 1);
    gateway.newest.event('tick', {}, 2);
    gateway.newest.event('tick', {}, 5);
    await until('asked again', () => subscriptions() === 2);
    expect(running.source.details().gaps).toBe(1);
  });

  it('says nothing any more once it is stopped', async () => {
    await connectTo({});
    await connected();
    await running.source.stop();
    await until('gone', () => gateway.newest.socket.readyState === gateway.newest.socket.CLOSED);
    expect(running.source.details().state).toEqual({ state: 'stopped' });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(gateway.served).toHaveLength(1);
  });

  it('leaves no timer behind once it is stopped, not even that of a call whose result is missing', async () => {
    const clock = new FakeClock();
    await connectTo({}, { clock });
    await connected();
    const frame = { runId: 'run-1', sessionKey: 'agent:main:main', stream: 'tool' };
    gateway.newest.event('agent', { ...frame, seq: 1, data: { phase: 'start', toolCallId: 'call-1', name: 'exec', args: {} } });
    gateway.newest.event('agent', { ...frame, seq: 2, data: { phase: 'result', toolCallId: 'call-1', name: 'exec' } });
    await until('asked for the result', () => gateway.newest.requests.some(({ method }) => method === 'chat.history'));
    await running.source.stop();
    expect(clock.pending()).toBe(0);
  });
});

/** The recipe of the protocol, verified with the key that was sent. */
function isProven(request: Request | undefined): boolean {
  const device = request?.params['device'] as Record<string, string | number>;
  const raw = Buffer.from(String(device['publicKey']), 'base64url');
  const id = createHash('sha256').update(raw).digest('hex');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const text = `v3|${id}|gateway-client|backend|operator|operator.read|${CHALLENGE.ts}|fake-gateway-token|nonce-1|${process.platform}|`;
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const isSigned = verify(null, Buffer.from(text), key, Buffer.from(String(device['signature']), 'base64url'));
  return isSigned && device['id'] === id && device['signedAt'] === CHALLENGE.ts && device['nonce'] === 'nonce-1';
}
