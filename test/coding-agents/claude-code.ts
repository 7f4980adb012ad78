// Claude Code: how it is set up, and what its model says. Observed with 2.1.332.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from './agent.ts';
import { anthropic } from './anthropic-dialect.ts';

const KEY = `sk-ant-fake${'0'.repeat(40)}`;
const KEY_TAIL = KEY.slice(-20); // how its configuration remembers a key that was approved

const bash = (command: string, more: object = {}): { tool: string; input: Record<string, unknown> } => ({
  tool: 'Bash',
  input: { command, description: 'Run it', ...more },
});
const agent = (description: string, cue: string): { tool: string; input: Record<string, unknown> } => ({
  tool: 'Agent',
  input: { description, prompt: `Count the items. #cue-${cue}`, subagent_type: 'general-purpose' },
});

export const claudeCode: Agent = {
  source: 'claude-code',
  packageName: '@anthropic-ai/claude-code',
  version: '2.1.332',
  program: 'claude',
  dialect: anthropic,
  scripts: {
    plain: [{ text: 'There are five items.' }],
    tools: [
      { text: 'I look first.', calls: [bash('echo five')] },
      { text: 'Now the check.', calls: [bash('echo checking; exit 3')] },
      { text: 'The check failed.' },
    ],
    parallel: [
      { text: 'Three at once.', calls: [bash('echo one'), bash('sleep 2; echo two'), bash('exit 4')] },
      { text: 'All three ran.' },
    ],
    agent: [
      { text: 'A helper counts.', calls: [agent('count items', 'suba')] },
      { text: 'It is under way.' },
      { text: 'The helper counted five.' },
    ],
    suba: [{ text: 'I count.', calls: [bash('sleep 2; echo 5')] }, { text: 'There are five.' }],
    background: [
      { text: 'It runs aside.', calls: [bash('sleep 6; echo ready', { run_in_background: true })] },
      { text: 'It goes on.' },
      { text: 'It is ready.' },
    ],
    permission: [{ text: 'I need a folder.', calls: [bash('mkdir -p shelf && touch shelf/x')] }, { text: 'The folder is there.' }],
    question: [
      {
        text: 'One thing first.',
        calls: [
          {
            tool: 'AskUserQuestion',
            input: {
              questions: [
                {
                  question: 'Which currency?',
                  header: 'Currency',
                  multiSelect: false,
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
    sleep: [{ text: 'I wait for the scanner.', calls: [bash('sh -c "sleep 45"')] }, { text: 'The scanner is done.' }],
    retry: [{ text: 'It works after all.', refused: { status: 500, times: 2 } }],
    refused: [{ text: 'Never said.', refused: { status: 400, times: 99 } }],
  },
  configure: ({ home, project }) => {
    const state = {
      hasCompletedOnboarding: true,
      lastOnboardingVersion: '2.1.332',
      theme: 'dark',
      customApiKeyResponses: { approved: [KEY_TAIL], rejected: [] },
      projects: { [project]: { hasTrustDialogAccepted: true, allowedTools: [] } },
    };
    writeFileSync(join(home, '.claude.json'), JSON.stringify(state));
    mkdirSync(join(home, '.claude'), { recursive: true });
    const settings = { permissions: { defaultMode: 'default', allow: ['Bash(echo:*)', 'Bash(sh:*)', 'Bash(sleep:*)', 'Bash(exit:*)'] } };
    writeFileSync(join(home, '.claude/settings.json'), JSON.stringify(settings));
  },
  environment: ({ home, modelUrl }) => ({
    PATH: process.env['PATH'],
    HOME: home,
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
  }),
  printArguments: (prompt) => ['-p', prompt],
  resumeArguments: ['--continue'],
  isAtPrompt: /❯/,
};
