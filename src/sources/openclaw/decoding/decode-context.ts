// What the decoders of single lines share within one file: safe text, the count of unknown kinds, known calls and started runs.

import { setBounded } from '../../../core/bounded-map.ts';
import { createKindNames } from './kind-names.ts';
import { createSafeText, type SafeText } from './safe-text.ts';

/** A tool call whose result is still to come. */
interface KnownCall {
  tool: string;
  label?: string;
}

export interface DecodeContext {
  safe: SafeText;
  unknown(kind: string): void;
  /** Emit what persons asked for, with the turns they start. */
  emitsQuestions: boolean;
  neededArgs: NeededArgs;
  /** Somebody may see why a call failed. */
  showsFailures: boolean;
  callsById: Map<string, KnownCall>;
  /** Runs whose user line we have read; a retry writes the line again. */
  startedRuns: Map<string, true>;
}

const MAX_CALLS = 1_000;
const MAX_RUNS = 200;

/** Of the arguments of a tool's call, by their names, those of which anybody may see something. */
export type NeededArgs = (tool: string, names: readonly string[]) => readonly string[];

/** What a decoder is told by whoever creates it. */
export interface DecodeOptions {
  /** Gets every text in full, before anything is cut off. */
  redact(text: string): string;
  /** Counts what we cannot decode, by a short harmless name. */
  onUnknown(kind: string): void;
  /** Emit what persons asked for, with the turns they start. */
  emitsQuestions?: boolean;
  /** All of them when it is missing. */
  neededArgs?: NeededArgs | undefined;
  /** Tell why a call failed; so it is when this is missing. */
  showsFailures?: boolean | undefined;
}

const ALL_ARGS: NeededArgs = (_, names) => names;

export function createDecodeContext({
  redact,
  onUnknown,
  emitsQuestions = false,
  neededArgs = ALL_ARGS,
  showsFailures = true,
}: DecodeOptions): DecodeContext {
  const safe = createSafeText(redact);
  const nameOf = createKindNames(safe);
  return {
    safe,
    emitsQuestions,
    neededArgs,
    showsFailures,
    callsById: new Map(),
    startedRuns: new Map(),
    unknown: (kind) => onUnknown(nameOf(kind)),
  };
}

export function addCall(context: DecodeContext, callId: string, call: KnownCall): void {
  setBounded(context.callsById, callId, call, MAX_CALLS);
}

export function addRun(context: DecodeContext, runId: string): void {
  setBounded(context.startedRuns, runId, true, MAX_RUNS);
}
