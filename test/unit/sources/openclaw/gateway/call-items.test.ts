// What of a call is told only by summaries, or by nothing but its result; and the text before calls.

import { describe, expect, it } from 'vitest';
import { Decoding, T0 } from './decoding.ts';
import { calls, says, toolResult, userMessage } from './recorded-messages.ts';

function running(): Decoding {
  const decoding = new Decoding().asked().lifecycle('start').at(1);
  decoding.emitted();
  return decoding;
}

describe('text before a call', () => {
  const growing = (): Decoding => {
    const decoding = new Decoding().asked().lifecycle('start').at(1);
    for (const progressText of ['I look around', 'I look around first.I look around first.', 'I look around first.'])
      decoding.agent('item', { kind: 'preamble', phase: 'update', title: 'Preamble', progressText });
    return decoding;
  };
  const texts = (decoding: Decoding) => decoding.all.flatMap((event) => (event.type === 'message' && event.text ? [event.text] : []));
  const fallback = (itemId: string) => ({
    role: 'assistant',
    content: [{ type: 'text', text: 'I look around first.' }],
    stopReason: 'toolUse',
    openclawStreamFallback: { source: 'segment', itemId },
  });

  it('without an end is told as it stood last when its call begins', () => {
    expect(texts(growing().tool('start', 'c1', { args: {} }))).toEqual(['I look around first.']);
  });

  it('is the same as its copy in a message of its own', () => {
    const decoding = growing().tool('start', 'c1', { args: {} }).message(fallback('commentary-0'), { runId: 'run-1' });
    const ids = decoding.all.flatMap((event) => (event.type === 'message' ? [event.messageId] : []));
    expect(new Set(ids).size).toBe(1);
  });

  it('is told once, whatever comes of it after its call', () => {
    const decoding = growing().tool('start', 'c1', { args: {} });
    const update = { kind: 'preamble', itemId: 'commentary-x', progressText: 'And again.' };
    decoding.agent('item', { ...update, phase: 'update' }).agent('item', { ...update, phase: 'end' });
    decoding
      .tool('start', 'c2', { args: {} })
      .agent('item', { ...update, phase: 'end' })
      .tool('start', 'c3', { args: {} });
    expect(texts(decoding)).toEqual(['I look around first.', 'And again.']);
  });
});

describe('a call that no event began', () => {
  const item = (phase: string, more = {}) => ({
    kind: 'tool',
    phase,
    name: 'exec',
    toolCallId: 'c1',
    meta: 'run sleep 60',
    startedAt: T0 + 500,
    ...more,
  });

  it.each(['start', 'update'])('is shown by its item (%s) while it runs', (phase) => {
    expect(
      running()
        .agent('item', item(phase, { status: 'running' }))
        .at(2)
        .emitted(),
    ).toEqual(['+0.5 tool_started callId=c1 tool=exec args={"summary":"run sleep 60"} runId=run-1']);
  });

  it('has the arguments that a message told', () => {
    const content = [{ type: 'toolCall', id: 'c1', name: 'exec', arguments: { command: 'sleep 60' } }];
    const decoding = running().message({ role: 'assistant', content, stopReason: 'toolUse' }, { runId: 'run-1' });
    expect(decoding.agent('item', item('start')).at(2).emitted().at(-1)).toContain('args={"command":"sleep 60"}');
  });

  it('gets the arguments that its history tells later', () => {
    const decoding = running().agent('item', item('start')).at(2);
    decoding.emitted();
    decoding.history({ messages: [calls('m7', 1, 'c1')], sessionInfo: { hasActiveRun: true } }, { since: T0 });
    expect(decoding.emitted().find((line) => line.includes('tool_started'))).toContain('args={"command":"ls"}');
  });

  it.each([
    ['completed', 'ok'],
    ['failed', 'failed'],
  ])('ends by its item (%s)', (status, outcome) => {
    const decoding = running()
      .agent('item', item('end', { status, error: 'boom' }))
      .at(2);
    expect(decoding.emitted().at(-1)).toContain(`"kind":"${outcome}"`);
  });

  it('is shown by its result', () => {
    const data = { meta: 'run sleep 60', result: { details: { status: 'completed', exitCode: 0 } } };
    expect(
      running()
        .tool('result', 'c1', data)
        .emitted()
        .map((line) => line.split(' ')[1]),
    ).toEqual(['tool_started', 'tool_ended']);
  });

  it('is told once where both come, and not at all when it is hidden', () => {
    const decoding = running()
      .agent('item', item('start'))
      .tool('start', 'c1', { args: { command: 'ls' } })
      .at(2);
    expect(decoding.emitted().filter((line) => line.includes('tool_started'))).toHaveLength(1);
    expect(
      running()
        .agent('item', item('start', { hideFromChannelProgress: true }))
        .at(2)
        .emitted(),
    ).toEqual([]);
  });
});

/** A message of the history as versions tell it that name no run in it. */
function nameless<T extends { __openclaw: Record<string, unknown> }>(message: T): T {
  const { runId: _runId, ...marks } = message['__openclaw'];
  return { ...message, __openclaw: marks };
}

describe('a call in progress at a reconnect, of a run that only its history shows, without a name', () => {
  const asked = userMessage('m1', 1);
  const emitted = (messages: object[], sessionInfo: object): string[] => {
    const decoding = new Decoding().at(5);
    decoding.history({ messages, sessionInfo }, { since: T0 });
    return decoding.emitted().filter((line) => line.includes('tool_'));
  };

  it.each<[string, object]>([
    ['its row says that it runs', { status: 'running', hasActiveRun: true }],
    ['there is no row', {}],
  ])('is shown at once, when %s', (_what, row) => {
    expect(emitted([asked, nameless(calls('m2', 2, 'c1'))], row)).toEqual(['+2 tool_started callId=c1 tool=exec args={"command":"ls"}']);
  });

  it('is shown with the ones before it, which have ended', () => {
    const before = [nameless(calls('m2', 2, 'c1')), nameless(toolResult('m3', 3, 'c1'))];
    expect(emitted([asked, ...before, nameless(calls('m4', 4, 'c2'))], {}).map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'tool_started callId=c1',
      'tool_ended callId=c1',
      'tool_started callId=c2',
    ]);
  });

  it('is not thought to go on when its row says that the run is over', () => {
    expect(emitted([asked, nameless(calls('m2', 2, 'c1'))], { status: 'done', hasActiveRun: false, endedAt: T0 + 4_000 })).toEqual([]);
  });

  it('is not one of a turn before', () => {
    const first = [userMessage('m0', 0), nameless(calls('m2', 1, 'c1')), nameless(says('m3', 2, 'Hello.'))];
    const next = {
      ...userMessage('m4', 3),
      __openclaw: { id: 'm4', recordTimestampMs: T0 + 3_000, senderId: 'u', transport: { messageId: 'postpostpostpostpostpost02' } },
    };
    expect(emitted([...first, next], {})).toEqual([]);
  });

  it('ends with its result, when that comes under the name of its run', () => {
    const decoding = new Decoding().at(5);
    decoding.history({ messages: [asked, nameless(calls('m2', 2, 'c1'))], sessionInfo: {} }, { since: T0 });
    decoding.emitted();
    decoding.at(9).tool('result', 'c1', { result: { details: { status: 'completed', exitCode: 0 } } });
    expect(decoding.emitted().at(-1)).toContain('tool_ended callId=c1');
  });

  it('is shown, too, when its run has a name here that its messages do not tell', () => {
    const decoding = running().at(5);
    decoding.history({ messages: [asked, nameless(calls('m2', 2, 'c1'))], sessionInfo: { hasActiveRun: true } }, { since: T0 });
    expect(decoding.emitted().join()).toContain('tool_started callId=c1');
  });
});
