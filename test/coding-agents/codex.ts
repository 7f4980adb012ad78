// Codex: how it is set up, and what its model says. Observed with 0.171.0.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from './agent.ts';
import { responses } from './responses-dialect.ts';
import type { ScriptedCall } from './script.ts';

const run = (cmd: string, more: object = {}): ScriptedCall => ({ tool: 'exec_command', input: { cmd, ...more } });
const AGENTS = 'multi_agent_v1';

/** The sub-agent that the newest answer of a tool names. */
function agentIdIn(told: readonly string[]): string {
  return /"agent_id\\?":\\?"([^"\\]+)/.exec(told.findLast((text) => text.includes('agent_id')) ?? '')?.[1] ?? 'unknown';
}

export const codex: Agent = {
  source: 'codex',
  packageName: '@openai/codex',
  version: '0.171.0',
  program: 'codex',
  dialect: responses,
  scripts: {
    plain: [{ text: 'There are five items.' }],
    tools: [
      { text: 'I look first.', calls: [run('echo five')] },
      { text: 'Now the check.', calls: [run('echo checking; exit 3')] },
      { text: 'The check failed.' },
    ],
    parallel: [{ text: 'Three at once.', calls: [run('echo one'), run('sleep 2; echo two'), run('exit 4')] }, { text: 'All three ran.' }],
    agent: [
      { text: 'A helper counts.', calls: [{ tool: 'tool_search', input: { query: 'spawn_agent wait_agent close_agent', limit: 8 } }] },
      { calls: [{ tool: 'spawn_agent', namespace: AGENTS, input: { message: 'Count the items. #cue-suba', agent_type: 'default' } }] },
      (told) => ({ calls: [{ tool: 'wait_agent', namespace: AGENTS, input: { targets: [agentIdIn(told)], timeout_ms: 30_000 } }] }),
      { text: 'The helper counted five.' },
    ],
    suba: [{ text: 'I count.', calls: [run('sleep 2; echo 5')] }, { text: 'There are five.' }],
    background: [{ text: 'It runs aside.', calls: [run('sleep 6; echo ready', { yield_time_ms: 1_000 })] }, { text: 'It goes on.' }],
    permission: [
      {
        text: 'I need a folder.',
        calls: [run('mkdir -p shelf', { sandbox_permissions: 'require_escalated', justification: 'The shelf needs a folder.' })],
      },
      { text: 'The folder is there.' },
    ],
    question: [
      {
        text: 'One thing first.',
        calls: [
          {
            tool: 'request_user_input',
            input: {
              questions: [
                {
                  id: 'currency',
                  header: 'Currency',
                  question: 'Which currency?',
                  options: [
                    { label: 'EUR', description: 'Euro' },
                    { label: 'USD', description: 'Dollar' },
                  ],
                },
              ],
            },
          },
        ],
      },
      { text: 'Euro it is.' },
    ],
    sleep: [{ text: 'I wait for the scanner.', calls: [run('sleep 45', { yield_time_ms: 60_000 })] }, { text: 'The scanner is done.' }],
    retry: [{ text: 'It works after all.', refused: { status: 500, times: 2 } }],
    refused: [{ text: 'Never said.', refused: { status: 400, times: 99 } }],
  },
  configure: ({ home, project, modelUrl }) => {
    mkdirSync(join(home, '.codex'), { recursive: true });
    writeFileSync(join(home, '.codex/config.toml'), configuration(project, modelUrl));
  },
  environment: ({ home }) => ({ PATH: process.env['PATH'], HOME: home, SCRIPTED_KEY: 'fake' }),
  printArguments: (prompt) => ['exec', prompt],
  resumeArguments: ['resume', '--last'],
  isAtPrompt: /›/,
};

function configuration(project: string, modelUrl: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
check_for_update_on_startup = false
[notice]
hide_rate_limit_model_nudge = true
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[analytics]
enabled = false
[features]
daemon_auto_start = false
[model_providers.scripted]
name = "scripted"
base_url = "${modelUrl}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"
request_max_retries = 3
stream_max_retries = 3
[projects."${project}"]
trust_level = "trusted"
`;
}
