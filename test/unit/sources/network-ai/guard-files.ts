// Writes the files of Network-AI as its scripts do, and tells what became of a task.

import { statusOf } from '../../../../src/core/status.ts';
import type { TurnMeter } from '../../../../src/core/session.ts';
import { RecordedSwarm, type SwarmOptions } from './recorded-swarm.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

interface TaskParts {
  used?: number;
  status?: string;
  handoffs?: { from?: string; to?: string; message_length?: number; has_artifact?: boolean }[];
  validations?: object[];
  tracked?: string;
  artifacts?: number;
}

/** What the swarm guard writes: all three files, one after the other. */
export function writeGuard(
  swarm: RecordedSwarm,
  tasks: Record<string, TaskParts>,
  agents: Record<string, { agoMs: number; task: string }> = {},
  at = swarm.ago(),
): void {
  const each = <T>(make: (parts: TaskParts) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(tasks).map(([id, parts]) => [id, make(parts)]));
  swarm.write(
    'task_tracking.json',
    Object.fromEntries(
      Object.entries(tasks)
        .filter(([, { handoffs, validations, tracked }]) => handoffs !== undefined || validations !== undefined || tracked !== undefined)
        .map(([id, { handoffs = [], validations, tracked = 'active', artifacts }]) => [
          id,
          {
            created_at: at,
            handoffs: handoffs.map((handoff) => ({
              timestamp: at,
              from: 'lead',
              to: 'analyst',
              message_length: 20,
              has_artifact: false,
              ...handoff,
            })),
            artifacts_produced: artifacts ?? handoffs.filter(({ has_artifact }) => has_artifact === true).length,
            status: tracked,
            ...(validations === undefined ? {} : { validations }),
          },
        ]),
    ),
  );
  swarm.write(
    'agent_health.json',
    Object.fromEntries(
      Object.entries(agents).map(([name, { agoMs, task }]) => [
        name,
        { last_heartbeat: swarm.ago(agoMs), current_task: task, heartbeats: 1, status: 'active' },
      ]),
    ),
  );
  swarm.write(
    'budget_tracking.json',
    each(({ used = 0, status = 'active' }) => ({
      max_tokens: 10_000,
      used_tokens: used,
      created_at: at,
      description: '',
      spending_log: [],
      status,
    })),
  );
}

export async function started(options: SwarmOptions = {}): Promise<RecordedSwarm> {
  const swarm = new RecordedSwarm(options);
  await swarm.start();
  return swarm;
}

export function stateOf(swarm: RecordedSwarm, taskId: string): string {
  const turn = swarm.turnsOf(taskId).at(-1);
  if (turn === undefined) return 'no turn';
  const session = { key: '', agentId: '', turns: [turn], asOf: swarm.clock.now(), tellsLoss: true as const };
  const { state, reason } = statusOf({ session, turn, childrenByKey: {} }, { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 });
  return reason === undefined ? state : `${state} ${reason}`;
}

export function metersOf(swarm: RecordedSwarm, taskId: string): TurnMeter[] | undefined {
  return swarm.turnsOf(taskId).at(-1)?.meters;
}

export function board(entries: { key: string; value: object; source_agent: string }[]): string {
  const sections = entries.map(
    (entry) => `### ${entry.key}\n${JSON.stringify({ ...entry, timestamp: '2026-11-21T01:59:55Z', ttl: null }, undefined, 2)}\n`,
  );
  return `# Swarm Blackboard\n\n## Knowledge Cache\n${sections.join('\n')}\n## Coordination Signals\n\n## Execution History\n`;
}
