// Anthropic's Messages API as Claude Code uses it (observed with 2.1.332). Holds no state.

import { isRecord } from '../../src/core/json-guards.ts';
import { type Dialect, eventsTo, piecesOf } from './model-server.ts';
import type { Said, ScriptedCall } from './script.ts';

export const anthropic: Dialect = {
  path: '/v1/messages',
  conversationOf: (body) =>
    isRecord(body) && body['stream'] === true && Array.isArray(body['messages']) ? body['messages'].flatMap(saidIn) : undefined,
  aside: (response) => {
    const message = {
      id: 'msg_aside',
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      stop_reason: 'end_turn',
      stop_sequence: null,
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, content: [{ type: 'text', text: 'Aside' }], usage: { input_tokens: 1, output_tokens: 1 } }));
  },
  stream: async (response, answer, number, cost) => {
    const send = eventsTo(response);
    const usage = { input_tokens: cost.input, cache_creation_input_tokens: 0, cache_read_input_tokens: cost.cached, output_tokens: 1 };
    const message = { id: `msg_fake${number}`, type: 'message', role: 'assistant', model: 'claude-opus-5-5', content: [], usage };
    send('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } });
    let index = 0;
    if (answer.text !== undefined) {
      send('content_block_start', { index, content_block: { type: 'text', text: '' } });
      for await (const text of piecesOf(response, answer)) send('content_block_delta', { index, delta: { type: 'text_delta', text } });
      send('content_block_stop', { index });
      index += 1;
    }
    for (const call of answer.calls ?? []) sendCall(send, index++, call, `toolu_fake${number}x${index}`);
    const stop_reason = answer.calls === undefined ? 'end_turn' : 'tool_use';
    send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: cost.output } });
    send('message_stop', {});
    response.end();
  },
  refuse: (response, status) => {
    const error = { type: status === 400 ? 'invalid_request_error' : 'api_error', message: 'scripted failure' };
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify({ type: 'error', error }));
  },
};

function sendCall(send: (type: string, fields: object) => void, index: number, { tool, input }: ScriptedCall, id: string): void {
  send('content_block_start', { index, content_block: { type: 'tool_use', id, name: tool, input: {} } });
  send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) } });
  send('content_block_stop', { index });
}

function saidIn(message: unknown): Said[] {
  if (!isRecord(message)) return [];
  const { role, content } = message;
  const blocks: unknown[] = typeof content === 'string' ? [{ type: 'text', text: content }] : Array.isArray(content) ? content : [];
  if (role === 'assistant') return [{ role: 'model', text: '' }];
  if (role !== 'user') return [];
  return blocks.flatMap((block): Said[] => {
    if (!isRecord(block)) return [];
    if (block['type'] === 'tool_result') return [{ role: 'tool', text: JSON.stringify(block['content']) }];
    return typeof block['text'] === 'string' ? [{ role: 'person', text: block['text'] }] : [];
  });
}
