// What the lines of a Claude Code session say, before anything is left out or redacted. Facts never leave the source.

import type { CallOutcome, EventOf, RunOutcome, Usage } from '../../core/event.ts';
import type { JsonRecord } from '../../core/json-guards.ts';

/** A run is everything that one prompt sets going; its id is that of the prompt's line. */
export type FactBody =
  /** `by`: `agent` is the task of a sub-agent, `command` a shell command that a person typed and the model answers. */
  | { kind: 'prompt'; runId: string; by: 'person' | 'program' | 'agent' | 'command'; text: string }
  /** The run goes on after its end, or without a prompt that was read. */
  | { kind: 'resumed'; runId: string }
  | { kind: 'ended'; runId: string; outcome: Exclude<RunOutcome, 'yielded'>; reason?: string; text?: string }
  /** The agent has said all it can until its sub-agents in the background report. The run is not over. */
  | { kind: 'yielded'; runId: string }
  /** Nothing says that the run is over, but it looks like it: versions before 2.1 write no end. */
  | { kind: 'paused'; runId: string }
  | { kind: 'text'; runId: string; lineId: string; text: string }
  | { kind: 'used'; runId: string; messageId: string; model?: string; usage: Usage }
  | { kind: 'call'; runId: string; callId: string; tool: string; input: JsonRecord }
  | { kind: 'result'; callId: string; outcome: CallOutcome }
  | { kind: 'retry'; runId: string; attempt: number; reason: string; nextAt?: number }
  | { kind: 'plan'; steps: EventOf<'plan_changed'>['steps'] }
  | { kind: 'compacted' }
  /** A message that somebody typed during the run waits, or the run has taken it in. */
  | { kind: 'queued'; runId: string; isTakenIn: boolean; text: string }
  | { kind: 'background_ended'; handle: string; exitCode?: number }
  /** A sub-agent was asked for; `number` counts those of its type in this file. */
  | { kind: 'agent_called'; callId: string; agentType: string; number: number; description: string; task: string }
  /** The call is that of this sub-agent. */
  | { kind: 'agent_named'; callId: string; agentId: string }
  | { kind: 'agent_ended'; agentId: string; outcome: 'done' | 'failed' | 'aborted' | 'lost' }
  /** What the program says a single run has cost with everything below it, in US dollars; `total` is that of the session so far. */
  | { kind: 'cost'; runId: string; usd: number; total: number }
  | { kind: 'about'; about: About };

/** `at` is in milliseconds since the epoch. */
export type Fact = FactBody & { at: number };

/** What a line says about its session. Only what is known. */
export interface About {
  /** The session of a sub-agent is that of its root. */
  sessionId?: string;
  cwd?: string;
  version?: string;
  model?: string;
  contextTokens?: number;
  title?: string;
  /** What the person called it, by its process. */
  name?: string;
}
