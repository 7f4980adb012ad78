// Decodes a `<task-notification>`: a sub-agent or a command in the background has ended, and the turn goes on.

import { plainId } from '../coding-agents/plain-id.ts';
import type { Fact, FactBody } from './session-facts.ts';
import { closeRun, resumeRun } from './session-runs.ts';
import { dated, type TurnMemory } from './turn-memory.ts';

const OUTCOMES: ReadonlyMap<string, Extract<FactBody, { kind: 'agent_ended' }>['outcome']> = new Map([
  ['completed', 'done'],
  ['failed', 'failed'],
  ['stopped', 'aborted'],
  ['killed', 'aborted'],
]);

export interface Notification {
  text: string;
  lineId: string;
  /** The model is called with it. Otherwise it only tells what became of an earlier process's sub-agent. */
  startsTurn: boolean;
  endsByText: boolean;
}

export function decodeNotification({ text, lineId, startsTurn, endsByText }: Notification, memory: TurnMemory, at: number): Fact[] {
  const taskId = plainId(tagIn(text, 'task-id'));
  const shellRun = taskId === undefined ? undefined : memory.runByShell.get(taskId);
  const runId = shellRun ?? (taskId === undefined ? undefined : memory.runByAgent.get(taskId));
  const ended = taskId === undefined ? [] : dated(endOf(taskId, text, shellRun !== undefined, startsTurn), at);
  if (taskId !== undefined) {
    memory.runByShell.delete(taskId);
    memory.pendingAgents.delete(taskId);
  }
  if (!startsTurn) return [...ended, ...closeRun(memory, 'lost', memory.run?.lastAt ?? at)];
  return [...ended, ...resumeRun(memory, at, { lineId, endsByText, runId })];
}

function endOf(taskId: string, text: string, isShell: boolean, startsTurn: boolean): FactBody[] {
  if (isShell) {
    const code = /\(exit code (\d{1,6})\)/.exec(tagIn(text, 'summary') ?? '')?.[1];
    return [{ kind: 'background_ended', handle: taskId, ...(code === undefined ? {} : { exitCode: Number(code) }) }];
  }
  const outcome = startsTurn ? OUTCOMES.get(tagIn(text, 'status') ?? '') : 'lost';
  return outcome === undefined ? [] : [{ kind: 'agent_ended', agentId: taskId, outcome }];
}

function tagIn(text: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>([^<]{1,400})</${tag}>`).exec(text)?.[1];
}
