// What the decoders of single lines share within one file: the way text becomes safe, the count of unknown kinds, and a small memory.

import { remember } from '../../../core/remember.ts';
import type { SafeText } from './safe-text.ts';

/** A tool call whose result is still to come. */
interface KnownCall {
  tool: string;
  label?: string;
}

export interface DecodeContext {
  safe: SafeText;
  unknown(kind: string): void;
  /** Whether the words of persons are told with the turns they start. */
  emitsQuestions: boolean;
  callsById: Map<string, KnownCall>;
  /** Runs whose user line was seen; a retry writes the line again. */
  startedRuns: Map<string, true>;
}

const MAX_KINDS = 30; // names come from the file: neither their number nor their length is to be trusted
const MAX_KIND_CHARS = 60;
const MAX_CALLS = 1_000;
const MAX_RUNS = 200;

export function createDecodeContext(safe: SafeText, onUnknown: (kind: string) => void, emitsQuestions = false): DecodeContext {
  const kinds = new Map<string, true>();
  return {
    safe,
    emitsQuestions,
    callsById: new Map(),
    startedRuns: new Map(),
    unknown(kind) {
      const name = safe.line(kind, MAX_KIND_CHARS).replace(/[^\w:.-]/g, '_');
      const isNamed = kinds.has(name) || kinds.size < MAX_KINDS;
      if (isNamed) kinds.set(name, true);
      onUnknown(isNamed ? name : 'other');
    },
  };
}

export function rememberCall(context: DecodeContext, callId: string, call: KnownCall): void {
  remember(context.callsById, callId, call, MAX_CALLS);
}

export function rememberRun(context: DecodeContext, runId: string): void {
  remember(context.startedRuns, runId, true, MAX_RUNS);
}
