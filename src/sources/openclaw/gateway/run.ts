// One run as it is remembered, and what its own signs say of how it ended. Pure.

import type { RunOutcome } from '../../../core/event.ts';

/** `answered`: the model said its last word, the run's end is still to come. */
export interface Run {
  runId: string;
  rawKey: string;
  phase: 'open' | 'answered' | 'ended';
  /** The newest number of the run's own sequence; it has holes by design and serves only to tell old from new. */
  lastSeq: number;
  attempt: number;
  /** When its first sign was, by the gateway's clock. */
  startedAt: number;
  /** How it ended, once it has. `isGuess`: not as it was told, but by what the run had shown before. */
  end?: { outcome: RunOutcome; isGuess: boolean };
  /** When it was cut off for a restart of whatever it ran in, by our clock. */
  restartedAt?: number;
  /** How the run ends if nobody says it: what its last message or call was. */
  impliedEnd?: { outcome: RunOutcome; at: number };
  /** A row said, while the run was at work, that it was stopped: some versions say so nowhere else. */
  isStopped?: boolean;
  /** Why the newest model call that failed did so, and when it is tried again as far as that was told. */
  reason?: string;
  nextAt?: number;
  /** The newest result of a call is that it was aborted. */
  isCutOff?: boolean;
  /** When the newest attempt began after a failure; undefined while it is waited for. */
  retriedAt?: number;
  /** That attempt has done nothing yet, and may fail as fast as the one before. */
  isTrying?: boolean;
  /** The commands of calls without a result, by call id. */
  commandsByCall: Map<string, string>;
  /**
   * Calls whose beginning, and calls whose end was told: two transports and the history tell of the same. `named`: without its arguments,
   * which may still come.
   */
  startedCalls: Map<string, 'named' | 'whole'>;
  endedCalls: Set<string>;
  /** The arguments of calls that a message told before any tool event did. */
  argsByCall: Map<string, unknown>;
  /** Approvals that are waited for: their ids by call id. */
  approvalsByCall: Map<string, string>;
  /** Text that was said before a tool call and belongs to the message that follows. */
  preamble?: { id: string; text: string };
  /** How many of them were told, and which: an update may come after that. */
  preambles: number;
  emittedPreambles: Set<string>;
  emittedAt: number;
  /** The newest sign of the run, and when it was asked about, by our clock. */
  seenAt: number;
  askedAt: number;
}

export type Sign = 'alive' | 'words' | 'work';

/** It is at work again: whatever its last word was, that was not the last. */
export function reopen(run: Run): void {
  run.phase = 'open';
  delete run.impliedEnd;
}

export function isWaitingToRetry({ phase, attempt, retriedAt }: Run): boolean {
  return phase === 'open' && attempt > 0 && retriedAt === undefined;
}

/** Whether a word on the end of a run says something new: one that was lost has ended somehow, and a guess is corrected by a row. */
export function isNewEnd({ phase, end }: Run, reported: RunOutcome): boolean {
  if (phase !== 'ended') return true;
  if (end?.outcome === 'lost') return reported !== 'lost';
  return end?.isGuess === true && reported === 'timed_out';
}

/** How a run really ended: 2026.5 and 2026.6 call done, or out of time, what a person stopped. */
export function actualOutcome({ isStopped, impliedEnd }: Run, reported: RunOutcome): RunOutcome {
  if (reported === 'yielded' || reported === 'aborted') return reported;
  if (isStopped === true && impliedEnd?.outcome !== 'done') return 'aborted';
  return reported === 'done' && impliedEnd?.outcome === 'aborted' ? 'aborted' : reported;
}

export function newRun(rawKey: string, runId: string, startedAt: number, seenAt: number): Run {
  return {
    runId,
    rawKey,
    phase: 'open',
    startedAt,
    lastSeq: 0,
    attempt: 0,
    commandsByCall: new Map(),
    startedCalls: new Map(),
    argsByCall: new Map(),
    endedCalls: new Set(),
    approvalsByCall: new Map(),
    preambles: 0,
    emittedPreambles: new Set(),
    emittedAt: startedAt,
    seenAt,
    askedAt: seenAt,
  };
}

/** The name of a text before a call that the gateway gives none. */
export function preambleId(runId: string, itemId: string): string {
  return `preamble:${runId}:${itemId}`;
}

/** The text was told, with a call or with the message that follows it. */
export function takePreamble(run: Run, { id }: { id: string }): void {
  delete run.preamble;
  run.preambles += 1;
  run.emittedPreambles.add(id);
}
