// Tool labels: the name of a tool in a box, and which of its arguments are shown.

import { isRecord } from '../../core/json-guards.ts';
import builtIn from './tool-labels.json' with { type: 'json' };

/** How calls of one tool are shown. */
export interface ToolLabel {
  /** Instead of the tool's own name. */
  label?: string;
  /** The first meaningful one of these arguments is shown, else one that the renderer chooses; none with an empty list. */
  args?: string[];
  /** The first of these arguments that a call has names its addressee, and is shown behind the other one. */
  to?: string[];
  /** The first of these is shown behind it: the object of an action. */
  also?: string[];
  /** Only failures are shown. */
  hidden?: boolean;
}

export type ToolLabels = ReadonlyMap<string, ToolLabel>;

/** The labels that come with the program. */
export const BUILT_IN_LABELS: ToolLabels = decodeToolLabels(builtIn).labels;

/**
 * Reads a map from tool names to `{ "label", "args", "to", "also", "hidden" }`, or to a plain label. Never throws: entries that cannot be
 * read are left out and named in `problems`, one sentence each.
 */
export function decodeToolLabels(value: unknown): { labels: ToolLabels; problems: string[] } {
  const labels = new Map<string, ToolLabel>();
  const problems: string[] = [];
  if (!isRecord(value)) return { labels, problems: ['The tool labels are not a JSON object.'] };
  for (const [tool, entry] of Object.entries(value)) {
    const label = decodeLabel(entry);
    if (label === undefined)
      problems.push(`The label of the tool ${JSON.stringify(tool)} is neither a text nor an object with label, args, to, also and hidden.`);
    else labels.set(tool, label);
  }
  return { labels, problems };
}

/** The built-in labels with those of an operator on top: an entry of theirs replaces the whole entry of ours. */
export function mergeLabels(overrides: ToolLabels): ToolLabels {
  return new Map([...BUILT_IN_LABELS, ...overrides]);
}

function decodeLabel(entry: unknown): ToolLabel | undefined {
  if (typeof entry === 'string') return { label: entry };
  if (!isRecord(entry)) return undefined;
  const label: ToolLabel = {};
  if (typeof entry['label'] === 'string') label.label = entry['label'];
  if (typeof entry['hidden'] === 'boolean') label.hidden = entry['hidden'];
  for (const field of ['args', 'to', 'also'] as const) {
    const names = typeof entry[field] === 'string' ? [entry[field]] : entry[field];
    if (isTexts(names)) label[field] = names;
  }
  const wanted = (['label', 'hidden', 'args', 'to', 'also'] as const).filter((name) => entry[name] !== undefined);
  return wanted.length === Object.keys(label).length ? label : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
