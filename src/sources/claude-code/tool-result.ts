// Decodes the results of tools: how a call ended, and what some results also tell. Output of tools is never told.

import { setBounded } from '../../core/bounded-map.ts';
import type { CallOutcome } from '../../core/event.ts';
import { asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { keyPart, plainId } from '../coding-agents/plain-id.ts';
import type { FactBody } from './session-facts.ts';
import type { SessionLine } from './session-line.ts';
import type { TurnMemory } from './turn-memory.ts';
import { textOf } from './user-line.ts';

const MAX_SHELLS = 100;
const MAX_TASKS = 100;
const CUT_OFF = /\[Tool call interrupted: the session ended before/;
const INTERRUPTED = /(?:^|\n)\[Request interrupted by user(?: for tool use)?\]/;
const EXIT_CODE = /^Exit code (\d{1,6})\b/;
const BY_RULE: ReadonlySet<unknown> = new Set(['config', 'rule', 'policy', 'hook', 'classifier']);

export function decodeResult(result: JsonRecord, line: SessionLine, memory: TurnMemory): FactBody[] {
  const callId = plainId(result['tool_use_id']);
  if (callId === undefined) return [];
  const details = asRecord(line.record['toolUseResult']) ?? {};
  const tool = memory.toolsByCall.get(callId);
  memory.toolsByCall.delete(callId);
  const outcome = outcomeOf(result, line.record, details);
  if (outcome.kind === 'background' && memory.run !== undefined)
    setBounded(memory.runByShell, outcome.handle, memory.run.runId, MAX_SHELLS);
  return [{ kind: 'result', callId, outcome }, ...agentFacts(callId, details, memory), ...planFacts(tool, details, memory)];
}

function outcomeOf(result: JsonRecord, record: JsonRecord, details: JsonRecord): CallOutcome {
  const handle = plainId(details['backgroundTaskId']);
  if (handle !== undefined) return { kind: 'background', handle };
  if (result['is_error'] !== true) return { kind: 'ok' };
  const text = textOf(result['content']);
  if (CUT_OFF.test(text) || INTERRUPTED.test(text)) return { kind: 'aborted' };
  if (record['toolDenialKind'] !== undefined) return denialOf(record);
  const exitCode = EXIT_CODE.exec(text)?.[1];
  return exitCode === undefined ? { kind: 'failed' } : { kind: 'failed', exitCode: Number(exitCode) };
}

/** A refusal and an interruption look alike, but for who decided and when. */
function denialOf(record: JsonRecord): CallOutcome {
  const by = asRecord(record['permissionDecision'])?.['source'];
  if (BY_RULE.has(by) && asRecord(record['permissionDecision'])?.['decision'] === 'reject')
    return { kind: 'failed', detail: 'denied by a rule' };
  return record['toolDenialBeforeRun'] === true ? { kind: 'failed', detail: 'denied' } : { kind: 'aborted' };
}

/** A sub-agent that was waited for has ended with its call; its own file says how. */
function agentFacts(callId: string, details: JsonRecord, memory: TurnMemory): FactBody[] {
  const agentId = keyPart(details['agentId']);
  const { run } = memory;
  if (agentId === undefined || run === undefined) return [];
  const isAsync = details['isAsync'] === true || details['status'] === 'async_launched';
  memory.startAgent(agentId, run.runId, isAsync);
  const named: FactBody = { kind: 'agent_named', callId, agentId };
  return isAsync ? [named] : [named, { kind: 'agent_ended', agentId, outcome: 'done' }];
}

/** `TaskCreate` and `TaskUpdate` keep the plan that `TodoWrite` kept before. */
function planFacts(tool: string | undefined, details: JsonRecord, memory: TurnMemory): FactBody[] {
  if (tool !== 'TaskCreate' && tool !== 'TaskUpdate') return [];
  const task = asRecord(details['task']);
  const id = asText(task?.['id']) ?? asText(details['taskId']);
  const known = id === undefined ? undefined : memory.tasksById.get(id);
  const step = asText(task?.['subject']) ?? known?.step;
  if (id === undefined || step === undefined) return [];
  const status = asText(asRecord(details['statusChange'])?.['to']) ?? known?.status;
  const isKnown = status === 'in_progress' || status === 'completed';
  setBounded(memory.tasksById, id, { step, status: isKnown ? status : 'pending' }, MAX_TASKS);
  const steps = [...memory.tasksById].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, each]) => each);
  return [{ kind: 'plan', steps }];
}
