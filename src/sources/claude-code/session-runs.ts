// Begins, resumes and ends runs: the rules for when a turn of Claude Code is over.

import type { RunOutcome } from '../../core/event.ts';
import type { Fact, FactBody } from './session-facts.ts';
import { dated, type OpenRun, type TurnMemory } from './turn-memory.ts';

type Ending = Exclude<RunOutcome, 'yielded'>;
type Why = { reason?: string; text?: string };
type Prompt = Pick<Extract<FactBody, { kind: 'prompt' }>, 'by' | 'text'>;

/** A prompt ends the run before it. One that is older than the run without a prompt is the prompt of that run. */
export function beginRun(memory: TurnMemory, promptId: string, prompt: Prompt, at: number, endsByText: boolean): Fact[] {
  const { run } = memory;
  const isLate = run?.orphanSince !== undefined && at <= run.orphanSince;
  if (run !== undefined && isLate) {
    delete run.orphanSince;
    return [{ kind: 'prompt', runId: run.runId, ...prompt, at }];
  }
  const before = closeRun(memory, run?.hasAnswered === true && memory.toolsByCall.size === 0 ? 'done' : 'lost', run?.lastAt ?? at);
  memory.run = { runId: promptId, isOpen: true, lastAt: at, endsByText, hasAnswered: false };
  memory.request = undefined;
  memory.toolsByCall.clear();
  memory.cost.runs.add(promptId);
  return [...before, ...shellsLeft(memory, at), { kind: 'prompt', runId: promptId, ...prompt, at }];
}

/** A command in the background does not keep the box of an older turn open. */
function shellsLeft(memory: TurnMemory, at: number): Fact[] {
  const handles = [...memory.runByShell.keys()];
  memory.runByShell.clear();
  return handles.map((handle) => ({ kind: 'background_ended', handle, at }));
}

/** Work goes on: in the run `runId`, else in the newest one. Without any, a run begins whose prompt may come later. */
export function resumeRun(
  memory: TurnMemory,
  at: number,
  options: { lineId: string; endsByText: boolean; runId?: string | undefined },
): Fact[] {
  const known = memory.run;
  const runId = options.runId ?? known?.runId ?? memory.knownRun ?? `from:${options.lineId}`;
  const isSame = known?.runId === runId;
  if (isSame && known.isOpen) {
    known.lastAt = at;
    if (known.hasYielded !== true) return [];
    delete known.hasYielded;
    return [{ kind: 'resumed', runId, at }];
  }
  const orphan = isSame || options.runId !== undefined || known !== undefined || memory.knownRun !== undefined ? {} : { orphanSince: at };
  memory.run = { runId, isOpen: true, lastAt: at, endsByText: options.endsByText, hasAnswered: false, ...orphan };
  memory.cost.runs.add(runId);
  return [{ kind: 'resumed', runId, at }];
}

/** The run waits for its sub-agents in the background. */
export function yieldRun({ run }: TurnMemory, at: number): Fact[] {
  if (run?.isOpen !== true) return [];
  run.hasYielded = true;
  return [{ kind: 'yielded', runId: run.runId, at }];
}

/** A line says how the run ended. That also corrects what was concluded without one. */
export function endRun(memory: TurnMemory, outcome: Ending, at: number, why: Why = {}): Fact[] {
  const { run } = memory;
  if (run?.isConcluded !== true) return closeRun(memory, outcome, at, why);
  delete run.isConcluded;
  return [{ kind: 'ended', runId: run.runId, outcome, ...why, at }];
}

/** Ends the run, unless it has ended already. */
export function closeRun(memory: TurnMemory, outcome: Ending, at: number, why: Why = {}): Fact[] {
  const { run } = memory;
  if (run?.isOpen !== true) return [];
  run.isOpen = false;
  memory.request = undefined;
  if (outcome !== 'done') memory.toolsByCall.clear();
  return dated([{ kind: 'ended', runId: run.runId, outcome, ...why }], at);
}

/** A text was said. Programs without a line for the end are done with it, unless sub-agents are at work. */
export function answered(memory: TurnMemory, run: OpenRun, stopReason: unknown, at: number): Fact[] {
  run.hasAnswered = true;
  if (!run.endsByText || memory.hasPendingAgents(run.runId) || memory.toolsByCall.size > 0) return [];
  if (stopReason === 'end_turn' || stopReason === 'stop_sequence' || stopReason === 'refusal') return endRun(memory, 'done', at);
  return stopReason === null || stopReason === undefined ? [{ kind: 'paused', runId: run.runId, at }] : [];
}
