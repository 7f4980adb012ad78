// Decodes the small files of a workspace of openclaw-node. Pure; a file that is something else gives nothing.

import { asNumber, asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { plainId } from '../coding-agents/plain-id.ts';
import { asInstant } from './field.ts';

/** Who works on which task on this machine. */
export interface AgentState {
  readonly taskId?: string | undefined;
  readonly llm?: string | undefined;
  readonly model?: string | undefined;
}

export function decodeAgentState(text: string): AgentState | undefined {
  const record = asRecord(parseJson(text));
  if (record === undefined) return undefined;
  if (record['status'] !== 'working') return {};
  return { taskId: plainId(record['taskId']), llm: asText(record['llm']), model: asText(record['model']) };
}

/** The memory daemon of this machine, by the file that it writes. */
export interface DaemonState {
  readonly state: string;
  readonly sessionId?: string | undefined;
  readonly pid?: number | undefined;
}

export function decodeDaemonState(text: string): DaemonState | undefined {
  const record = asRecord(parseJson(text));
  if (record === undefined) return undefined;
  const pid = asNumber(record['pid']);
  const isPid = pid !== undefined && Number.isSafeInteger(pid) && pid > 1;
  return { state: asText(record['state']) ?? 'UNKNOWN', sessionId: plainId(record['sessionId']), ...(isPid ? { pid } : {}) };
}

/** `.daemon-state-<node>.md`: the life of the node's session. */
export interface SessionStatus {
  readonly status: string;
  readonly startedAt?: number | undefined;
  readonly activeTask?: string | undefined;
}

export function decodeSessionStatus(text: string): SessionStatus | undefined {
  const status = /^status: *(\S+)/m.exec(text)?.[1];
  if (status === undefined) return undefined;
  const startedAt = /^started_at: *(\S+)/m.exec(text)?.[1];
  const [, activeTask] = /^## Active Task\s*\n([^\n#]+)/m.exec(text) ?? [];
  return { status, startedAt: asInstant(startedAt === undefined ? undefined : asUtc(startedAt)), activeTask };
}

/** The file has no zone, and the project writes UTC. */
function asUtc(text: string): string {
  return /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`;
}

/** `.daemon-health.md`: what the health watch of the node said last; anything it does not plainly say is unknown. */
export function decodeDaemonHealth(text: string): 'WORKING' | 'BROKEN' | 'UNKNOWN' {
  const status = /status[*_: ]+([a-z]+)/i.exec(text)?.[1]?.toLowerCase();
  if (status === 'healthy') return 'WORKING';
  return status === 'unhealthy' || status === 'degraded' || status === 'critical' ? 'BROKEN' : 'UNKNOWN';
}

/** A note `### Session ended 01:56:29 UTC` of `memory/<date>.md`. */
export interface SessionStop {
  readonly at: number;
  readonly commits: number;
  readonly changes: number;
}

const STOP = /^### Session ended (\d{2}:\d{2}:\d{2}) UTC\s*\n- Commits in last hour: (\d+)\s*\n- Uncommitted changes: (\d+) files?/gm;

/** `date`: as the name of the file has it. */
export function decodeSessionStops(text: string, date: string): SessionStop[] {
  return [...text.matchAll(STOP)].flatMap(([, time = '', commits, changes]) => {
    const at = asInstant(`${date}T${time}Z`);
    return at === undefined ? [] : [{ at, commits: Number(commits), changes: Number(changes) }];
  });
}

/** A line `<instant> agent_spawn type=Explore` of `agent-audit.log`. */
export function decodeSpawn(line: string): { at: number; type: string } | undefined {
  const [, instant, type] = /^(\S+) agent_spawn type=(\S+)/.exec(line) ?? [];
  const at = asInstant(instant);
  return at === undefined || type === undefined ? undefined : { at, type };
}

/** A desktop notification of the node. */
export interface Notification {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly title: string;
  readonly message?: string | undefined;
  readonly node: string;
}

export function decodeNotification(line: string): Notification | undefined {
  const record = asRecord(parseJson(line));
  const [id, at] = [plainId(record?.['id']), asInstant(record?.['ts'])];
  if (record === undefined || record['type'] !== 'notification' || id === undefined || at === undefined) return undefined;
  return {
    id,
    at,
    kind: asText(record['kind']) ?? 'none',
    title: asText(record['title']) ?? 'notification',
    message: asText(record['message']),
    node: plainId(record['node']) ?? 'node',
  };
}
