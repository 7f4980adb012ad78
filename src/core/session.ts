// The state that events are folded into. Plain data: it is stored in the checkpoint as it is.

import type { CallOutcome, Route, RunOutcome, Severity, Trigger, Usage, WaitsOn } from './event.ts';

/** One tool call. `args` are redacted, one line each, shortened. */
export interface Call {
  callId: string;
  tool: string;
  args: Record<string, string>;
  startedAt: number;
  endedAt?: number;
  outcome?: CallOutcome;
  parentCallId?: string;
}

/**
 * One line of a box, in the order things happened (`at`). A child is looked up by its key when rendered, and so is a call that runs; an
 * ended one is in its line. `source` emitted the text of a line; another one may emit it again with another id. `injected`: the gateway
 * wrote it, not the agent.
 */
export type Line = { at?: number } & (
  | { kind: 'text'; id: string; text: string; source?: string; injected?: true }
  | { kind: 'call'; callId: string; call?: Call }
  | { kind: 'child'; childKey: string }
  | { kind: 'note'; id: string; text: string }
);

/** How a turn ended, as far as an event says so. `unseen`: it worked and is over, but no event says that it ended well. */
export interface TurnEnd {
  outcome: Exclude<RunOutcome, 'yielded'> | 'unseen';
  at: number;
  reason?: string;
}

export interface Waiting {
  waitId: string;
  on: WaitsOn;
  /** Absent in checkpoints of 0.1. */
  since?: number;
  text?: string;
  /** The call that waits; the wait ends with it. */
  callId?: string;
  /** Nobody waits any longer than this. */
  until?: number;
  /** Who may answer, in words for people. */
  who?: string;
  copy?: string[];
  link?: string;
}

/** How much of something a turn has used. Without `of` there is no limit. */
export interface TurnMeter {
  name: string;
  used: number;
  of?: number;
  unit?: string;
}

/** A line about the turn that its source may replace or take back. */
export interface TurnNote {
  noteId: string;
  text: string;
  severity: Severity;
}

export interface Retry {
  attempt: number;
  reason: string;
  at: number;
  nextAt?: number;
}

export interface PlanStep {
  step: string;
  status: 'pending' | 'in_progress' | 'completed';
}

/** An outside trigger with every run it caused. One turn is one box. */
export interface Turn {
  /** Minted when the turn opens, never changes. */
  boxId: string;
  trigger: Trigger;
  /** A run of it has begun. Until then its message waits, and that time does not count. */
  hasRun?: boolean;
  /** Where the box goes: frozen when the turn starts, whatever the session's route becomes. */
  route?: Route;
  startedAt: number;
  /** The last real event; our own ticks never count. */
  lastEventAt: number;
  lines: Line[];
  droppedLines: number;
  /** How many of them were failed calls. */
  droppedFailures?: number;
  /** Those that run. `callsOf` has all. */
  callsById: Record<string, Call>;
  /** With `isPart` only the beginning of the key was told so far. `isWorker`: a session of its own, of which only hosted turns belong here. */
  childrenByKey: Record<string, { callId?: string; isPart?: true; isWorker?: true; label?: string }>;
  /** The session whose turn it works for: it is drawn in that turn's box. */
  hostKey?: string;
  /** Runs the gateway named, open or not; `open` counts as a sign of life. */
  runsById: Record<string, { open: boolean }>;
  /** A run without a name is at work (files only). */
  runOpen: boolean;
  background: string[];
  waiting: Waiting[];
  retry?: Retry;
  plan?: PlanStep[];
  /** In the order of their first values. */
  meters?: TurnMeter[];
  /** In the order in which they came. */
  notes?: TurnNote[];
  /** A sign of life from outside the transcript is trusted until then. */
  busyUntil: number;
  end?: TurnEnd;
  /** When our own daemon was stopped while this turn ran; any later event clears it. */
  interruptedAt?: number;
  /** A later turn of the same session has begun. */
  superseded: boolean;
  /** The sources that emitted this turn's beginning: the second one must not open a second box. */
  startedBy: string[];
  /** Usage by message id, so that the same message counts once. Sum it with `usageOf`. */
  usageById: Record<string, Usage>;
  messageIds: string[];
  compactions: number;
  /** It may have used tools and sub-agents that its source does not send. */
  toolsUntold?: true;
}

/** One agent conversation. */
export interface Session {
  /** Those that another gateway tells begin with its id, and so do their boxes: see `told-name.ts`. */
  key: string;
  /** The id of the gateway that watches it; absent: ours. */
  gateway?: string;
  agentId: string;
  /** Rules of `ROUTES` match it. Only sessions of sources without a channel of their own have one. */
  address?: string;
  /** Silence ends none of its turns. */
  tellsLoss?: true;
  isSubAgent?: true;
  isScheduled?: true;
  sessionId?: string;
  parentKey?: string;
  label?: string;
  /** What its box is called when that is not the name of an agent. */
  title?: string;
  /** The route on which all sources agree. */
  route?: Route;
  /** The newest route from each source. */
  routesBySource?: Record<string, Route>;
  /** The sources that have introduced it. */
  toldBy?: string[];
  model?: string;
  contextTokens?: number;
  contextWindow?: number;
  /** The gateway sends neither its tools nor its sub-agents. */
  toolsUntold?: true;
  /** Oldest first; only the newest few are kept. */
  turns: Turn[];
  /** The turn that events without a hint belong to. */
  currentBoxId?: string;
  /** The moment up to which all this is true. */
  asOf: number;
  /** Nothing has been heard of its gateway since then: what happened after it is not known. */
  silentSince?: number;
}

export type SessionsByKey = ReadonlyMap<string, Session>;

/** A turn with the turns of its sub-agents, for the renderer. */
export interface TurnTree {
  session: Session;
  turn: Turn;
  childrenByKey: Record<string, TurnTree>;
}

const TAG_CHARS = 4; // of the session's id, to tell two of one project apart

/** `#a1b2`: what people see of a session's id; empty when it has none. */
export function sessionTag(sessionId: string | undefined): string {
  const id = (sessionId ?? '').replace(/[^0-9a-z]/gi, '').slice(-TAG_CHARS);
  return id === '' ? '' : `#${id}`;
}

/** The last part of an address: `shop`. */
export function projectIn(address: string): string {
  return address.slice(address.lastIndexOf('/') + 1);
}
