// Finds out how a tool call ended. In both versions `isError` does not decide: a command with exit code 3 may say `completed`.

import type { CallOutcome } from '../../../core/event.ts';
import {
  exitCodeOfCommand,
  isCommand,
  isFailedStatus,
  jsonObject,
  bareStatus,
  NOT_RUN,
  reportsFailure,
  failureText,
} from './tool-failure.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import { dropInvisible } from '../../../text/text.ts';
import type { DecodeContext } from './decode-context.ts';
import type { SafeText } from './safe-text.ts';

export interface ToolResult {
  tool: string;
  text: string;
  details: JsonRecord;
  isError: boolean;
}

const MAX_DETAIL_POINTS = 160;
const MAX_READ_POINTS = 512; // of a line, more than we show of it
const ABORTED: ReadonlySet<string> = new Set(['aborted', 'cancelled', 'canceled']);
const EXIT_CODE_LINE = /\(Command exited with code (\d{1,6})\)\s*$/;
/** SIGKILL is not among them: more often the kernel, short of memory, sends it than a person. */
const ABORT_LINE =
  /(?:^|\n)(?:Aborted|Command aborted by signal SIG(?:TERM|INT|HUP)|(?:Request|(?:This |The |Reply )?[Oo]peration|Tool execution) (?:was )?aborted(?: by (?:the )?user)?)\.?\s*$/;
/** The line that OpenClaw itself puts below the output of a command that did not end. */
const COMMAND_ABORTED = /(?:^|\n)Command aborted by signal SIG[A-Z0-9]+\s*$/;
/** `process` reports success of these as a failure in 2026.2. */
const PROCESS_ENDED = /^(?:Killed|Terminated|Removed|Termination requested for) session ([\w-]{1,64})/;
const ERROR_PATTERN =
  /\b(?:\w{0,40}error|fail(?:ed|ure)?|cannot|can't|could not|denied|forbidden|not found|no such|timed out|aborted|refused|invalid|unable|fatal|exception|panic)\b/i;

/** The outcome by status, exit code and, where details are missing or trimmed, by the text. */
export function outcomeOf(result: ToolResult, { safe, showsFailures }: Pick<DecodeContext, 'safe' | 'showsFailures'>): CallOutcome {
  const { details } = result;
  const handle = result.tool === 'process' || details['status'] !== 'running' ? undefined : safe.id(details['sessionId']);
  if (handle !== undefined) return { kind: 'background', handle };
  if (isAborted(result)) return { kind: 'aborted' };
  const exitCode = asNumber(details['exitCode']) ?? exitCodeInText(result);
  const durationMs = asNumber(details['durationMs']);
  const duration = durationMs === undefined || durationMs < 0 ? {} : { durationMs };
  if (!isFailed(result, exitCode)) return { kind: 'ok', ...duration };
  const detail = showsFailures ? failureDetail(result, safe) : '';
  return {
    kind: 'failed',
    ...(exitCode === undefined || exitCode === 0 ? {} : { exitCode }),
    ...(detail === '' ? {} : { detail }),
    ...duration,
  };
}

/** The commands that ended, from a result of `process`: only this tool reports other commands than its own. */
export function endedByProcessTool(result: ToolResult, safe: SafeText): { handle: string; exitCode?: number }[] {
  if (result.tool !== 'process') return [];
  const killed = safe.id(PROCESS_ENDED.exec(result.text)?.[1]);
  if (killed !== undefined) return [{ handle: killed }];
  const sessions = Array.isArray(result.details['sessions']) ? result.details['sessions'] : [result.details];
  return sessions.slice(0, 100).flatMap((session) => endedSession(asRecord(session) ?? {}, safe));
}

function endedSession(session: JsonRecord, safe: SafeText): { handle: string; exitCode?: number }[] {
  const handle = safe.id(session['sessionId']);
  if (handle === undefined || asText(session['status']) === undefined || session['status'] === 'running') return [];
  const exitCode = asNumber(session['exitCode']);
  return [{ handle, ...(exitCode === undefined ? {} : { exitCode }) }];
}

function isAborted(result: ToolResult): boolean {
  const { details, text, isError } = result;
  if (ABORTED.has(asText(details['status']) ?? '') || details['exitReason'] === 'manual-cancel') return true;
  const isFailure = isError || isFailedStatus(details['status']) || isCutShort(result); // 2026.5 calls such a result no error
  return isFailure && details['exitReason'] === undefined && ABORT_LINE.test(text.slice(-300));
}

/** A history without details (2026.4) does not call a killed command an error either. */
function isCutShort({ tool, details, text }: ToolResult): boolean {
  return isCommand(tool) && Object.keys(details).length === 0 && COMMAND_ABORTED.test(text.slice(-100));
}

function isFailed(result: ToolResult, exitCode: number | undefined): boolean {
  const { tool, details, text, isError } = result;
  if (tool === 'process' && !isError && PROCESS_ENDED.test(text)) return false;
  return isError || (exitCode !== undefined && exitCode !== 0) || isCutShort(result) || reportsFailure(tool, details, text);
}

/** Commands print their exit code in many forms. If the details have the code, such a line is output of another program. */
function exitCodeInText({ tool, text, details }: ToolResult): number | undefined {
  const code = EXIT_CODE_LINE.exec(text.slice(-100))?.[1] ?? (isCommand(tool) ? exitCodeOfCommand(text, details) : undefined);
  return code === undefined ? undefined : Number(code);
}

/** The tool's own text for its failure; for commands the first line of output that looks like an error. */
function failureDetail({ details, text }: ToolResult, safe: SafeText): string {
  const stated = NOT_RUN.get(bareStatus(details['status'])) ?? failureText(details) ?? failureText(jsonObject(text) ?? {});
  const told = dropInvisible(stated ?? text).replace(EXIT_CODE_LINE, '');
  const at = told.search(ERROR_PATTERN);
  const head = safe.prose(told, Math.max(0, at) + MAX_READ_POINTS);
  const isMasked = at >= 0 && !ERROR_PATTERN.test(head);
  return safe.line(mostInformative(isMasked ? safe.whole(told) : head), MAX_DETAIL_POINTS);
}

function mostInformative(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => ERROR_PATTERN.test(line)) ?? lines[0] ?? '';
}
