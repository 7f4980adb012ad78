import { describe, expect, it } from 'vitest';
import { assistantLine, callLine, decodeLines, factsOf, userLine } from './transcript-lines.ts';

const RUN = '0645c240-9134-4b7f-8389-1dec395294f1';
const USAGE = { input: 900, output: 41, cacheRead: 8674, cacheWrite: 128, totalTokens: 9743, cost: { total: 0.0064 } };

function text(value: string): object[] {
  return [{ type: 'text', text: value }];
}

function messageOf(fields: object): Record<string, unknown> {
  const [message] = factsOf(assistantLine(fields));
  return { ...message };
}

describe('an assistant message', () => {
  it('puts what was said above the calls', () => {
    const content = [
      { type: 'thinking', thinking: 'inner voice' },
      { type: 'toolCall', id: 'c1', name: 'exec', arguments: { command: 'ls' } },
      { type: 'text', text: 'Let me look.' },
      { type: 'toolCall', id: 'c2', name: 'read', arguments: { path: 'a.txt' } },
    ];
    expect(factsOf(assistantLine({ content, stopReason: 'toolUse', usage: USAGE }))).toEqual([
      {
        type: 'message',
        messageId: expect.any(String),
        stop: 'tools',
        text: 'Let me look.',
        model: 'm',
        usage: { input: 900, output: 41, cacheRead: 8674, cacheWrite: 128, costUsd: 0.0064 },
      },
      { type: 'tool_started', callId: 'c1', tool: 'exec', args: { command: 'ls' } },
      { type: 'tool_started', callId: 'c2', tool: 'read', args: { path: 'a.txt' } },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['stop', undefined, 'stop'],
    ['length', undefined, 'length'],
    ['toolUse', undefined, 'tools'],
    ['error', undefined, 'error'],
    ['aborted', undefined, 'aborted'],
    ['stop', [{ type: 'toolCall', id: 'c', name: 'exec', arguments: {} }], 'tools'],
    ['length', [{ type: 'toolCall', id: 'c', name: 'exec', arguments: {} }], 'tools'],
  ])('that stopped with %s and content %j has the stop %s', (stopReason, content, stop) => {
    expect(messageOf({ stopReason, ...(content === undefined ? {} : { content }) })['stop']).toBe(stop);
  });

  it.each(['error', 'aborted'])('that stopped with %s never made its calls', (stopReason) => {
    const content = [{ type: 'toolCall', id: 'c', name: 'exec', arguments: {} }];
    expect(factsOf(assistantLine({ content, stopReason }))).toHaveLength(1);
  });

  it.each([
    'NO_REPLY',
    'no_reply',
    ' **HEARTBEAT_OK** ',
    'HEARTBEAT_OK.',
    'ANNOUNCE_SKIP',
    '',
    '   ',
    '[assistant turn failed before producing content]',
    '<think>hidden</think>',
    '<think>hidden, never closed',
    '<thinking>a</thinking>\nNO_REPLY',
    '[[reply_to_current]]',
  ])('%j is silent', (said) => {
    expect(messageOf({ content: text(said) })).not.toHaveProperty('text');
  });

  it.each([
    ['Plain words', 'Plain words'],
    ['NO_REPLY would be wrong here', 'NO_REPLY would be wrong here'],
    ['<think>a</think>Hello <thought>b</thought>there', 'Hello there'],
    ['The tag <think> opens a thought', 'The tag <think> opens a thought'],
    ['[[reply_to: p1]] <final>Done</final>', 'Done'],
    ['a\nb', 'a\nb'],
  ])('%j reads %j', (said, seen) => {
    expect(messageOf({ content: text(said) })['text']).toBe(seen);
  });

  it('may have its text as a plain string, or in several blocks', () => {
    expect(messageOf({ content: 'one' })['text']).toBe('one');
    expect(messageOf({ content: [...text('one'), ...text('two')] })['text']).toBe('one\ntwo');
  });

  it('is redacted as a whole and then cut to 2,000 code points', () => {
    const said = String(messageOf({ content: text(`${'🙂'.repeat(1995)} hush-abcdefgh`) })['text']);
    expect(Array.from(said)).toHaveLength(2000);
    expect(said).toMatch(/\[ma…$/u);
  });

  it.each([
    ['429 Rate limit exceeded', '429 Rate limit exceeded'],
    ['400 {"type":"error","error":{"type":"x","message":"Bad request"}}', '400 Bad request'],
    ['{"type":"error","error":{"message":"Overloaded\\nsecond line"}}', 'Overloaded'],
    ['\n\nterminated\nat line 3', 'terminated'],
    ['wrong key hush-abcdef', 'wrong key [masked]'],
    ['500 {"not json', '500 {"not json'],
  ])('that failed with %j gives the reason %j', (errorMessage, reason) => {
    expect(messageOf({ stopReason: 'error', errorMessage })['reason']).toBe(reason);
  });

  it('has no reason when it did not fail, and none longer than 200 code points', () => {
    expect(messageOf({ stopReason: 'aborted', errorMessage: 'Request was aborted.' })).not.toHaveProperty('reason');
    expect(Array.from(String(messageOf({ stopReason: 'error', errorMessage: 'é'.repeat(900) })['reason']))).toHaveLength(200);
  });

  it.each<[string, unknown]>([
    ['no usage', undefined],
    ['zeros', { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cost: { total: 0 } }],
    ['nonsense', { input: '900', output: null, cacheRead: -1, cost: 3 }],
  ])('with %s reports none', (_what, usage) => {
    expect(messageOf({ usage })).not.toHaveProperty('usage');
  });

  it('counts a stop reason it does not know, and takes it for an end', () => {
    const { events, unknown } = decodeLines(assistantLine({ stopReason: 'paused' }), assistantLine({ stopReason: 7 }));
    expect(events.map((event) => event.type === 'message' && event.stop)).toEqual(['stop', 'stop']);
    expect(unknown).toEqual(['stop:paused', 'stop:none']);
  });
});

describe('a line of the gateway itself', () => {
  it.each(['delivery-mirror', 'gateway-injected'])('(%s) is an injected message without model or usage', (model) => {
    const fields = { provider: 'openclaw', model, content: text('[note]\n\nHello'), usage: { input: 0, cost: {} }, idempotencyKey: RUN };
    expect(messageOf(fields)).toEqual({
      type: 'message',
      messageId: expect.any(String),
      stop: 'stop',
      injected: true,
      text: '[note]\n\nHello',
      runId: RUN,
    });
  });

  it.each<[string, object]>([
    ['without a provider, early in 2026', { provider: undefined, model: undefined, stopReason: 'injected' }],
    ['by an older name', { provider: 'clawdbot', model: 'x' }],
    ['by another older name', { provider: 'moltbot', model: 'x' }],
    ['by its model only', { provider: undefined, model: 'delivery-mirror' }],
    ['in the name of a provider', { provider: 'anthropic', model: 'gateway-injected' }],
  ])('is known %s', (_how, fields) => {
    const { events, unknown } = decodeLines(assistantLine({ ...fields, content: text('Hello') }));
    expect(events).toMatchObject([{ type: 'message', injected: true, text: 'Hello' }]);
    expect(unknown).toEqual([]);
  });

  it('ends the run on an abort and repeats no text', () => {
    const openclawAbort = { aborted: true, origin: 'stop-command', runId: RUN };
    const line = assistantLine({
      provider: 'openclaw',
      model: 'gateway-injected',
      content: text('half an answer'),
      openclawAbort,
      idempotencyKey: `${RUN}:assistant`,
    });
    expect(factsOf(line)).toEqual([{ type: 'run_ended', outcome: 'aborted', runId: RUN }]);
  });
});

describe('a tool call', () => {
  function argsOf(args: unknown): unknown {
    const started = decodeLines(callLine('exec', args)).events.find((event) => event.type === 'tool_started');
    return started?.type === 'tool_started' ? started.args : undefined;
  }

  it('keeps text, numbers and booleans, and other values as JSON', () => {
    const args = { command: 'ls -l', timeout: 30, background: true, env: { A: 'b' }, list: [1, 2], nothing: null };
    expect(argsOf(args)).toEqual({ command: 'ls -l', timeout: '30', background: 'true', env: '{"A":"b"}', list: '[1,2]' });
  });

  it('makes each value one line of at most 300 code points, redacted before it is cut', () => {
    const args = argsOf({ a: 'one\r\n\ttwo\u2028three', b: `${'x'.repeat(295)} hush-abcdefgh`, c: { deep: ['hush-zzz'] } });
    expect(args).toEqual({ a: 'one two three', b: `${'x'.repeat(295)} [ma…`, c: '{"deep":["[masked]"]}' });
  });

  it('masks a value whose name says that it is a secret', () => {
    expect(argsOf({ secretKey: 'plain words here', key: 'Enter' })).toEqual({ secretKey: '[masked]', key: 'Enter' });
  });

  it('shows at most twelve arguments and none that every object has', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`a${index}`, index]));
    expect(Object.keys(argsOf(many) ?? {})).toHaveLength(12);
    expect(argsOf(JSON.parse('{"__proto__":"x","constructor":"y","ok":"z"}'))).toEqual({ ok: 'z' });
  });

  it('reads arguments that are JSON text, and keeps other text as one argument', () => {
    expect(argsOf('{"path":"a"}')).toEqual({ path: 'a' });
    expect(argsOf('*** Begin Patch')).toEqual({ input: '*** Begin Patch' });
    expect(argsOf(undefined)).toEqual({});
  });

  it.each(['toolUse', 'tool_use', 'functionCall'])('is also written as %s', (type) => {
    const content = [{ type, id: 'c1', name: 'read', input: { path: 'a' } }];
    expect(factsOf(assistantLine({ content, stopReason: 'toolUse' }))[1]).toEqual({
      type: 'tool_started',
      callId: 'c1',
      tool: 'read',
      args: { path: 'a' },
    });
  });

  it('without an id or a name is left out', () => {
    const content = [
      { type: 'toolCall', name: 'exec' },
      { type: 'toolCall', id: 'c1' },
      { type: 'toolCall', id: 7, name: 'exec' },
    ];
    expect(factsOf(assistantLine({ content, stopReason: 'toolUse' }))).toHaveLength(1);
  });

  it('has an id that no object has by nature', () => {
    const started = decodeLines(callLine('exec', {}, '__proto__'), callLine('exec', {}, 'constructor')).events.filter(
      (event) => event.type === 'tool_started',
    );
    expect(started.map((event) => event.type === 'tool_started' && event.callId in {})).toEqual([false, false]);
  });
});

describe('a plan', () => {
  const plan = [
    { step: 'Look', status: 'completed' },
    { step: 'Change hush-abc', status: 'in_progress' },
    { step: 'Test', status: 'pending' },
  ];

  it.each<[string, unknown]>([
    ['progress_card', { markdown: 'x', plan }],
    ['update_plan', { plan }],
    ['TodoWrite', { todos: plan.map(({ step, status }) => ({ content: step, status, activeForm: 'x' })) }],
    [
      'todo_write',
      { items: ['Look', 'Change hush-abc', 'Test'].map((title, index) => ({ title, status: ['done', 'in-progress', 'new'][index] })) },
    ],
  ])('of %s is told after its call', (tool, args) => {
    expect(factsOf(callLine(tool, args)).slice(1)).toEqual([
      expect.objectContaining({ type: 'tool_started', tool }),
      {
        type: 'plan_changed',
        steps: [
          { step: 'Look', status: 'completed' },
          { step: 'Change [masked]', status: 'in_progress' },
          { step: 'Test', status: 'pending' },
        ],
      },
    ]);
  });

  it('is not read from other tools, nor from a call without steps', () => {
    expect(
      factsOf(callLine('exec', { plan }), callLine('update_plan', { plan: 'later' }), callLine('update_plan', { plan: [7] })),
    ).toHaveLength(6);
  });
});

describe('a user line between an assistant line and its retry', () => {
  it('changes nothing about the events of the answers', () => {
    const failed = assistantLine({ stopReason: 'error', content: text('[assistant turn failed before producing content]') });
    const user = () => userLine('hi', { idempotencyKey: 'r:user' });
    expect(factsOf(user(), failed, user(), failed).map((fact) => 'type' in fact && fact.type)).toEqual([
      'turn_started',
      'message',
      'message',
    ]);
  });
});
