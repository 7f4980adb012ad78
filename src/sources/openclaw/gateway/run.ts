// The state of one run, and what its own signs say about its end. Pure.

import type { RunOutcome } from '../../../core/event.ts';

/** A call waits for it. */
export interface Approval {
  waitId: string;
  /** By the gateway's clock. */
  expiresAt: number;
}

/** `answered`: the model wrote its last message, the run's end is still to come. */
export interface Run {
  runId: string;
  rawKey: string;
  phase: 'open' | 'answered' | 'ended';
  /** The newest number of the run's own sequence. The sequence has holes by design and only separates old from new. */
  lastSeq: number;
  attempt: number;
  /** When its first sign came, by the gateway's clock. */
  startedAt: number;
  /** How it ended. `isGuess`: we took the end from what the run had shown before, not from what the gateway sent. */
  end?: { outcome: RunOutcome; isGuess: boolean };
  /** When a restart of its session or gateway cut it off, by our clock. */
  restartedAt?: number;
  /** How the run ends if no frame says it: by its last message or call. */
  impliedEnd?: { outcome: RunOutcome; at: number };
  /** A row said, while the run was at work, that somebody stopped it. In some versions only the row says so. */
  isStopped?: boolean;
  /** Why the newest failed model call failed, and when the gateway tries again, if it said so. */
  reason?: string;
  nextAt?: number;
  /** The newest result of a call says that the call was aborted. */
  isCutOff?: boolean;
  /** When the newest attempt began after a failure; undefined while we wait for it. */
  retriedAt?: number;
  /** That attempt has done nothing yet; it may fail as fast as the one before. */
  isTrying?: boolean;
  /** The commands of calls without a result, by call id, not redacted yet: only a wait shows them. */
  commandsByCall: Map<string, string>;
  /**
   * The calls whose beginning, and those whose end we emitted: two transports and the history report the same calls. `named`: emitted
   * without its arguments, which may still come.
   */
  startedCalls: Map<string, 'named' | 'whole'>;
  endedCalls: Set<string>;
  /** The arguments of calls that came in a message before any tool event. */
  argsByCall: Map<string, unknown>;
  /** The open approvals, by call id. */
  approvalsByCall: Map<string, Approval>;
  /** Text before a tool call; it belongs to the message that follows. */
  preamble?: { id: string; text: string };
  /** How many of them we emitted, and which with which text: an update may come later. The text is empty once a message contained it. */
  preambles: number;
  emittedPreambles: Map<string, string>;
  emittedAt: number;
  /** When the newest sign of the run came, and when we last asked about it, by our clock. */
  seenAt: number;
  askedAt: number;
}

/** The end of a run that we never saw before; `startedAt` if the gateway says so. */
export interface UnseenEnd {
  runId: string;
  outcome: RunOutcome;
  at: number;
  startedAt: number | undefined;
  reason: string | undefined;
}

export type Sign = 'alive' | 'text' | 'work';

/** The run is at work again, so its last message was not the last. */
export function reopen(run: Run): void {
  run.phase = 'open';
  delete run.impliedEnd;
}

export function isWaitingToRetry({ phase, attempt, retriedAt }: Run): boolean {
  return phase === 'open' && attempt > 0 && retriedAt === undefined;
}

/** Whether a reported end is news: a lost run has ended in some way, and a row may correct a guess. */
export function isNewEnd({ phase, end }: Run, reported: RunOutcome): boolean {
  if (phase !== 'ended') return true;
  if (end?.outcome === 'lost') return reported !== 'lost';
  return end?.isGuess === true && reported === 'timed_out';
}

/** How a run really ended: 2026.5 and 2026.6 report "done" or "out of time" for a run that a person stopped. */
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
    emittedPreambles: new Map(),
    emittedAt: startedAt,
    seenAt,
    askedAt: seenAt,
  };
}

/** An id for a text before a call, which the gateway gives none. */
export function preambleId(runId: string, itemId: string): string {
  return `preamble:${runId}:${itemId}`;
}

/** Call when the text is emitted: with the message that follows (then without `text`), or alone with a call. */
export function takePreamble(run: Run, { id, text = '' }: { id: string; text?: string }): void {
  delete run.preamble;
  run.preambles += 1;
  run.emittedPreambles.set(id, text);
}

/**
 * The id under which we emitted that text, or its beginning, before its message came: on a slow gateway, or one that crashed, it comes after
 * the call. The message may have that id already.
 */
export function claimedPreamble({ emittedPreambles }: Run, { messageId, text = '' }: { messageId: string; text?: string }): string {
  const beginnings = [...emittedPreambles].filter(([, told]) => told !== '' && text.startsWith(told));
  const [longest] = beginnings.toSorted(([, one], [, other]) => other.length - one.length);
  const id = emittedPreambles.has(messageId) ? messageId : longest?.[0];
  if (id !== undefined) emittedPreambles.set(id, '');
  return id ?? messageId;
}
