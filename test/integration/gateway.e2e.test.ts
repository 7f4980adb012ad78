// The watcher as a process between a scripted gateway and the stand-in: no transcripts at all.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { hello, type Script, ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const TOKEN = 'fake-gateway-token';

let rig: Rig;
let gateway: ScriptedGateway;
let watcher: Watcher;
let seq: number;

beforeEach(async () => {
  rig = await createRig();
});

afterEach(async () => {
  await rig.close();
  await gateway.close();
});

async function serve(script: Script = {}, port = 0): Promise<string> {
  gateway = new ScriptedGateway(script, { port });
  seq = 0;
  return gateway.listen();
}

async function watch(url: string): Promise<void> {
  watcher = await rig.watcher({ TRANSCRIPT_DIR: '', GATEWAY_URL: url, GATEWAY_TOKEN: TOKEN });
  await watcher.ready();
  await subscribed();
}

const subscribed = () =>
  until('it has subscribed', () => gateway.served.at(-1)?.requests.some(({ method }) => method === 'sessions.subscribe') === true);

function event(name: string, payload: Record<string, unknown>): void {
  gateway.newest.event(name, { sessionKey: KEY, ts: Date.now(), ...payload }, (seq += 1));
}

function agent(stream: string, data: Record<string, unknown>): void {
  event('agent', { runId: 'run-1', stream, data });
}

function asked(): void {
  const marks = { id: 'm1', senderId: SAMPLE.aliceId, recordTimestampMs: Date.now() };
  event('session.message', { messageId: 'm1', message: { role: 'user', content: 'please', __openclaw: marks } });
  agent('lifecycle', { phase: 'start' });
}

function said(text: string): void {
  const marks = { id: 'm2', runId: 'run-1', recordTimestampMs: Date.now() };
  event('session.message', {
    messageId: 'm2',
    message: { role: 'assistant', content: [{ type: 'text', text }], stopReason: 'stop', __openclaw: marks },
  });
}

/** The only box there is, its title and its lines. */
function box(): string {
  const boxes = rig.boxes();
  expect(boxes.length).toBeLessThanOrEqual(1);
  return boxes.map(({ title, text }) => `${title}\n${text}`).join('');
}

const shows = (...words: string[]) =>
  until(`the box shows ${words.join(' and ')}`, () => words.every((word) => box().includes(word)), { detail: box });

describe('a watcher of a gateway alone', () => {
  it('shows a turn as it goes: a running command, a wait for approval, the answer', async () => {
    await watch(await serve());
    asked();
    agent('tool', { phase: 'start', name: 'exec', toolCallId: 'c1', args: { command: 'make test' } });
    await shows('[ACTIVE] main', 'make test');
    agent('lifecycle', { phase: 'waiting-approval', approvalId: 'a1', toolCallId: 'c1' });
    await shows('[WAITING] approval | main', 'waiting for approval since ', ': `make test`', 'who may answer: ');
    agent('lifecycle', { phase: 'approval-resolved', approvalId: 'a1', toolCallId: 'c1' });
    agent('tool', { phase: 'result', name: 'exec', toolCallId: 'c1', result: { content: [], details: { exitCode: 2 } } });
    said('The tests fail.');
    agent('lifecycle', { phase: 'end' });
    await shows('[DONE] main', '[ERR exit 2]', 'The tests fail.');
    expect((await watcher.health()).status).toBe('ok');
  });

  it('tells the truth within 15 seconds when the gateway dies, and goes on in the same box when the run does', async () => {
    const inFlight: Script = {
      request: (served, request) => served.answer(request, request.method === 'chat.history' ? { inFlightRun: { runId: 'run-1' } } : {}),
    };
    const url = await serve();
    await watch(url);
    asked();
    await shows('[ACTIVE] main');
    await gateway.close();
    const diedAt = performance.now();
    await shows('[LOST] source gone');
    const health = await watcher.health();
    expect(performance.now() - diedAt).toBeLessThan(15_000);
    expect(health).toMatchObject({ status: 'down', reason: expect.stringContaining('The gateway is not reachable') });
    await serve(inFlight, Number(new URL(url).port));
    await subscribed();
    await shows('[ACTIVE] main');
    said('Still here.');
    agent('lifecycle', { phase: 'end' });
    await shows('[DONE] main', 'Still here.');
    await until('health is well again', async () => (await watcher.health()).status === 'ok');
  });

  it('killed in the middle of a turn, finds out at its next start what it missed and how that ended', async () => {
    const url = await serve({
      connect: (served, request) => served.answer(request, hello()),
      request: (served, request) => {
        const missed = {
          role: 'toolResult',
          toolCallId: 'c1',
          toolName: 'exec',
          content: [{ type: 'text', text: '(Command exited with code 2)' }],
          __openclaw: { id: 'm9', runId: 'run-1', recordTimestampMs: Date.now() },
        };
        const row = { status: 'failed', hasActiveRun: false, lastRunId: 'run-1', lastRunError: 'no credit', endedAt: Date.now() };
        const over = { messages: [missed], sessionInfo: row };
        served.answer(request, request.method === 'chat.history' ? over : {});
      },
    });
    await watch(url);
    asked();
    agent('tool', { phase: 'start', name: 'exec', toolCallId: 'c1', args: { command: 'make test' } });
    await shows('[ACTIVE] main', 'make test');
    await new Promise((resolve) => setTimeout(resolve, 600)); // the checkpoint is written four times a second
    await watcher.stop('SIGKILL');
    await watch(url);
    await shows('[ERROR] no credit', 'make test', '[ERR exit 2]');
    expect(rig.boxes()).toHaveLength(1);
  });

  it('is down for a gateway that refuses its token, and says what to do', async () => {
    const mismatch = { code: 'INVALID_REQUEST', message: 'unauthorized', details: { code: 'AUTH_TOKEN_MISMATCH' } };
    const url = await serve({ connect: (served, request) => served.refuse(request, mismatch) });
    watcher = await rig.watcher({ TRANSCRIPT_DIR: '', GATEWAY_URL: url, GATEWAY_TOKEN: TOKEN });
    await watcher.ready();
    await until('the refusal', async () => (await watcher.health()).reason.includes('GATEWAY_TOKEN'));
    expect((await watcher.health()).status).toBe('down');
    expect(watcher.output).not.toContain(TOKEN);
  });
});
