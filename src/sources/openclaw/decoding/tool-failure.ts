// Finds in a tool's result that the call failed, although OpenClaw did not mark it as failed. Pure.

import { asList, asNumber, asRecord, asText, type JsonRecord, parseJson } from '../../../core/json-guards.ts';

const MAX_JSON_CHARS = 100_000;
/** Without case and separators, so that `timed_out`, `timed-out` and `timedOut` are one. */
const FAILED: ReadonlySet<string> = new Set(
  `error errored failed failure fail forbidden denied rejected refused declined blocked unauthorized unauthenticated noanswer
   timeout timedout expired unavailable unsupported notfound notallowed notpermitted notconfigured notconnected disabled invalid exception crashed
   approvalunavailable approvalpending approvalrequired approvaldenied approvalrejected approvaltimeout approvalexpired approvalfailed
   permissiondenied accessdenied needsapproval pendingapproval awaitingapproval ratelimited quotaexceeded`.split(/\s+/),
);
/** The same statuses in compounds and sentences. */
const FAILED_PATTERN =
  /^(?:failedto|couldnot|cannot|unableto|no(?:access|permission)|insufficient)|(?<!no|not|none|zero)(?:failed|denied|rejected|refused|expired|unavailable|unreachable|timedout|exceeded|forbidden|offline|crashed|throttled)$/;
/** What these statuses mean for a reader; the tool's own text is meant for the agent. */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ['approvalunavailable', 'it needs an approval that nobody can give'],
  ['approvalpending', 'it waits for an approval and did not run'],
  ['approvalrequired', 'it needs an approval and did not run'],
  ['approvaltimeout', 'nobody approved it in time'],
  ['approvalexpired', 'nobody approved it in time'],
  ['approvaldenied', 'the approval was denied'],
  ['approvalrejected', 'the approval was denied'],
]);
/** Tools whose text is the requested content, so it proves no failure. */
const CONTENT_TOOLS: ReadonlySet<string> = new Set(
  `exec bash shell process terminal run command code_execution read cat view write edit apply_patch grep find ls glob web_fetch fetch
   memory_get sessions_history session_history pdf image`.split(/\s+/),
);
const COMMANDS: ReadonlySet<string> = new Set(['exec', 'bash', 'shell', 'terminal', 'run', 'command', 'code_execution']);
const CODE_LINE =
  /^\W{0,3}(?:(?:the )?(?:command|process|script|program)\s+)?(?:(?:failed|finished|completed|ended|terminated)\s+)?(?:with\s+)?(?:exit(?:ed)?|return(?:ed)?)(?:[ _-]?(?:with|status|code)){0,3}\s*[:=]?\s*(-?\d{1,6})\W{0,3}$/i;
const ERROR_TEXT =
  /^(?:(?:MCP |tool |execution )?error(?: executing tool [\w.-]{1,80})?(?: -?\d{1,6})?:|tool execution failed\b|permission denied\b|(?:failed|unable) to [a-z]|could not [a-z]|unknown tool\b|tool [\w.:-]{1,80} (?:not found|is not available)\b|Traceback \(most recent call last\))/i;
/** The gateway's own answer instead of a command's. */
const NO_COMMAND = /^(?:Exec denied \(|Approval required \(id )/;
/** What the gateway writes for a call without a result; nobody knows whether the tool did anything. */
export const SYNTHETIC_RESULT = /missing tool result in session history|inserted synthetic error result/;

export function isCommand(tool: string): boolean {
  return COMMANDS.has(tool);
}

export function bareStatus(status: unknown): string {
  return (asText(status) ?? '')
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

/** Whether the status means that something did not succeed. */
export function isFailedStatus(status: unknown): boolean {
  const bare = bareStatus(status);
  return FAILED.has(bare) || FAILED_PATTERN.test(bare);
}

/** Whether an unmarked result says that the call failed: in its details, or in its text if that is a report. */
export function reportsFailure(tool: string, details: JsonRecord, text: string): boolean {
  if (isFailure(details, tool === 'process')) return true;
  if (isCommand(tool) && bareStatus(details['status']) !== 'completed' && NO_COMMAND.test(text)) return true;
  const json = jsonObject(text);
  if (CONTENT_TOOLS.has(tool)) return json?.['tool'] === tool && isFailedStatus(json['status']);
  return json === undefined ? ERROR_TEXT.test(text) : isFailure(json, false) || isFailure(asRecord(json['result']) ?? {}, false);
}

/** A call that checks another command has that command's failure in its status, not its own. */
function isFailure(report: JsonRecord, isStatusCheck: boolean): boolean {
  const status = bareStatus(report['status'] ?? report['state'] ?? report['outcome']);
  if (isStatusCheck) return ['error', 'failed', 'forbidden'].includes(status);
  const isNo = ['ok', 'success', 'succeeded'].some((name) => report[name] === false || report[name] === 'false');
  const isYes = ['isError', 'is_error', 'failed', 'timedOut', 'timed_out', 'denied', 'rejected'].some((name) => report[name] === true);
  const httpStatus = asNumber(report['status']) ?? asNumber(report['statusCode']) ?? 0;
  const code = asNumber(report['exitCode']) ?? asNumber(report['exit_code']) ?? asNumber(report['returncode']) ?? 0;
  const isCode = code !== 0 || (httpStatus >= 400 && httpStatus < 600) || asText(report['exitSignal']) !== undefined;
  return isFailedStatus(status) || isNo || isYes || isCode || hasError(report);
}

/** `error: null`, `error: false` and an empty error mean that there was none. */
function hasError({ error, errors }: JsonRecord): boolean {
  if (Array.isArray(errors) && errors.length > 0) return true;
  return error === true || asText(error)?.trim().length !== undefined || Object.keys(asRecord(error) ?? {}).length > 0;
}

/** The text of a report about its failure. */
export function failureText(report: JsonRecord): string | undefined {
  const result = asRecord(report['result']);
  if (result !== undefined && hasError(result)) return failureText(result);
  const error = report['error'];
  const inner = asRecord(error) ?? asRecord(asList(report['errors'])[0]);
  const message = asText(report['message']) ?? asText(report['errorMessage']) ?? asText(report['reason']);
  const name = asText(error);
  const isCode = name !== undefined && /^[\w.:-]{1,60}$/.test(name);
  return asText(inner?.['message']) ?? (isCode ? (message ?? name) : (name ?? message));
}

export function jsonObject(text: string): JsonRecord | undefined {
  const trimmed = text.trimStart();
  return trimmed.startsWith('{') && text.length <= MAX_JSON_CHARS ? asRecord(parseJson(trimmed)) : undefined;
}

/** The exit code in a command's last or first line, unless the details say that it is only output. */
export function exitCodeOfCommand(text: string, details: JsonRecord): string | undefined {
  if (bareStatus(details['status']) === 'completed') return undefined;
  const lines = text.trim().split('\n');
  return CODE_LINE.exec(lines.at(-1)?.slice(0, 200) ?? '')?.[1] ?? CODE_LINE.exec(lines[0]?.slice(0, 200) ?? '')?.[1];
}
