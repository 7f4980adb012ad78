// The options of a rendering: everything it depends on beside the turn.

import type { ToolLabels } from './tool-labels.ts';

/** `quiet`: failures, sub-agents and the end; `normal`: text and tools too; `detail`: more arguments, model and context as well. */
type Verbosity = 'quiet' | 'normal' | 'detail';

export interface RenderOptions {
  verbosity: Verbosity;
  /** Lines below the title; what a person must see (violations, waiting) is never dropped for it. */
  maxLines: number;
  labels: ToolLabels;
  /** Masks secrets once more: labels and names have not passed a source. Called with the same texts at each drawing. */
  redact: (text: string) => string;
  /** Violations in this turn, one sentence each, with the number of repeats. */
  violations?: readonly string[];
  /** Remarks about this turn, in the same form. */
  remarks?: readonly string[];
  /** Of the times by the clock, such as `Europe/Berlin`. */
  timeZone?: string;
  /** What a title adds about all agents, such as mode and posture. */
  badge?: string;
}
