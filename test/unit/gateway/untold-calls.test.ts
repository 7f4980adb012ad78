// What of a call is told only by summaries, or by nothing but its result; and the text before calls.

import { describe, expect, it } from 'vitest';
import { Decoding, T0 } from './decoding.ts';
import { calls } from './recorded-messages.ts';

function running(): Decoding {
  const decoding = new Decoding().asked().lifecycle('start').at(1);
  decoding.told();
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
        .told(),
    ).toEqual(['+0.5 tool_started callId=c1 tool=exec args={"summary":"run sleep 60"} runId=run-1']);
  });

  it('has the arguments that a message told', () => {
    const content = [{ type: 'toolCall', id: 'c1', name: 'exec', arguments: { command: 'sleep 60' } }];
    const decoding = running().message({ role: 'assistant', content, stopReason: 'toolUse' }, { runId: 'run-1' });
    expect(decoding.agent('item', item('start')).at(2).told().at(-1)).toContain('args={"command":"sleep 60"}');
  });

  it('gets the arguments that its history tells later', () => {
    const decoding = running().agent('item', item('start')).at(2);
    decoding.told();
    decoding.history({ messages: [calls('m7', 1, 'c1')], sessionInfo: { hasActiveRun: true } }, { since: T0 });
    expect(decoding.told().find((line) => line.includes('tool_started'))).toContain('args={"command":"ls"}');
  });

  it.each([
    ['completed', 'ok'],
    ['failed', 'failed'],
  ])('ends by its item (%s)', (status, outcome) => {
    const decoding = running()
      .agent('item', item('end', { status, error: 'boom' }))
      .at(2);
    expect(decoding.told().at(-1)).toContain(`"kind":"${outcome}"`);
  });

  it('is shown by its result', () => {
    const data = { meta: 'run sleep 60', result: { details: { status: 'completed', exitCode: 0 } } };
    expect(
      running()
        .tool('result', 'c1', data)
        .told()
        .map((line) => line.split(' ')[1]),
    ).toEqual(['tool_started', 'tool_ended']);
  });

  it('is told once where both come, and not at all when it is hidden', () => {
    const decoding = running()
      .agent('item', item('start'))
      .tool('start', 'c1', { args: { command: 'ls' } })
      .at(2);
    expect(decoding.told().filter((line) => line.includes('tool_started'))).toHaveLength(1);
    expect(
      running()
        .agent('item', item('start', { hideFromChannelProgress: true }))
        .at(2)
        .told(),
    ).toEqual([]);
  });
});
