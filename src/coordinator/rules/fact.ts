// What the rules are told: facts about governed agents, made from the events that the boxes are made of.

import type { Role } from './role.ts';

/** Who did it and where it is shown. Instants are milliseconds since the epoch. */
export interface Deed {
  at: number;
  /** Channel and thread, or the session for what happens outside of channels. */
  conversation: string;
  sessionKey: string;
  agentId: string;
  /** Absent for agents that no role was given. */
  role?: Role;
  /** The box of the turn, a sub-agent's being that of the turn it works for. */
  boxId: string;
}

/** A completed answer: the visible final reply of a turn that a person's channel message started, told once per turn. */
export interface Answered extends Deed {
  type: 'answered';
  turnStartedAt: number;
  /** How much of the wording is not shared with the instruction, 0 to 100; absent when the instruction is not known. */
  driftPercent?: number;
}

export interface ToolStarted extends Deed {
  type: 'tool_started';
  callId: string;
  /** For judging only: it may hold a secret, and so may the arguments. */
  tool: string;
  /** The tool in a sentence for people: redacted, one line, short. */
  toolName: string;
  args: Readonly<Record<string, string>>;
  /** The call was told before, then without its arguments. */
  isKnown?: boolean;
}

export interface ToolEnded extends Deed {
  type: 'tool_ended';
  callId: string;
}

/** A person was asked to approve something this session wants to do. */
export interface ApprovalAsked extends Deed {
  type: 'approval_asked';
}

/** The chain of the audit ledger broke while it was watched. */
export interface LedgerBroke extends Deed {
  type: 'ledger_broke';
  how: 'forked' | 'tampered' | 'damaged';
  line: number;
}

export type Fact =
  | Answered
  | ToolStarted
  | ToolEnded
  | ApprovalAsked
  | LedgerBroke
  | { type: 'time_passed'; at: number }
  /** The wall clock was set or the machine slept. */
  | { type: 'clock_shifted'; at: number; byMs: number };
