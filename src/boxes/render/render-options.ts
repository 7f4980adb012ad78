// What a rendering depends on beside the turn itself.

import type { ToolLabels } from './labels.ts';

/** `quiet`: failures, sub-agents and the end; `normal`: text and tools too; `detail`: more arguments, model and context as well. */
type Verbosity = 'quiet' | 'normal' | 'detail';

export interface RenderOptions {
  verbosity: Verbosity;
  /** Lines below the title; what a person must see (violations, waiting) is never dropped for it (LS-15). */
  maxLines: number;
  labels: ToolLabels;
  /** Masks secrets once more: labels, names and sentences of rules have not been through a source. Asked for the same texts at each drawing. */
  redact: (text: string) => string;
  /** Findings about this turn, one sentence each, repeats already counted. */
  violations?: readonly string[];
  /** Findings that are no violations, in the same form. */
  remarks?: readonly string[];
  /** What a title adds about all agents, such as mode and posture. */
  badge?: string;
}
