// The watcher as a process beside a gateway that is replaced, refuses, talks nonsense, or tells what the transcripts tell as well.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { hello, type Script, ScriptedGateway } from '../unit/sources/openclaw/gateway/scripted-gateway.ts';
import { GatewayAgent } from './gateway-agent.ts';
import { createRig, type Rig, type Watcher } from './harness.ts';
import { until } from '../support/until.ts';

const KEY = `agent:main:mattermost:channel:${SAMPLE.publicId}`;
const RIGHT = 'fake-gateway-token';
const TRUTH_MS = 15_000;

let rig: Rig;
let gateway: ScriptedGateway;
let watcher: Watcher;
let agent: GatewayAgent;

beforeEach(async () => {
  rig = await createRig();
  agent = new GatewayAgent(() => gateway, KEY);
});

afterEach(async () => {
  await rig.close();
  await gateway.close();
});

async function serve(script: Script = {}, port = 0): Promise<string> {
  gateway = new ScriptedGateway(script, { port });
  return gateway.listen();
}

async function watch(env: NodeJS.ProcessEnv): Promise<void> {
  watcher = await rig.watcher({ TRANSCRIPT_DIR: '', GATEWAY_TOKEN: RIGHT, ...env });
  await watcher.ready();
}

const subscribed = () =>
  until('it has subscribed', () => gateway.served.at(-1)?.requests.some(({ method }) => method === 'sessions.subscribe') === true);

const boxTexts = (): string[] => rig.boxes().map(({ title, text }) => `${title}\n${text}`);
const shows = (...words: string[]) =>
  until(`a box shows ${words.join(' and ')}`, () => boxTexts().some((box) => words.every((word) => box.includes(word))), {
    detail: () => `${boxTexts().join('\n\n')}\n${watcher.output}`,
  });

describe('a gateway that is replaced in the middle of a turn', () => {
  it('has lost the run that the new one does not know, and its recovery goes on in the same box', async () => {
    const url = await serve();
    await watch({ GATEWAY_URL: url });
    await subscribed();
    agent.asked();
    agent.called('c1', 'make test');
    await shows('[ACTIVE] main', 'make test');
    await gateway.close();
    const idle: Script = {
      connect: (served, request) => served.answer(request, hello({ bootId: 'boot-2' })),
      request: (served, request) =>
        served.answer(request, request.method === 'chat.history' ? { messages: [], sessionInfo: { hasActiveRun: false } } : {}),
    };
    await serve(idle, Number(new URL(url).port));
    await subscribed();
    await shows('[LOST]', 'make test');
    agent.recovered();
    await shows('[ACTIVE] main', 'make test');
    agent.answered('Done after all.');
    await shows('[DONE] main', 'make test', 'Done after all.');
    expect(rig.boxes()).toHaveLength(1);
  });
});

describe('a wrong token in its file', () => {
  it('is told within 15 seconds, and the watcher recovers by itself when the file is corrected', async () => {
    const mismatch = { code: 'INVALID_REQUEST', message: 'unauthorized', details: { code: 'AUTH_TOKEN_MISMATCH' } };
    const url = await serve({
      connect: (served, request) => {
        const { token } = request.params['auth'] as { token: string };
        if (token === RIGHT) return served.answer(request, hello());
        served.refuse(request, mismatch);
        served.socket.close(1008);
      },
    });
    const file = join(rig.folder, 'gateway-token');
    writeFileSync(file, 'fake-and-wrong\n');
    watcher = await rig.watcher({ TRANSCRIPT_DIR: '', GATEWAY_URL: url, GATEWAY_TOKEN_FILE: file });
    await watcher.says('The watcher runs');
    await until('the refusal is told', async () => (await watcher.health()).reason.includes('refuses the token'), { timeoutMs: TRUTH_MS });
    expect((await watcher.health()).status).toBe('down');
    writeFileSync(file, `${RIGHT}\n`);
    await until('it is let in', async () => (await watcher.health()).status === 'ok', {
      timeoutMs: TRUTH_MS,
      detail: () => watcher.output,
    });
    agent.asked();
    agent.answered('Seen.');
    await shows('[DONE] main', 'Seen.');
    expect(watcher.output).not.toContain('fake-and-wrong');
  });
});

describe('a gateway that lets us in without showing us anything', () => {
  it('is no source at all: health names the missing scope and the cure', async () => {
    const url = await serve({ connect: (served, request) => served.answer(request, hello({ scopes: [] })) });
    watcher = await rig.watcher({ TRANSCRIPT_DIR: '', GATEWAY_URL: url, GATEWAY_TOKEN: RIGHT });
    await watcher.says('The watcher runs');
    await until('it is told', async () => (await watcher.health()).reason.includes('granted no scope at all'), { timeoutMs: TRUTH_MS });
    const { status, reason } = await watcher.health();
    expect([status, reason]).toEqual([
      'down',
      expect.stringMatching(/pair this device with: live-status pair|openclaw devices rotate --device \w+/),
    ]);
  });
});

describe('a gateway that talks nonsense', () => {
  it('is read on all the same, and the nonsense is counted', async () => {
    await watch({ GATEWAY_URL: await serve() });
    await subscribed();
    agent.asked();
    const { socket } = gateway.newest;
    const nonsense = ['', 'nonsense', '[]', 'null', '7', '{"type":"event"}', '{"type":"event","event":5,"payload":"x"}', '{"type":"res"}'];
    for (const text of nonsense) socket.send(text);
    socket.send(Buffer.from([0xff, 0xfe, 0x00]));
    const junk = [
      { sessionKey: KEY },
      { sessionKey: 'x'.repeat(9_000), runId: [], stream: {} },
      { sessionKey: KEY, message: 3, messageId: {} },
    ];
    for (const name of ['agent', 'chat', 'session.message', 'sessions.changed', 'session.tool', 'task', 'cron', 'made.up'])
      for (const payload of junk) gateway.newest.event(name, payload);
    agent.answered('Still understood.');
    await shows('[DONE] main', 'Still understood.');
    const health = await watcher.health();
    expect(health.status).not.toBe('down');
    expect(JSON.stringify(health)).toContain('"garbage"');
    expect(rig.boxes()).toHaveLength(1);
    expect(gateway.served).toHaveLength(1);
  });
});

describe('a gateway and transcripts of the same agent', () => {
  const sessionId = randomUUID();
  const person = `Conversation info (untrusted metadata):\n\`\`\`json\n${JSON.stringify({ sender_id: SAMPLE.aliceId })}\n\`\`\`\n\nplease`;

  async function watchBoth(): Promise<void> {
    const url = await serve();
    await watch({ TRANSCRIPT_DIR: join(rig.folder, 'agents'), GATEWAY_URL: url, SOURCES: 'both' });
    await subscribed();
  }

  it('make one box, in which each message counts once and the gateway tells what people are waited for', async () => {
    await watchBoth();
    rig.writer.session(KEY, { sessionId });
    agent.asked();
    rig.writer.user(sessionId, person);
    agent.message({ role: 'assistant', content: [{ type: 'text', text: 'I will test.' }], stopReason: 'toolUse' }, { runId: agent.runId });
    rig.writer.assistant(sessionId, 'I will test.', [{ id: 'c1', name: 'exec', arguments: { command: 'make test' } }]);
    agent.called('c1', 'make test');
    agent.lifecycle('waiting-approval', { approvalId: 'a1', toolCallId: 'c1' });
    await shows('[WAITING] approval', 'I will test.');
    agent.lifecycle('approval-resolved', { approvalId: 'a1', toolCallId: 'c1' });
    rig.writer.result(sessionId, 'c1', 3);
    rig.writer.assistant(sessionId, 'It fails.');
    agent.answered('It fails.');
    await shows('[DONE] main', '[ERR exit 3]', 'It fails.', '| 2k tokens');
    expect(rig.boxes()).toHaveLength(1);
    expect(rig.boxes()[0]?.text.split('It fails.')).toHaveLength(2);
  });

  it('keep their box when the gateway dies and the transcripts go on', async () => {
    await watchBoth();
    rig.writer.session(KEY, { sessionId });
    agent.asked();
    rig.writer.user(sessionId, person);
    rig.writer.assistant(sessionId, 'I will test.', [{ id: 'c1', name: 'exec', arguments: { command: 'make test' } }]);
    await shows('[ACTIVE] main', 'make test');
    await gateway.close();
    await until('the loss is told', async () => (await watcher.health()).reason.includes('not reachable'), { timeoutMs: TRUTH_MS });
    await shows('[LOST]');
    rig.writer.result(sessionId, 'c1', 0);
    rig.writer.assistant(sessionId, 'It passes.');
    await shows('[DONE] main', '[OK]', 'It passes.');
    expect(rig.boxes()).toHaveLength(1);
  });
});
