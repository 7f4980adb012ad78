// The observations that rules judge: what agents did, made from the same events as the boxes.

import type { CallOutcome } from '../../core/event.ts';
import type { TurnEnd } from '../../core/session.ts';
import type { Role } from './role.ts';

/** Who acted, when and in which conversation, and which box shows it. Instants are milliseconds since the epoch. */
export interface Actor {
  at: number;
  /** Channel and thread, or the session for what happens outside of channels. */
  conversation: string;
  sessionKey: string;
  agentId: string;
  /** Absent for agents without a role. */
  role?: Role;
  /** Where its work lives, such as `claude-code:/home/dev/shop`; absent for agents that talk in channels. */
  address?: string;
  /** What its box is called when it is no agent, such as `T-001 node-a`. */
  title?: string;
  /** The box of the turn; for a sub-agent that of the turn it works for. */
  boxId: string;
}

/** Only who acted, without what was done. */
export function actorOf({ at, conversation, sessionKey, agentId, role, boxId, title }: Actor): Actor {
  return {
    at,
    conversation,
    sessionKey,
    agentId,
    boxId,
    ...(role === undefined ? {} : { role }),
    ...(title === undefined ? {} : { title }),
  };
}

/** A completed answer: the visible final reply of a turn that a person's message in a channel started. Once per turn. */
export interface Answered extends Actor {
  type: 'answered';
  turnStartedAt: number;
  /** The share of words that answer and instruction do not have in common, 0 to 100; absent when the instruction is not known. */
  driftPercent?: number;
}

export interface ToolStarted extends Actor {
  type: 'tool_started';
  callId: string;
  /** For judging only: it may hold a secret, and so may the arguments. */
  tool: string;
  /** The tool in a sentence for people: redacted, one line, short. */
  toolName: string;
  /** Also those that are shown nowhere. */
  args: Readonly<Record<string, string>>;
  /** The call was observed before, without its arguments. */
  isKnown?: boolean;
}

export interface ToolEnded extends Actor {
  type: 'tool_ended';
  callId: string;
  outcome: CallOutcome;
}

/** A turn ended, as far as its session says. It may go on. */
export interface TurnEnded extends Actor {
  type: 'turn_ended';
  outcome: TurnEnd['outcome'];
  /** It has the box of its own, so it is no sub-agent's. */
  isRoot: boolean;
}

/** A model call was paid for. */
export interface Spent extends Actor {
  type: 'spent';
  /** Without those that were read from the cache. */
  tokens: number;
  costUsd: number;
}

/** Another system's fact, in its words. Nothing of it is shown without a rule that words it. */
export interface Observed extends Actor {
  type: 'observed';
  what: string;
  facts: Readonly<Record<string, string>>;
}

/** A person was asked to approve something this session wants to do. */
export interface ApprovalAsked extends Actor {
  type: 'approval_asked';
}

/** The chain of the audit ledger broke while it was watched. */
export interface LedgerBroke extends Actor {
  type: 'ledger_broke';
  how: 'forked' | 'tampered' | 'damaged';
  line: number;
}

export type Observation =
  | Answered
  | ToolStarted
  | ToolEnded
  | TurnEnded
  | Spent
  | Observed
  | ApprovalAsked
  | LedgerBroke
  | { type: 'time_passed'; at: number }
  /** The wall clock was set or the machine slept. */
  | { type: 'clock_shifted'; at: number; byMs: number };
