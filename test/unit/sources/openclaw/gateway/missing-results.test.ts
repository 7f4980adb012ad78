// Ends of calls without what the tool answered, as a gateway of 2026.4 tells them.

import { describe, expect, it } from 'vitest';
import { Decoding, KEY } from './decoding.ts';

const CHILD = 'agent:main:subagent:30a81920-0823-429b-bf3c-4ada4a1d4b47';
const ENDED = { isError: false, result: undefined };

/** An answer as the history of 2026.4 keeps it: its text without details. */
const answer = (toolCallId: string, text: string, toolName = 'exec', isError = false) => ({
  role: 'toolResult',
  toolCallId,
  toolName,
  content: [{ type: 'text', text }],
  isError,
  __openclaw: { id: `answer-${toolCallId}` },
});

function ended(...callIds: string[]): Decoding {
  const decoding = new Decoding().lifecycle('start');
  for (const callId of callIds) decoding.tool('start', callId);
  decoding.emitted();
  for (const callId of callIds) decoding.tool('result', callId, ENDED);
  return decoding;
}

describe('the end of a call that comes without what the tool answered', () => {
  it('is told as the history tells it, with the exit code', () => {
    const decoding = ended('call-1');
    expect(decoding.emitted()).toEqual([]);
    expect(decoding.missingAsked).toEqual([KEY]);
    expect(decoding.results([answer('call-1', 'no such file\n\n(Command exited with code 3)')]).emitted()).toEqual([
      '+0 tool_ended callId=call-1 tool=exec outcome={"kind":"failed","exitCode":3,"detail":"no such file"}',
    ]);
  });

  it('tells of the sub-agent that the call began, also when the run has ended meanwhile', () => {
    const decoding = new Decoding().lifecycle('start');
    decoding.tool('start', 'call-1', { name: 'sessions_spawn', args: { task: 'Count', label: 'counter' } });
    decoding
      .tool('result', 'call-1', { name: 'sessions_spawn', ...ENDED })
      .lifecycle('end')
      .emitted();
    decoding.results([answer('call-1', `{"status":"accepted","childSessionKey":"${CHILD}"}`, 'sessions_spawn')]);
    expect(decoding.emitted()).toEqual([
      '+0 tool_ended callId=call-1 tool=sessions_spawn outcome={"kind":"ok"}',
      `+0 child_spawned callId=call-1 childKey=${CHILD} label=counter`,
    ]);
  });

  it('is asked about again while the history lags behind, and of several calls each is told once', () => {
    const decoding = ended('call-1', 'call-2').results([answer('call-1', 'fine')]);
    expect(
      decoding
        .at(0.6)
        .results([answer('call-1', 'fine'), answer('call-2', 'fine')])
        .at(20)
        .emitted(),
    ).toEqual([
      '+0 tool_ended callId=call-1 tool=exec outcome={"kind":"ok"}',
      '+0 tool_ended callId=call-2 tool=exec outcome={"kind":"ok"}',
    ]);
    expect(decoding.missingAsked).toEqual([KEY, KEY]);
  });

  it('costs one question in half a second, however many calls of a session wait; beyond a hundred they are told as they came', () => {
    const callIds = Array.from({ length: 130 }, (_, index) => `call-${index}`);
    const decoding = ended(...callIds);
    expect(decoding.emitted().filter((line) => line.includes('tool_ended'))).toHaveLength(30);
    decoding.at(0.6).at(1.1);
    expect(decoding.missingAsked).toEqual([KEY, KEY, KEY]);
    expect(decoding.results(callIds.map((callId) => answer(callId, 'fine'))).emitted()).toHaveLength(100);
    decoding.at(20);
    expect(decoding.missingAsked).toEqual([KEY, KEY, KEY]);
  });

  it('is told once when both transports tell it', () => {
    const decoding = ended('call-1').tool('result', 'call-1', ENDED);
    expect(
      decoding
        .results([answer('call-1', 'fine')])
        .at(20)
        .emitted(),
    ).toHaveLength(1);
  });

  it('is told as it came when the history says nothing for five seconds', () => {
    const decoding = ended('call-1').tool('result', 'call-2', { isError: true, result: undefined });
    for (let at = 0.5; at < 5; at += 0.5) decoding.at(at);
    expect(decoding.emitted().filter((line) => line.includes('tool_ended'))).toEqual([]);
    expect(decoding.at(5.1).emitted()).toEqual([
      '+0 tool_ended callId=call-1 tool=exec outcome={"kind":"ok"}',
      '+0 tool_ended callId=call-2 tool=exec outcome={"kind":"failed"}',
    ]);
  });

  it('is not told by the summary of the call meanwhile, which calls every command completed', () => {
    const decoding = ended('call-1');
    decoding.agent('item', { kind: 'tool', phase: 'end', toolCallId: 'call-1', name: 'exec', status: 'completed' });
    expect(decoding.at(0.6).emitted()).toEqual([]);
    expect(decoding.results([answer('call-1', '(Command exited with code 3)')]).emitted()).toHaveLength(1);
  });
});
