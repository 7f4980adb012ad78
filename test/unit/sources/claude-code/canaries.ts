// A session with a canary in each place where somebody wrote something.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionWriter } from './session-writer.ts';

/** Each is named after the switch of a route that shows it, and after its place. */
export function writeCanaries(writer: SessionWriter): void {
  const agents = join(writer.path.replace(/\.jsonl$/, ''), 'subagents');
  mkdirSync(agents, { recursive: true });
  writeFileSync(join(agents, 'agent-a1.meta.json'), '{"agentType":"Explore","toolUseId":"call-3","description":"CANARY-text-meta"}');
  const told = [
    { type: 'thinking', thinking: 'CANARY-never-thinking' },
    { type: 'text', text: 'CANARY-text-message' },
  ];
  writer.add(
    `{"type":"custom-title","customTitle":"CANARY-text-title","sessionId":"${writer.sessionId}"}\n`,
    writer.prompt('CANARY-prompt'),
    writer.line('attachment', { attachment: { type: 'skill_listing', content: 'CANARY-never-system' } }),
    ...told.map((block) => writer.says([block])),
    writer.calls('call-1', 'Bash', { command: 'make CANARY-command', description: 'CANARY-command-description' }),
    writer.result('call-1', 'Exit code 2\nCANARY-never-output', { toolUseResult: { stdout: 'CANARY-never-output' } }),
    writer.calls('call-2', 'Write', { file_path: '/home/dev/CANARY-outside/secret-plans.md', content: 'CANARY-never-content' }),
    writer.result('call-2', 'CANARY-never-output'),
    writer.calls('call-4', 'Edit', {
      file_path: '/home/dev/shop/src/inside.ts',
      old_string: 'CANARY-never-old',
      new_string: 'CANARY-never-new',
    }),
    writer.calls('call-3', 'Agent', { description: 'CANARY-text-agent', prompt: 'CANARY-text-task', subagent_type: 'Explore' }),
    writer.calls('call-5', 'TodoWrite', { todos: [{ content: 'CANARY-text-todo', status: 'pending' }] }),
    writer.calls('call-6', 'AskUserQuestion', { questions: [{ question: 'CANARY-text-question' }] }),
    `{"type":"queue-operation","operation":"enqueue","content":"CANARY-prompt-queued","timestamp":"${new Date().toISOString()}"}\n`,
    writer.line('user', { message: { role: 'user', content: 'Stop hook feedback:\nCANARY-never-hook' } }, { isMeta: true }),
    writer.line(
      'assistant',
      { message: { content: [{ type: 'text', text: 'API Error: CANARY-text-error' }] }, isApiErrorMessage: true },
      { apiErrorStatus: 500 },
    ),
  );
  const about = { isSidechain: true, agentId: 'a1', sessionId: writer.sessionId, cwd: writer.cwd, timestamp: new Date().toISOString() };
  const said = { id: 'a-1', content: [{ type: 'text', text: 'CANARY-text-answer' }], stop_reason: 'end_turn' };
  const lines = [
    { ...about, parentUuid: null, type: 'user', uuid: 'a1-1', message: { role: 'user', content: 'CANARY-text-task' } },
    { ...about, parentUuid: 'a1-1', type: 'assistant', uuid: 'a1-2', message: said },
  ];
  writeFileSync(join(agents, 'agent-a1.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
