// Reads how a call ended from the head of its output. What the command itself printed is never looked at, and never kept. Pure.

import type { CallOutcome } from '../../core/event.ts';
import { asList, asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../core/json-guards.ts';

/** What an output says. `handle`: the command runs on in the background under this name. */
export interface OutputFacts {
  outcome: CallOutcome;
  /** The exit code of the command, also of one that another call had started. */
  exitCode?: number;
  /** The thread that the call has spawned. */
  childId?: string;
}

const HEAD_CHARS = 2_000;
const HEAD_END = /(?:^|\n)Output:(?:\n|$)/;
const EXIT_CODE = /^(?:Process exited with code|Exit code:) (-?\d{1,10})$/m;
const RUNNING = /^Process running with session ID (\w{1,40})$/m;
const ABORTED = /^aborted by user\b/m;
const WALL_TIME = /^Wall time:? ([\d.]{1,20}) seconds$/m;
// What Codex says instead of an output: `apply_patch verification failed: …`, `write_stdin failed: …`, `request_user_input is unavailable …`.
const FAILED = /^(?:Script failed$|[\w. ]{1,60} failed:|[\w.]{1,60} is unavailable\b|failed to \w|unsupported call\b|unknown \w|error:)/im;

/** The facts of the `output` of a `function_call_output` or `custom_tool_call_output`. */
export function readOutput(output: unknown): OutputFacts {
  const text = textOf(output).slice(0, HEAD_CHARS);
  const raw = text.startsWith('{') ? asRecord(parseJson(text)) : undefined;
  if (raw !== undefined) return factsOfJson(raw);
  const head = text.slice(0, HEAD_END.exec(text)?.index ?? text.length);
  const duration = durationOf(head);
  const handle = RUNNING.exec(head)?.[1];
  if (handle !== undefined) return { outcome: { kind: 'background', handle } };
  const exitCode = numberOf(EXIT_CODE.exec(head)?.[1]);
  if (exitCode !== undefined) return { exitCode, outcome: outcomeOf(exitCode, duration) };
  if (ABORTED.test(head)) return { outcome: { kind: 'aborted' } };
  return { outcome: FAILED.test(firstLine(head)) ? { kind: 'failed', ...duration } : { kind: 'ok', ...duration } };
}

/** A call ended with this exit code. */
function outcomeOf(exitCode: number, duration: { durationMs?: number }): CallOutcome {
  return exitCode === 0 ? { kind: 'ok', ...duration } : { kind: 'failed', exitCode, ...duration };
}

function factsOfJson(raw: JsonRecord): OutputFacts {
  const exitCode = asNumber(asRecord(raw['metadata'])?.['exit_code']);
  const childId = asText(raw['agent_id']);
  return {
    outcome: exitCode === undefined ? { kind: 'ok' } : outcomeOf(exitCode, {}),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(childId === undefined ? {} : { childId }),
  };
}

/** Scripts and tools of other servers have a list of texts and images. */
function textOf(output: unknown): string {
  if (typeof output === 'string') return output;
  const record = asRecord(output);
  if (record !== undefined) return textOf(record['content']);
  return asText(asRecord(asList(output)[0])?.['text']) ?? '';
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n'));
}

function durationOf(head: string): { durationMs?: number } {
  const seconds = numberOf(WALL_TIME.exec(head)?.[1]);
  return seconds === undefined ? {} : { durationMs: Math.round(seconds * 1000) };
}

function numberOf(text: string | undefined): number | undefined {
  return asNumber(text === undefined ? undefined : Number(text));
}
