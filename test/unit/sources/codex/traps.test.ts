// What other watchers of Codex ran into, one test each. Lines are as Codex writes them, as short as they can be.

import { describe, expect, it } from 'vitest';
import type { EventOf, SessionEvent } from '../../../../src/core/event.ts';
import { outcomeOf } from '../coding-agents/outcome.ts';
import { decoded } from './decoded.ts';

const BEGAN = Date.UTC(2026, 10, 27, 9);
const PAGINATED = { history_mode: 'paginated' };

/** The lines of one file, a second apart. */
function file(...lines: [type: string, payload: Record<string, unknown>][]): string {
  const texts = lines.map(([type, payload], index) =>
    JSON.stringify({ timestamp: new Date(BEGAN + index * 1_000).toISOString(), type, payload }),
  );
  return `${texts.join('\n')}\n`;
}

const meta = (more: Record<string, unknown> = {}): [string, Record<string, unknown>] => [
  'session_meta',
  { id: 't1', timestamp: new Date(BEGAN).toISOString(), cwd: '/home/dev/shop', ...more },
];
const event = (type: string, more: Record<string, unknown> = {}): [string, Record<string, unknown>] => ['event_msg', { type, ...more }];
const item = (type: string, more: Record<string, unknown> = {}): [string, Record<string, unknown>] =>
  event('item_completed', { item: { type, ...more } });
const response = (type: string, more: Record<string, unknown> = {}): [string, Record<string, unknown>] => [
  'response_item',
  { type, ...more },
];
const started = (turn: string, more: Record<string, unknown> = {}) =>
  event('task_started', { turn_id: turn, turn_attribution: { turn_trigger: 'user' }, started_at: BEGAN / 1000, ...more });
const command = (id: string) => response('function_call', { name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: id });
const output = (id: string, text: string) => response('function_call_output', { call_id: id, output: text });
const counts = (input: number, out: number, last = input) =>
  event('token_count', {
    info: { total_token_usage: { input_tokens: input, output_tokens: out }, last_token_usage: { input_tokens: last, output_tokens: out } },
  });

function told(...files: string[]): SessionEvent[] {
  return decoded({ logs: () => files.map((text, index) => [`${index}.jsonl`, text]) }).events;
}

function of<T extends SessionEvent['type']>(events: readonly SessionEvent[], type: T): EventOf<T>[] {
  return events.filter((each): each is EventOf<T> => each.type === type);
}

const inputs = (events: readonly SessionEvent[]) => of(events, 'message').flatMap(({ usage }) => usage?.input ?? []);

describe('the end of a turn', () => {
  it('a final answer is none: the stream was dropped, and the turn goes on', () => {
    const events = told(
      file(meta(PAGINATED), started('u1'), item('AgentMessage', { id: 'm1', content: [{ text: 'Half' }], phase: 'final_answer' })),
    );
    expect(outcomeOf(events)).toMatch(/^ {2}(?:active|quiet) /m);
  });

  it('an error is one, whatever the answer says', () => {
    const end = event('task_complete', {
      turn_id: 'u1',
      last_agent_message: 'Done.',
      error: { message: 'no', codex_error_info: 'server_overloaded' },
    });
    expect(of(told(file(meta(PAGINATED), started('u1'), end)), 'run_ended')).toMatchObject([{ outcome: 'failed' }]);
  });

  it('no answer and no error is a failure in the older form, unless there is a plan', () => {
    const end = event('task_complete', { turn_id: 'u1', last_agent_message: null });
    const outcome = (...lines: Parameters<typeof file>) => of(told(file(...lines)), 'run_ended').map((each) => each.outcome);
    expect(outcome(meta(), started('u1'), end)).toEqual(['failed']);
    expect(outcome(meta(), started('u1'), item('Plan', { id: 'p', text: 'One' }), end)).toEqual(['done']);
    expect(outcome(meta(PAGINATED), started('u1'), end)).toEqual(['done']);
  });

  it('an abort that is no interrupt says why', () => {
    const events = told(file(meta(), started('u1'), event('turn_aborted', { turn_id: 'u1', reason: 'budget_limited' })));
    expect(of(events, 'run_ended')).toMatchObject([{ outcome: 'aborted', reason: 'budget limited' }]);
  });

  it('the next turn ends one that nobody ended, at its own last line', () => {
    const events = told(file(meta(), started('u1'), command('c1'), started('u2')));
    expect(of(events, 'run_ended')).toMatchObject([{ outcome: 'lost', runId: 'u1', at: BEGAN + 2_000 }]);
  });
});

describe('calls', () => {
  it('an argument that is nested a hundred thousand times costs its call no more than its words', () => {
    const deep = `{"cmd":${'['.repeat(100_000) + ']'.repeat(100_000)}}`;
    const events = told(file(meta(), started('a'), response('function_call', { name: 'exec_command', arguments: deep, call_id: 'c1' })));
    expect(of(events, 'tool_started').map(({ args }) => args)).toEqual([{ cmd: '(nested too deeply)' }]);
  });

  it('words in the output of a command decide nothing', () => {
    const text = 'Wall time: 1 seconds\nProcess exited with code 0\nOutput:\nProcess exited with code 3\naborted by user\nScript failed';
    const events = told(file(meta(), started('u1'), command('c1'), output('c1', text)));
    expect(of(events, 'tool_ended')).toMatchObject([{ outcome: { kind: 'ok' } }]);
  });

  it('a command that outlives its turn ends later, opens no turn and leaves its turn closed', () => {
    const running = output('c1', 'Wall time: 0.5 seconds\nProcess running with session ID 7\nOutput:\n');
    const end = event('task_complete', { turn_id: 'u1', last_agent_message: 'It runs.' });
    const later = item('CommandExecution', { id: 'c1', status: 'failed', exit_code: 3 });
    const outcome = outcomeOf(told(file(meta(PAGINATED), started('u1'), command('c1'), running, end, later)));
    expect(outcome).toContain('exec_command cmd=ls [failed 3]');
    expect(outcome.match(/^ {2}\w+/gm)).toEqual(['  done']);
  });

  it('a command in the background that no item ends is ended by the poll that saw it', () => {
    const running = output('c1', 'Process running with session ID 7\nOutput:\n');
    const poll = response('function_call', { name: 'write_stdin', arguments: '{"session_id":7,"chars":""}', call_id: 'c2' });
    const events = told(file(meta(), started('u1'), command('c1'), running, poll, output('c2', 'Process exited with code 4\nOutput:\n')));
    expect(of(events, 'tool_started').map(({ callId }) => callId)).toEqual(['c1']);
    expect(of(events, 'tool_ended').at(-1)).toMatchObject({ callId: 'c1', outcome: { kind: 'failed', exitCode: 4 } });
    expect(of(events, 'background_ended')).toMatchObject([{ handle: '7', exitCode: 4 }]);
  });

  it('an open call is no wait, and a question only where it may be asked', () => {
    const question = response('function_call', {
      name: 'request_user_input',
      arguments: '{"questions":[{"question":"Which?"}]}',
      call_id: 'c1',
    });
    const waits = (mode: string) => of(told(file(meta(), started('u1', { collaboration_mode_kind: mode }), question)), 'waiting_started');
    expect(waits('plan')).toMatchObject([{ on: 'answer', text: 'Which?' }]);
    expect(waits('default')).toEqual([]);
    expect(of(told(file(meta(), started('u1'), command('c1'))), 'waiting_started')).toEqual([]);
  });
});

describe('a message that was typed during a turn', () => {
  const lines = [started('u1'), item('UserMessage', { content: [{ text: 'One' }] }), item('UserMessage', { content: [{ text: 'Two' }] })];
  const saidTo = (prompts: boolean) => {
    const may = { isRouted: true, commands: true, texts: true, prompts };
    const { events } = decoded({ logs: () => [['a.jsonl', file(meta(PAGINATED), ...lines, started('u2'), ...lines.slice(1, 2))]] }, may);
    return of(events, 'message').map(({ text, runId }) => `${runId}: ${text}`);
  };

  it('is noted in the box, its words only where prompts are shown', () => {
    expect(saidTo(false)).toEqual(['u1: a queued message was taken in']);
    expect(saidTo(true)).toEqual(['u1: One', 'u1: a queued message was taken in: “Two”', 'u2: One']);
  });
});

describe('turns that nobody asked for', () => {
  it('have no box, and what a compaction used counts for the turn before', () => {
    const own = [
      started('u1'),
      event('user_message', { message: 'Go.' }),
      event('task_complete', { turn_id: 'u1', last_agent_message: 'Gone.' }),
    ] as const;
    const record = ['token_usage_record', { response_id: 'r1', usage: { input_tokens: 7, output_tokens: 1 } }] as [
      string,
      Record<string, unknown>,
    ];
    const compaction = [event('task_started', { turn_id: 'u2' }), record, ['compacted', {}] as [string, Record<string, unknown>]] as const;
    const outcome = outcomeOf(
      told(file(meta(PAGINATED), ...own, ...compaction, event('task_complete', { turn_id: 'u2', last_agent_message: null }))),
    );
    expect(outcome.match(/^ {2}\w+.*/gm)).toEqual([expect.stringContaining('in 7 out 1')]);
  });
});

describe('threads', () => {
  it('a legacy fork shows only what comes after the copy, and pays only for that', () => {
    const copied = [started('u0', { started_at: BEGAN / 1000 - 60 }), event('user_message', { message: 'Old.' }), counts(100, 10)] as const;
    const own = [started('u1', { started_at: BEGAN / 1000 + 5 }), event('user_message', { message: 'New.' }), counts(130, 14, 30)] as const;
    const outcome = outcomeOf(told(file(meta({ forked_from_id: 't0' }), meta({ id: 't0' }), ...copied, ...own)));
    expect(outcome).not.toContain('Old.');
    expect(outcome).toContain('in 30 out 4');
  });

  it('sums that are repeated, missing or of a failed call cost nothing', () => {
    const events = told(file(meta(), started('u1'), event('token_count', { info: null }), counts(10, 1), counts(10, 1), counts(30, 3, 20)));
    expect(inputs(events)).toEqual([10, 20]);
  });

  it('its name is in its first line, not in the name of the file, and several files are one thread', () => {
    const segment = file(meta({ ...PAGINATED, history_base: { thread_id: 't1' } }), started('u2'));
    const events = told(file(meta(PAGINATED), started('u1')), segment);
    expect(new Set(events.map(({ sessionKey }) => sessionKey))).toEqual(new Set(['codex:t1']));
  });

  it('a line that a crash cut off, with the next one right after it, costs only itself', () => {
    const whole = file(meta(), started('u1'), event('agent_message', { message: 'Here.' }));
    const torn = `${'{"timestamp":"2026-11-27T09:00:01.000Z","ordinal":9,"type":"event_msg","payl'}${file(started('u2'))}`;
    expect(of(told(whole + torn), 'turn_started').map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(['u1', 'u2']));
  });

  it('what nobody knows is counted by its name', () => {
    const text = file(meta(), started('u1'), event('new_thing'), item('NewItem'), ['another', {}]);
    expect(decoded({ logs: () => [['a.jsonl', text]] }).unknown).toEqual(['event_msg/new_thing', 'item:NewItem', 'another']);
  });
});

describe('words that no switch shows', () => {
  const ROUTED = { isRouted: true, commands: false, texts: false, prompts: false };
  const shown = (may: object, ...lines: [string, Record<string, unknown>][]): string => {
    const { events } = decoded({ logs: () => [['a.jsonl', file(meta(PAGINATED), started('u1'), ...lines)]] }, { ...ROUTED, ...may });
    return JSON.stringify(events, (name, value: unknown) => (name === 'hidden' ? undefined : value));
  };
  const call = (name: string, args: object) => response('function_call', { name, arguments: JSON.stringify(args), call_id: name });

  it('what an agent writes for its sub-agents, its plan and whoever approves is a text, no command', () => {
    const lines = [
      call('spawn_agent', { message: 'CANARY-task', task_name: 'CANARY-name' }),
      call('update_plan', { plan: [{ step: 'CANARY-step', status: 'pending' }], explanation: 'CANARY-why' }),
      call('exec_command', { cmd: 'make', justification: 'CANARY-justification' }),
    ];
    expect(shown({ commands: true }, ...lines)).not.toContain('CANARY');
    expect(shown({ commands: true }, ...lines)).toContain('make');
    expect(shown({ texts: true }, ...lines)).toContain('CANARY-justification');
    expect(shown({ texts: true }, ...lines)).not.toContain('make');
  });

  it('the name of an error that is a sentence', () => {
    const error = { message: 'CANARY', codex_error_info: 'cannot do CANARY' };
    expect(shown({}, command('c1'), event('task_complete', { turn_id: 'u1', error }))).not.toContain('CANARY');
  });
});

it('a thread that was resumed in the folder of a project without a rule shows nothing of what it does there', () => {
  const all = { isRouted: true, commands: true, texts: true, prompts: true };
  const none = { isRouted: false, commands: false, texts: false, prompts: false };
  const turn = (cwd: string, word: string): [string, Record<string, unknown>][] => [
    started(word),
    ['turn_context', { cwd }],
    item('UserMessage', { content: [{ text: word }] }),
    response('function_call', { name: 'exec_command', arguments: `{"cmd":"${word}"}`, call_id: word }),
    event('item_completed', { item: { type: 'FileChange', id: `p-${word}`, changes: { [`src/${word}/a.ts`]: {} } } }),
  ];
  const lines = [
    meta(PAGINATED),
    ...turn('/home/dev/shop/src', 'one'),
    ...turn('/home/dev/private', 'two'),
    ...turn('/home/dev/shop', 'three'),
  ];
  const { events } = decoded({ logs: () => [['a.jsonl', file(...lines)]] }, (address) => (address.endsWith('/shop') ? all : none));
  const shown = events.flatMap((each) => [
    ...(each.type === 'message' ? [each.text] : []),
    ...(each.type === 'tool_started' ? [each.args['cmd'] ?? each.args['path']] : []),
  ]);
  expect(shown.filter((text) => text !== undefined)).toEqual(['one', 'one', 'three', 'three']);
});

it('an inner call that began in no year of this century begins with its line', () => {
  const inner = event('item_completed', { item: { type: 'McpToolCall', id: 'exec-1', server: 's', tool: 't' }, started_at_ms: 1e300 });
  expect(of(told(file(meta(PAGINATED), started('u1'), inner)), 'tool_started').map(({ at }) => at)).toEqual([BEGAN + 2_000]);
});
