// Rollouts in both forms with a canary in each place where somebody wrote something.

import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolloutLine } from './rollout-writer.ts';

const PATCH = ['*** Begin Patch', '*** Update File: /home/dev/CANARY-outside/secret-plans.md', '+CANARY-never-patch', '*** End Patch'].join(
  '\n',
);

/** Each is named after the switch of a route that shows it, and after its place. */
export function writeCodexCanaries(home: string): void {
  append(home, 'session_index.jsonl', `${JSON.stringify({ id: 'newer', thread_name: 'CANARY-text-name', updated_at: '' })}\n`);
  append(home, 'history.jsonl', `${JSON.stringify({ session_id: 'newer', ts: 1, text: 'CANARY-prompt-history' })}\n`);
  append(
    home,
    rolloutOf('newer'),
    [...headOf('newer', { history_mode: 'paginated' }), ...newerLines(), ...callLines(), ...endOf('newer')].join(''),
  );
  append(home, rolloutOf('older'), [...headOf('older', {}), ...olderLines(), ...callLines(), ...endOf('older')].join(''));
}

function append(home: string, name: string, text: string): void {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  appendFileSync(join(home, name), text);
}

function rolloutOf(thread: string): string {
  return `sessions/2026/11/27/rollout-2026-11-27T09-00-00-${thread}.jsonl`;
}

function headOf(thread: string, about: Record<string, unknown>): string[] {
  return [
    rolloutLine('session_meta', {
      id: thread,
      timestamp: new Date().toISOString(),
      cwd: '/home/dev/shop',
      base_instructions: { text: 'CANARY-never-system' },
      git: { branch: 'CANARY-never-branch' },
      ...about,
    }),
    rolloutLine('event_msg', { type: 'task_started', turn_id: `turn-of-${thread}`, started_at: Math.floor(Date.now() / 1_000) }),
    rolloutLine('turn_context', { model: 'gpt-test', cwd: '/home/dev/shop', user_instructions: 'CANARY-never-instructions' }),
    rolloutLine('response_item', { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'CANARY-never-developer' }] }),
    rolloutLine('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'CANARY-never-context' }] }),
  ];
}

const item = (body: Record<string, unknown>): string =>
  rolloutLine('event_msg', { type: 'item_completed', turn_id: 'turn-of-newer', item: body });
const said = (text: string) => ({ content: [{ type: 'text', text }] });

function newerLines(): string[] {
  return [
    item({ type: 'UserMessage', id: 'u1', ...said('CANARY-prompt-item') }),
    item({ type: 'Reasoning', id: 'r1', summary_text: ['CANARY-never-reasoning'], raw_content: ['CANARY-never-thought'] }),
    item({ type: 'AgentMessage', id: 'a1', ...said('CANARY-text-item') }),
    item({
      type: 'CommandExecution',
      id: 'exec-1',
      command: ['/bin/bash', '-lc', 'make CANARY-command-item'],
      status: 'failed',
      exit_code: 3,
      aggregated_output: 'CANARY-never-aggregated',
    }),
    item({
      type: 'McpToolCall',
      id: 'm1',
      server: 'desk',
      tool: 'find',
      arguments: { q: 'CANARY-command-mcp' },
      result: 'CANARY-never-mcp',
    }),
    item({
      type: 'FileChange',
      id: 'f1',
      changes: { '/home/dev/shop/src/inside.ts': { update: { unified_diff: 'CANARY-never-diff' } } },
      status: 'completed',
    }),
    item({ type: 'UserMessage', id: 'u2', ...said('CANARY-prompt-queued') }),
    rolloutLine('compacted', { message: 'CANARY-never-summary', replacement_history: [{ text: 'CANARY-never-replacement' }] }),
  ];
}

function olderLines(): string[] {
  return [
    rolloutLine('event_msg', { type: 'user_message', message: 'CANARY-prompt-event' }),
    rolloutLine('event_msg', { type: 'agent_reasoning', text: 'CANARY-never-reasoning' }),
    rolloutLine('event_msg', { type: 'agent_message', message: 'CANARY-text-event' }),
  ];
}

const call = (id: string, name: string, args: object): string =>
  rolloutLine('response_item', { type: 'function_call', name, arguments: JSON.stringify(args), call_id: id });
const output = (id: string, text: string): string =>
  rolloutLine('response_item', { type: 'function_call_output', call_id: id, output: text });

function callLines(): string[] {
  return [
    call('c1', 'exec_command', { cmd: 'make CANARY-command-call', justification: 'CANARY-text-justification' }),
    output('c1', 'Process exited with code 3\nOutput:\nCANARY-never-output'),
    rolloutLine('response_item', { type: 'custom_tool_call', name: 'apply_patch', input: PATCH, call_id: 'c2' }),
    rolloutLine('response_item', { type: 'custom_tool_call_output', call_id: 'c2', output: 'CANARY-never-patched' }),
    call('c3', 'update_plan', { explanation: 'CANARY-text-explanation', plan: [{ step: 'CANARY-text-plan', status: 'pending' }] }),
    output('c3', 'Plan updated'),
    call('c4', 'desk.find', { message: 'CANARY-command-foreign' }),
    output('c4', 'CANARY-never-found'),
    call('c5', 'spawn_agent', { message: 'CANARY-text-task', task_name: 'CANARY-text-task-name' }),
    output('c5', 'CANARY-never-refusal'),
  ];
}

function endOf(thread: string): string[] {
  const error = { message: 'CANARY-text-error', codex_error_info: 'server_overloaded' };
  const end = { type: 'task_complete', turn_id: `turn-of-${thread}`, last_agent_message: 'CANARY-never-last' };
  return [rolloutLine('event_msg', thread === 'newer' ? { ...end, error } : end)];
}
