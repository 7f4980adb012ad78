// What the box of a piece of work shows at one moment. A record of the mesh becomes such a view, and only what differs from the view before
// becomes events: so it does not matter which records between the two were seen, or how often.

import type { CallOutcome, EventOf, RunOutcome, Usage } from '../../core/event.ts';

export type NoteView = Pick<EventOf<'noted'>, 'noteId' | 'text' | 'severity'> & { readonly at?: number | undefined };
export type MeterView = Pick<EventOf<'meter_changed'>, 'name' | 'used' | 'of' | 'unit'>;
export type WaitView = Pick<EventOf<'waiting_started'>, 'waitId' | 'on' | 'text' | 'who' | 'copy'> & { readonly at: number };
export type StepView = EventOf<'plan_changed'>['steps'][number];

/** One thing that was tried: drawn like a call of a tool. */
export interface CallView {
  readonly callId: string;
  readonly tool: string;
  readonly args: Record<string, string>;
  readonly at: number;
  readonly outcome: CallOutcome;
}

export interface ChildView {
  readonly key: string;
  readonly label?: string | undefined;
  readonly at: number;
}

export interface EndView {
  readonly outcome: Exclude<RunOutcome, 'yielded'>;
  readonly at: number;
  readonly reason?: string | undefined;
  /** What the agent said at the end, and what its work cost. */
  readonly text?: string | undefined;
  readonly usage?: Usage | undefined;
}

export interface BoxView {
  readonly key: string;
  readonly agentId: string;
  readonly address: string;
  readonly title?: string | undefined;
  readonly label?: string | undefined;
  readonly model?: string | undefined;
  readonly parentKey?: string | undefined;
  /** When the work was created. */
  readonly startedAt: number;
  /** When the newest of this was true. */
  readonly at: number;
  readonly notes: readonly NoteView[];
  readonly meters: readonly MeterView[];
  readonly waits: readonly WaitView[];
  readonly calls: readonly CallView[];
  readonly children: readonly ChildView[];
  readonly steps: readonly StepView[];
  readonly end?: EndView | undefined;
}
