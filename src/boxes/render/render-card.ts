// Draws a turn with its sub-agents as one card. Pure: the time is the tree's `asOf`, so a box changes only when something happened.

import type { Card, CardHead, Sketch, TurnStatus } from '../../core/card.ts';
import { codeSpan } from '../../text/neutralise.ts';
import { redactThenCut } from '../../text/redact.ts';
import { callsOf } from '../../core/calls.ts';
import type { PlanStep, Turn } from '../../core/session.ts';
import type { JudgedTree } from '../../core/status.ts';
import { cut, oneLine } from '../../text/text.ts';
import { colorOf } from './colors.ts';
import { indented, linesOf } from './turn-lines.ts';
import { dropOrderOf, newestLines } from './newest-lines.ts';
import { fullestOf } from './note-lines.ts';
import type { RenderOptions } from './render-options.ts';
import { isReasonInTitle, shortReason, spent, titleOf } from './title.ts';
import { waitIds, waitingLines } from './waiting-lines.ts';
import { draw, joined, ours, type Version, type Wording, foreign } from './wording.ts';

const MAX_SENTENCE_POINTS = 300;
const MAX_STEP_POINTS = 60;
const MAX_STEPS_ON_ONE_LINE = 4;
const CONTEXT_WARNING = 0.75;
const CONTEXT_ALARM = 0.9;

/** The box of a turn, drawn when it is needed. */
export function sketchCard(tree: JudgedTree, options: RenderOptions): Sketch {
  return { head: headOf(tree, options), draw: () => renderCard(tree, options) };
}

export function headOf(tree: JudgedTree, { violations = [] }: Pick<RenderOptions, 'violations'>): CardHead {
  return { urgentKey: urgentKey(tree, violations.length), final: tree.status.final };
}

/** The box of a turn: safe Markdown, cut to `options.maxLines`, the same for the same arguments. */
export function renderCard(tree: JudgedTree, options: RenderOptions): Card {
  const { status } = tree;
  const remarks = (options.remarks ?? []).map((sentence) => ours('[NOTICE] ', ...sentenceOf(sentence, options)));
  const violations = (options.violations ?? []).map((sentence) => ours('[VIOLATION] ', ...sentenceOf(sentence, options)));
  const notes = [
    ...infoLines(tree, options),
    ...planLines(tree.turn.plan ?? [], options),
    ...reasonLines(status, options),
    ...unseenLines(tree.turn),
    ...remarks,
  ];
  const waiting = waitingLines(tree, options);
  const room = Math.max(2, options.maxLines - notes.length - waiting.length);
  const { lines, dropped } = newestLines(linesOf(tree, 0, options), room, options.verbosity === 'quiet' ? 0 : tree.turn.droppedLines);
  const last = [...notes, ...waiting, ...violations];
  const drawn = (version: Version) => [...lines.map((line) => indented(line, version)), ...last.map((wording) => draw(wording, version))];
  const title = titleOf(tree, options);
  return {
    state: status.state,
    color: colorOf(status.state, violations.length > 0, status.final ? 0 : fullestOf(tree.turn)),
    title: draw(title, 'later'),
    lines: drawn('later'),
    first: { title: draw(title, 'first'), lines: drawn('first') },
    dropOrder: dropOrderOf(lines, last.length),
    droppedLines: dropped,
    fallback: draw(title, 'later'),
    ...headOf(tree, options),
  };
}

/** Changes with every opening, waiting, retry, error, end and violation, and with nothing else (see the table of states). */
function urgentKey(tree: JudgedTree, violations: number): string {
  return [stateKey(tree.status), ...waitIds(tree), `violations ${violations}`].join(', ');
}

function stateKey(status: TurnStatus): string {
  if (status.final) return `${status.state} ${status.endedAt ?? 0}`;
  return status.state === 'retry' ? `retry ${status.retry?.attempt ?? 0} ${status.retry?.at ?? 0}` : 'open';
}

/** The whole reason of a failure, where the title had to shorten or simplify it. */
function reasonLines(status: TurnStatus, options: RenderOptions): Wording[] {
  const reason = status.state === 'retry' ? status.retry?.reason : status.reason;
  if (reason === undefined || oneLine(reason) === '') return [];
  if (isReasonInTitle(status)) return [];
  if (status.state === 'error' && draw(shortReason(status, options), 'later') === oneLine(reason)) return [];
  return [ours('reason: ', ...sentenceOf(reason, options))];
}

/** Says what this gateway does not send, so that nobody takes it for not done. A history may still have had some calls. */
function unseenLines(turn: Turn): Wording[] {
  if (turn.toolsUntold !== true) return [];
  const what = callsOf(turn).length === 0 ? 'tools and sub-agents' : 'all tools and sub-agents';
  return [ours(`this gateway does not tell of ${what}`)];
}

function planLines(plan: readonly PlanStep[], options: RenderOptions): Wording[] {
  if (plan.length === 0 || options.verbosity === 'quiet') return [];
  const done = plan.filter(({ status }) => status === 'completed').length;
  const head = `Plan ${done}/${plan.length}`;
  if (options.verbosity === 'detail') return [ours(head), ...plan.map((step) => ours(...stepOf(step, options)))];
  const shown =
    plan.length <= MAX_STEPS_ON_ONE_LINE ? plan : plan.filter(({ status }) => status === 'in_progress').slice(0, MAX_STEPS_ON_ONE_LINE);
  const steps = joined(
    shown.map((step) => stepOf(step, options)),
    ' · ',
  );
  return [ours(head, ...(steps.length === 0 ? [] : [': ', ...steps]))];
}

function stepOf({ step, status }: PlanStep, options: RenderOptions): Wording {
  const text = foreign(redactThenCut(step, MAX_STEP_POINTS, options.redact));
  switch (status) {
    case 'completed':
      return ['✓ ', text];
    case 'in_progress':
      return ['▸ ', text];
    case 'pending':
      return ['○ ', text];
    default:
      return status satisfies never;
  }
}

/** Model, tokens so far and context use; the last one also when the context gets full. */
function infoLines(tree: JudgedTree, options: RenderOptions): Wording[] {
  const { session } = tree;
  const isDetail = options.verbosity === 'detail';
  const isOpen = !tree.status.final;
  const model = isDetail && session.model !== undefined ? [codeSpan(cut(oneLine(options.redact(session.model)), MAX_STEP_POINTS))] : [];
  const soFar = isDetail && isOpen ? spent(tree) : [];
  const parts = [...model, ...soFar, ...contextText(session.contextTokens, session.contextWindow, isDetail)].filter((part) => part !== '');
  return parts.length === 0 || options.verbosity === 'quiet' ? [] : [ours(parts.join(' · '))];
}

function contextText(tokens: number | undefined, window: number | undefined, isDetail: boolean): string[] {
  if (tokens === undefined || window === undefined || !(window > 0)) return [];
  const use = tokens / window;
  const percent = `context ${Math.round(use * 100)}% full`;
  if (use >= CONTEXT_ALARM) return [`${percent}, compaction is near`];
  return use >= CONTEXT_WARNING || isDetail ? [percent] : [];
}

function sentenceOf(sentence: string, options: RenderOptions): Wording {
  return [foreign(cut(oneLine(redactThenCut(sentence, 4 * MAX_SENTENCE_POINTS, options.redact)), MAX_SENTENCE_POINTS))];
}
