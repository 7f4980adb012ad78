// Turns an item that was completed into events: prompts, messages, and the ends of calls.

import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { type Calls, outcomeOfItem } from './thread-calls.ts';
import type { LineEvent } from './rollout-event.ts';
import type { ShownArgs } from './shown-thread.ts';
import { keyPart } from '../coding-agents/plain-id.ts';
import type { Turns } from './turns.ts';

interface ItemContext {
  turns: Turns;
  calls: Calls;
  /** When the line was written, and when the item was begun. */
  at: number;
  startedAt: number | undefined;
}

/** The events of an item; `undefined` for one that nobody knows. */
export function decodeItem(item: JsonRecord, context: ItemContext): LineEvent[] | undefined {
  const { turns, at } = context;
  switch (asText(item['type']) ?? '') {
    case 'UserMessage':
      return turns.prompt(contentOf(item), at);
    case 'AgentMessage':
      return turns.say(turns.idOf(item['id']), contentOf(item), at);
    case 'Plan':
      return turns.plan(turns.idOf(item['id']), asText(item['text']), at);
    case 'CommandExecution':
      return item['source'] === 'user_shell' ? [] : ended(item, 'exec_command', turns.shown.command(item['command']), context);
    case 'FileChange':
      return ended(item, 'apply_patch', turns.shown.changes(asRecord(item['changes']) ?? {}), context);
    case 'McpToolCall':
      return ended(item, turns.shown.word(mcpNameOf(item)), turns.shown.args('mcp', item['arguments']), context);
    case 'ImageView':
      return ended(item, 'view_image', turns.shown.changes({ [pathOfImage(item)]: true }), context);
    case 'CollabAgentToolCall':
      return [...ended(item, turns.shown.word(asText(item['tool']) ?? 'agents'), NO_ARGS, context), ...spawnedBy(item, context)];
    case 'SubAgentActivity':
      return item['kind'] === 'started' ? spawned(item, [item['agent_thread_id']], context) : [];
    case 'Reasoning':
    case 'ContextCompaction':
      return [];
    default:
      return undefined;
  }
}

const NO_ARGS: ShownArgs = { args: {}, hidden: {} };

/** People may attach images; of those only that they are there is shown. */
function contentOf(item: JsonRecord): string {
  return asList(item['content'])
    .map((part) => asText(asRecord(part)?.['text']) ?? 'image')
    .join('\n');
}

function ended(item: JsonRecord, tool: string, shown: ShownArgs, { turns, calls, startedAt }: ItemContext): LineEvent[] {
  return calls.end(item, outcomeOfItem(item), { tool, shown, startedAt, runId: turns.current?.id });
}

function mcpNameOf(item: JsonRecord): string {
  return `${asText(item['server']) ?? 'mcp'}.${asText(item['tool']) ?? 'tool'}`;
}

function pathOfImage(item: JsonRecord): string {
  return (asText(item['path']) ?? 'image').replace(/^file:\/\//, '');
}

function spawnedBy(item: JsonRecord, context: ItemContext): LineEvent[] {
  return item['tool'] === 'spawn_agent' ? spawned(item, asList(item['receiver_thread_ids']), context) : [];
}

function spawned(item: JsonRecord, threadIds: readonly unknown[], { turns, calls }: ItemContext): LineEvent[] {
  const callId = turns.idOf(item['id']);
  if (callId === undefined) return [];
  return threadIds.flatMap((id) => {
    const childId = keyPart(id);
    return childId === undefined ? [] : [calls.spawned(callId, childId)];
  });
}
