// Decodes lines beside the conversation: calls of the model, what they cost, names of the session.

import { asList, asNumber, asText, type JsonRecord } from '../../core/json-guards.ts';
import type { Fact, FactBody } from './session-facts.ts';
import type { SessionLine } from './session-line.ts';
import { dated, type TurnMemory } from './turn-memory.ts';

export function decodeSide({ type, record }: SessionLine, memory: TurnMemory, at: number, onUnknown: (kind: string) => void): Fact[] {
  switch (type) {
    case 'api-request':
      return dated(modelCall(asText(record['requestDigest']), asList(record['tail']).length === 0, memory), at);
    case 'cost-state':
      return dated(costOf(asNumber(record['totalCostUSD']), record['startTime'], memory), at);
    case 'queue-operation':
      return dated(queued(record, memory), at);
    case 'custom-title':
      return dated(memory.learn(titleOf(record['customTitle'])), at);
    case 'ai-title':
      return memory.about.title === undefined ? dated(memory.learn(titleOf(record['aiTitle'])), at) : [];
    case 'agent-name':
      return [];
    default:
      onUnknown(type === '' ? 'no-type' : type);
      return [];
  }
}

function titleOf(value: unknown): { title?: string } {
  const title = asText(value);
  return title === undefined ? {} : { title };
}

/** What the program itself queues. */
const NOTIFICATION = /^<task-notification>/;

/** A message that somebody typed while the agent was at work: what comes while the run only waits for its sub-agents begins at once. */
function queued(record: JsonRecord, { run }: TurnMemory): FactBody[] {
  const [operation, text] = [record['operation'], asText(record['content'])];
  if (run?.isOpen !== true || run.hasYielded === true || text === undefined || NOTIFICATION.test(text)) return [];
  const isTakenIn = operation === 'remove' && record['reason'] === 'absorbed_mid_turn';
  return isTakenIn || operation === 'enqueue' ? [{ kind: 'queued', runId: run.runId, isTakenIn, text }] : [];
}

/** The same request again, before any answer: the call before has failed. */
function modelCall(digest: string | undefined, addsNothing: boolean, memory: TurnMemory): FactBody[] {
  const { request, run } = memory;
  if (digest === undefined || run?.isOpen !== true) return [];
  const isRetry = addsNothing && request?.digest === digest;
  const attempt = isRetry ? request.attempt + 1 : 0;
  memory.request = { digest, attempt };
  return isRetry ? [{ kind: 'retry', runId: run.runId, attempt, reason: 'the model call failed' }] : [];
}

/** The total grows over all processes of a session. What it grew by is told only when one run alone can have caused that. */
function costOf(total: number | undefined, startTime: unknown, memory: TurnMemory): FactBody[] {
  if (total === undefined) return [];
  const { cost } = memory;
  const before = cost.startTime === startTime || cost.total === undefined ? cost.total : 0;
  const grownBy = before === undefined ? 0 : total - before;
  const [runId, ...others] = cost.runs;
  memory.cost = { total, startTime, runs: grownBy > 0 || before === undefined ? new Set() : cost.runs };
  return runId === undefined || others.length > 0 || grownBy <= 0 ? [] : [{ kind: 'cost', runId, usd: grownBy, total }];
}
