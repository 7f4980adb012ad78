/**
 * `npm run test-coding-agents`: the real Claude Code and Codex, installed from npm, with scripted models on loopback and a real watcher;
 * each box is compared with what really happened. `-- --help` tells what can be asked for. Exits with 1 unless all is well, with 64
 * when an option is wrong.
 */

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { answer, closeOnSignal } from '../openclaw/command.ts';
import { Report } from '../openclaw/report.ts';
import type { Agent } from './agent.ts';
import { AgentRig } from './agent-rig.ts';
import { decodeArguments, HELP, type Wishes } from './arguments.ts';
import { installAgent } from './install-agent.ts';
import { isInTerminal, PARTS, whyNot } from './parts.ts';

const CACHE = resolve(import.meta.dirname, '../../.cache/coding-agents');

const rigs: AgentRig[] = [];
process.exit(await answer(decodeArguments(process.argv.slice(2)), HELP, runAll));

async function runAll(wishes: Wishes): Promise<number> {
  closeOnSignal(rigs);
  const report = new Report();
  const hasTmux = await report.check('tmux is there (Debian package tmux)', () => void execFileSync('tmux', ['-V'], { stdio: 'ignore' }));
  if (hasTmux) for (const agent of wishes.agents) await report.timed(agent.source, () => runOne(report, wishes, agent));
  report.close(process.env['TEST_RESULTS']);
  return report.failures === 0 ? 0 : 1;
}

async function runOne(report: Report, { parts }: Wishes, agent: Agent): Promise<void> {
  const name = `${agent.source} ${agent.version}`;
  let program = '';
  const isInstalled = await report.check(`${name}: it can be installed`, async () => {
    program = await installAgent(CACHE, agent, (words) => report.note(words));
  });
  if (!isInstalled) return;
  await report.check(`${name}: it could be watched to the end`, async () => {
    const rig = await AgentRig.start(agent, program, (started) => void rigs.push(started));
    try {
      await runParts(report, rig, parts, name);
    } finally {
      await rig.close();
    }
  });
}

async function runParts(report: Report, rig: AgentRig, parts: readonly string[], name: string): Promise<void> {
  let isOpen = false;
  for (const part of parts) {
    const why = whyNot(part, rig.agent);
    if (why !== undefined) {
      report.skip(`${name}: ${part}`, why);
      continue;
    }
    if (isInTerminal(part) && !isOpen) {
      await rig.opens();
      isOpen = true;
    }
    await report.check(`${name}: ${part}`, () => PARTS[part]?.(rig));
  }
  await report.check(`${name}: no line of its files was unknown`, async () => {
    const unknown = await rig.unknownKinds();
    if (unknown.length > 0) throw new Error(unknown.join(', '));
  });
}
