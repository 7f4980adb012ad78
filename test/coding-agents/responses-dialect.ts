// OpenAI's Responses API as Codex uses it (observed with 0.171.0). Holds no state.

import { isRecord } from '../../src/core/json-guards.ts';
import { type Dialect, eventsTo, piecesOf } from './model-server.ts';
import type { Said, ScriptedCall } from './script.ts';

export const responses: Dialect = {
  path: '/v1/responses',
  conversationOf: (body) => (isRecord(body) && Array.isArray(body['input']) && !isAside(body) ? saidIn(body['input']) : undefined),
  /** The title of a thread, by a schema. */
  aside: (response) => {
    const send = eventsTo(response);
    const content = [{ type: 'output_text', text: JSON.stringify({ title: 'A title', description: 'A title' }) }];
    send('response.created', { response: { id: 'resp_aside' } });
    send('response.output_item.done', { output_index: 0, item: { type: 'message', role: 'assistant', id: 'msg_aside', content } });
    send('response.completed', { response: { id: 'resp_aside', usage: usageOf({ input: 1, cached: 0, output: 1 }) } });
    response.end();
  },
  stream: async (response, answer, number, cost) => {
    const send = eventsTo(response);
    const id = `resp_fake${number}`;
    send('response.created', { response: { id } });
    if (answer.text !== undefined) {
      const item = { type: 'message', role: 'assistant', id: `msg_fake${number}` };
      send('response.output_item.added', { output_index: 0, item: { ...item, content: [] } });
      for await (const delta of piecesOf(response, answer))
        send('response.output_text.delta', { item_id: item.id, output_index: 0, content_index: 0, delta });
      send('response.output_item.done', { output_index: 0, item: { ...item, content: [{ type: 'output_text', text: answer.text }] } });
    }
    for (const [index, call] of (answer.calls ?? []).entries())
      send('response.output_item.done', { output_index: index + 1, item: itemOf(call, `fake${number}x${index}`) });
    send('response.completed', { response: { id, usage: usageOf(cost) } });
    response.end();
  },
  refuse: (response, status) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'scripted failure', type: 'server_error', code: null } }));
  },
};

/** Names for threads are asked for with a schema of the output. */
function isAside({ text }: Record<string, unknown>): boolean {
  return isRecord(text) && isRecord(text['format']) && text['format']['type'] === 'json_schema';
}

function itemOf({ tool, input, namespace }: ScriptedCall, id: string): object {
  const ids = { id: `fc_${id}`, call_id: `call_${id}`, status: 'completed' };
  if (tool === 'tool_search') return { type: 'tool_search_call', ...ids, execution: 'client', arguments: input };
  if (tool === 'apply_patch') return { type: 'custom_tool_call', ...ids, name: tool, input: input['patch'] };
  return { type: 'function_call', ...ids, name: tool, arguments: JSON.stringify(input), ...(namespace === undefined ? {} : { namespace }) };
}

function usageOf({ input, cached, output }: { input: number; cached: number; output: number }): object {
  const details = { input_tokens_details: { cached_tokens: cached }, output_tokens_details: { reasoning_tokens: 0 } };
  return { input_tokens: input + cached, output_tokens: output, total_tokens: input + cached + output, ...details };
}

/** One answer of the model is several items; they count as one as long as nobody else says anything. */
function saidIn(input: readonly unknown[]): Said[] {
  const said = input.flatMap(itemsSaid);
  return said.filter(({ role }, index) => role !== 'model' || said[index - 1]?.role !== 'model');
}

function itemsSaid(item: unknown): Said[] {
  if (!isRecord(item)) return [];
  const { type, role, content, output } = item;
  if (typeof type === 'string' && type.endsWith('_output'))
    return [{ role: 'tool', text: typeof output === 'string' ? output : JSON.stringify(item) }];
  if (typeof type === 'string' && type.endsWith('_call')) return [{ role: 'model', text: '' }];
  if (type !== 'message') return [];
  if (role === 'assistant') return [{ role: 'model', text: '' }];
  return role === 'user' ? [{ role: 'person', text: JSON.stringify(content) }] : [];
}
