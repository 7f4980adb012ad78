// Draws one tool call as one line: its name, the most meaningful argument, and how it went.

import type { CallOutcome } from '../../core/event.ts';
import { codeSpan, plainText } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import { callsOf } from '../../core/calls.ts';
import type { Call, Turn } from '../../core/session.ts';
import { cut, cutStart, oneLine } from '../../text/text.ts';
import { SUMMARY_ARG } from '../../core/turn.ts';
import { formatDuration } from './amounts.ts';
import type { ToolLabel } from './tool-labels.ts';
import type { RenderOptions } from './render-options.ts';
import { namedArg, type MeaningfulArg, meaningfulArg } from './meaningful-args.ts';
import { ours, type Wording } from './wording.ts';

const MAX_NAME_POINTS = 40;
const MAX_ARG_POINTS = 80; // two lines on a phone
const MAX_ARG_POINTS_IN_DETAIL = 160;
const MAX_OTHER_ARGS = 3;
const MAX_OTHER_ARG_POINTS = 60;
const MAX_DETAIL_POINTS = 100;
const LONG_RUN_MS = 10_000; // a running call shows its time from here on
const SLOW_MS = 5_000; // a finished one does

/** How lines begin that are about something else than a call. */
const LINE_BEGINNINGS = /^(?:tool|reason|plan|sub-?agents?|parts?|waiting|who|copy|open|context|agent)$/i;

/** Where a call stands: its turn, whether that has ended, and what time it is there. */
interface CallPlace {
  turn: Turn;
  isFinal: boolean;
  asOf: number;
}

/** The line, or `undefined` for a call that is not shown. */
export function callLine(call: Call, place: CallPlace, options: RenderOptions): Wording | undefined {
  const label = options.labels.get(call.tool);
  const isHidden = options.verbosity === 'quiet' || label?.hidden === true || isShownOtherwise(call, place.turn);
  if (isHidden && !isFailed(call)) return undefined;
  const args = argsText(call, label, options);
  return ours(...toolName(call, label, options.redact), `${args === '' ? '' : `: ${args}`} ${outcomeText(call, place, options)}`);
}

export function isFailed(call: Call): boolean {
  return call.outcome?.kind === 'failed';
}

/** A wrapper whose inner call is shown, or the spawn of a sub-agent that has its own block. */
function isShownOtherwise(call: Call, turn: Turn): boolean {
  const isWrapper = callsOf(turn).some((other) => other.parentCallId === call.callId);
  return isWrapper || Object.values(turn.childrenByKey).some((child) => child.callId === call.callId);
}

/** A label is the operator's or ours. A model's name for a tool stands alone only if no other line of ours begins like that. */
function toolName(call: Call, label: ToolLabel | undefined, redact: (text: string) => string): Wording {
  const name = cut(oneLine(redact(label?.label ?? call.tool)), MAX_NAME_POINTS);
  const isPlain = name !== '' && !name.includes(':') && plainText(name, MAX_NAME_POINTS) === name;
  if (label !== undefined) return [isPlain ? name : codeSpan(name) || 'tool'];
  if (!/^[\w.-]+$/.test(name) || LINE_BEGINNINGS.test(name)) return [`tool ${codeSpan(name)}`.trimEnd()];
  return [{ first: codeSpan(name), later: isPlain ? name : codeSpan(name) }];
}

function argsText(call: Call, label: ToolLabel | undefined, { verbosity, redact }: RenderOptions): string {
  const max = verbosity === 'detail' ? MAX_ARG_POINTS_IN_DETAIL : MAX_ARG_POINTS;
  const mask = ({ name, value }: MeaningfulArg): string => argText(name, value, max, redact);
  const shown = [...shownArgs(call, label, mask)];
  const main = codeSpan(cut(shown.map(mask).join(' '), max));
  if (verbosity !== 'detail') return [main, addressee(call, label, redact)].filter((text) => text !== '').join(' to ');
  const others = Object.entries(call.args).filter(
    ([name, value]) => value.trim() !== '' && !shown.some((arg) => arg.value === value || arg.name === name),
  );
  const texts = others
    .slice(0, MAX_OTHER_ARGS)
    .map(([name, value]) => codeSpan(cut(oneLine(redact(`${name}=${value}`)), MAX_OTHER_ARG_POINTS)));
  return [main, ...texts].filter((text) => text !== '').join(' ');
}

/** An empty list in a label means that no argument is shown. */
function shownArgs({ args }: Call, label: ToolLabel | undefined, mask: (arg: MeaningfulArg) => string): MeaningfulArg[] {
  if (label?.args?.length === 0) return [];
  const main = meaningfulArg(args, [...(label?.args ?? []), SUMMARY_ARG], mask);
  const also = namedArg(args, label?.also ?? [], mask);
  return [main, also?.value === main?.value ? undefined : also].filter((arg) => arg !== undefined);
}

/** Whom a call addresses, when its main argument does not say so. */
function addressee(call: Call, label: ToolLabel | undefined, redact: (text: string) => string): string {
  const name = label?.to?.find((candidate) => (call.args[candidate] ?? '').trim() !== '');
  return name === undefined ? '' : codeSpan(argText(name, call.args[name] ?? '', MAX_OTHER_ARG_POINTS, redact));
}

/** The end of a path says more than its beginning; of everything else the beginning does. */
function argText(name: string, value: string, max: number, redact: (text: string) => string): string {
  const named = oneLine(redactThenCut(`${name}=${value}`, 4 * max + name.length, redact));
  const text = named.startsWith(`${name}=`) ? named.slice(name.length + 1) : '[redacted]';
  return /path|file|dir/i.test(name) && !text.includes(' ') ? cutStart(text, max) : cut(text, max);
}

function outcomeText(call: Call, place: CallPlace, options: RenderOptions): string {
  const { outcome } = call;
  if (outcome === undefined) return pendingText(call, place);
  switch (outcome.kind) {
    case 'ok':
      return `[OK]${slowText(outcome.durationMs ?? durationOf(call))}`;
    case 'failed':
      return failedText(call, outcome, options);
    case 'aborted':
      return '[ABORTED]';
    case 'background':
      return place.turn.background.includes(outcome.handle) ? '[background]' : '[background ended]';
    default:
      return outcome satisfies never;
  }
}

function failedText(call: Call, outcome: Extract<CallOutcome, { kind: 'failed' }>, { verbosity, redact }: RenderOptions): string {
  const exit = outcome.exitCode === undefined ? '[ERR]' : `[ERR exit ${Math.trunc(outcome.exitCode)}]`;
  const detail =
    verbosity === 'detail' && outcome.detail !== undefined ? codeSpan(redactThenCut(outcome.detail, MAX_DETAIL_POINTS, redact)) : '';
  return `${exit}${slowText(outcome.durationMs ?? durationOf(call))}${detail === '' ? '' : ` ${detail}`}`;
}

/** Still running, or left without an answer when its turn ended: not every source emits that an abort cut it off. */
function pendingText(call: Call, { turn, isFinal, asOf }: CallPlace): string {
  if (isFinal || call.endedAt !== undefined) return turn.end?.outcome === 'aborted' ? '[ABORTED]' : '[no result]';
  const runningMs = asOf - call.startedAt;
  return runningMs > LONG_RUN_MS ? `… ${formatDuration(runningMs)}` : '…';
}

function durationOf(call: Call): number {
  return (call.endedAt ?? call.startedAt) - call.startedAt;
}

function slowText(durationMs: number): string {
  return durationMs > SLOW_MS ? ` ${formatDuration(durationMs)}` : '';
}
