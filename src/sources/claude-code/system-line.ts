// Decodes `system` lines: ends of turns, failed model calls, compactions, killed sub-agents.

import { asNumber, asRecord, asText } from '../../core/json-guards.ts';
import type { Fact } from './session-facts.ts';
import { endRun, resumeRun, yieldRun } from './session-runs.ts';
import { nameOfFailure } from './failed-call.ts';
import type { SessionLine } from './session-line.ts';
import { dated, type TurnMemory } from './turn-memory.ts';

const SILENT: ReadonlySet<string> = new Set(['stop_hook_summary', 'local_command', 'informational', 'away_summary']);

export function decodeSystem(line: SessionLine, memory: TurnMemory, at: number, onUnknown: (kind: string) => void): Fact[] {
  const subtype = asText(line.record['subtype']) ?? '';
  switch (subtype) {
    case 'turn_duration':
      return endOf(line, memory, at);
    case 'compact_boundary':
      return [{ kind: 'compacted', at }];
    case 'api_error':
      return failedCall(line, memory, at);
    case 'agents_killed':
      return killedAgents(memory, at);
    default:
      if (!SILENT.has(subtype)) onUnknown(`system:${subtype}`);
      return [];
  }
}

/** The turn waits for its sub-agents in the background; their reports are part of it. */
function endOf(line: SessionLine, memory: TurnMemory, at: number): Fact[] {
  if ((asNumber(line.record['pendingBackgroundAgentCount']) ?? 0) > 0) return yieldRun(memory, at);
  return endRun(memory, 'done', at);
}

function failedCall(line: SessionLine, memory: TurnMemory, at: number): Fact[] {
  const resumed = resumeRun(memory, at, { lineId: line.uuid ?? `line-${at}`, endsByText: false });
  const runId = memory.run?.runId;
  if (runId === undefined) return resumed;
  const error = asRecord(line.record['error']);
  const reason = nameOfFailure(asNumber(error?.['status']), asText(error?.['type']));
  const waitMs = asNumber(line.record['retryInMs']);
  const attempt = asNumber(line.record['retryAttempt']) ?? 1;
  const nextAt = waitMs === undefined ? {} : { nextAt: at + waitMs };
  return [...resumed, { kind: 'retry', runId, attempt, reason, ...nextAt, at }];
}

function killedAgents(memory: TurnMemory, at: number): Fact[] {
  const agentIds = [...memory.pendingAgents];
  memory.pendingAgents.clear();
  return dated(
    agentIds.map((agentId) => ({ kind: 'agent_ended', agentId, outcome: 'aborted' })),
    at,
  );
}
