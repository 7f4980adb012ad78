// Draws the first line of a box, and the end line of a sub-agent's block: state, name, time, tokens.

import { stateWord } from '../../core/activity.ts';
import { failedCallCount, pendingCalls } from '../../core/calls.ts';
import type { BoxState, TurnStatus } from '../../core/card.ts';
import { projectIn, type Session, sessionTag, type TurnTree } from '../../core/session.ts';
import { type JudgedTree, knownUntil } from '../../core/status.ts';
import { usageOfTree } from '../../core/tree.ts';
import { hasOpenRun } from '../../core/turn.ts';
import { formatCost, formatDuration, formatQuiet, formatTokens } from './amounts.ts';
import type { RenderOptions } from './render-options.ts';
import { codeSpan } from '../../text/neutralise.ts';
import { draw, joined, foreignName, type Wording } from './wording.ts';

const MAX_NAME_POINTS = 40;
const MAX_REASON_POINTS = 60; // one line on a phone

/** `[ACTIVE] main | 38s`, `[DONE] main | 53s | 12.4k tokens | 1 failed`, `[ERROR] reason | main | 12s`. */
export function titleOf(tree: JudgedTree, options: RenderOptions): Wording {
  const count = options.violations?.length ?? 0;
  const violations = count === 0 ? [] : [count === 1 ? '1 violation' : `${count} violations`];
  const badge = foreignName(options.redact(options.badge ?? ''), MAX_NAME_POINTS);
  const parts = [headline(tree, options), rootName(tree, options), ...figures(tree), [badge], violations];
  return [`[${stateWord(tree.status.state)}] `, ...joined(parts, ' | ')];
}

/** The same for a sub-agent, without its name: `[DONE] 28s`. */
export function stateLine(tree: JudgedTree, options: RenderOptions): Wording {
  return [`[${stateWord(tree.status.state)}] `, ...joined([headline(tree, options), ...figures(tree)], ' | ')];
}

/** The name of an agent, from its label or id; never empty. It has no colon, so that one of ours may follow. */
export function safeName(name: string, options: Pick<RenderOptions, 'redact'>): Wording {
  return [foreignName(options.redact(name).replaceAll(':', ' '), MAX_NAME_POINTS, 'agent')];
}

/** What a sub-agent is called: by the turn that spawned it, or by itself; empty when nobody says it. */
export function childName({ turn, childrenByKey }: TurnTree, childKey: string): string {
  const session = childrenByKey[childKey]?.session;
  return turn.childrenByKey[childKey]?.label ?? session?.label ?? session?.title ?? session?.agentId ?? '';
}

/**
 * `main`, `main: nightly report`; of agents without a channel `claude-code · shop #a1b2`: project, and the end of the session's id; of
 * what is no agent its title.
 */
function rootName({ session, turn }: TurnTree, options: Pick<RenderOptions, 'redact'>): Wording {
  if (session.title !== undefined) return safeName(session.title, options);
  if (session.address !== undefined) return projectName(session, session.address, options);
  const job = turn.trigger.kind === 'schedule' ? (turn.trigger.name ?? '') : '';
  return joined([safeName(session.agentId, options), [foreignName(options.redact(job), MAX_NAME_POINTS)]], ': ');
}

/** What the box of the turn is called, for posts that notify people. */
export function nameOf(tree: TurnTree, redact: (text: string) => string): string {
  return draw(rootName(tree, { redact }), 'first');
}

function projectName({ agentId, label, sessionId }: Session, address: string, options: Pick<RenderOptions, 'redact'>): Wording {
  const project = label ?? projectIn(address);
  const tag = sessionTag(sessionId);
  const name = joined([safeName(agentId, options), [foreignName(options.redact(project).replaceAll(':', ' '), MAX_NAME_POINTS)]], ' · ');
  return joined([name, tag === '' ? [] : [{ first: codeSpan(tag), later: tag }]], ' ');
}

/** The text right behind the tag, where the table of states has a fixed one. */
const HEADLINES: Partial<Record<BoxState, string>> = { done_unseen: 'no end seen', interrupted: 'watcher stopped', lost: 'source gone' };

function headline({ status, session }: JudgedTree, options: RenderOptions): Wording {
  if (status.state === 'retry') return [retryText(status, session.asOf)];
  if (status.state === 'waiting') return [status.waitingOn ?? 'answer'];
  if (status.state === 'error') return shortReason(status, options);
  if (isReasonInTitle(status)) return [foreignName(options.redact(status.reason ?? ''), MAX_REASON_POINTS)];
  const fixed = HEADLINES[status.state];
  return fixed === undefined ? [] : [fixed];
}

/** `[STOPPED] budget`: one word says which limit it was, a sentence has a line of its own. */
export function isReasonInTitle({ state, reason }: TurnStatus): boolean {
  return (state === 'stopped' || state === 'timeout') && reason !== undefined && /^\S+$/.test(reason.trim());
}

/** The reason of a failure as far as a title can show it. */
export function shortReason(status: TurnStatus, options: RenderOptions): Wording {
  return [foreignName(options.redact(status.reason ?? ''), MAX_REASON_POINTS, 'failed')];
}

function retryText({ retry }: TurnStatus, asOf: number): string {
  if (retry === undefined) return '1';
  const waitMs = (retry.nextAt ?? 0) - asOf;
  return waitMs > 0 ? `${retry.attempt}, next in ${formatDuration(Math.ceil(waitMs / 1_000) * 1_000)}` : String(retry.attempt);
}

/** What the agent of another program waits for when it does nothing itself: `waits for 1 sub-agent`, `1 shell runs`. */
function awaited({ turn, session, childrenByKey }: JudgedTree): string[] {
  if (session.address === undefined || hasOpenRun(turn) || pendingCalls(turn).length > 0) return [];
  const awaitedKeys = Object.entries(childrenByKey).filter(
    ([key, { status }]) => !status.final && turn.childrenByKey[key]?.isWorker !== true,
  );
  const agents = awaitedKeys.length;
  const shells = turn.background.length;
  return [
    ...(agents === 0 ? [] : [agents === 1 ? 'waits for 1 sub-agent' : `waits for ${agents} sub-agents`]),
    ...(shells === 0 ? [] : [shells === 1 ? '1 shell runs' : `${shells} shells run`]),
  ];
}

function figures(tree: JudgedTree): Wording[] {
  const { status, turn } = tree;
  const until = knownUntil(tree);
  const elapsed = formatDuration((status.final ? (status.endedAt ?? until) : until) - turn.startedAt);
  const awaits = awaited(tree).map((what) => [what]);
  if (status.state === 'quiet') return [[elapsed], [`quiet for ${formatQuiet(status.quietMs ?? 0)}`], ...awaits];
  if (status.state === 'active') return [[elapsed], ...awaits];
  if (status.silentMs !== undefined) return [[elapsed], [`no news for ${formatQuiet(status.silentMs)}`]];
  return status.final ? [[elapsed], ...spent(tree).map((amount) => [amount]), failures(tree)] : [[elapsed]];
}

/** The number of failed calls, here and below: an end must not look like a success because lines are gone. */
function failures(tree: TurnTree): Wording {
  const count = failedIn(tree);
  return count === 0 ? [] : [`${count} failed`];
}

function failedIn(tree: TurnTree): number {
  return Object.values(tree.childrenByKey).reduce((sum, child) => sum + failedIn(child), failedCallCount(tree.turn));
}

/** Tokens and cost of a turn with everything below it. */
export function spent(tree: TurnTree): string[] {
  const usage = usageOfTree(tree);
  const tokens = usage.input + usage.cacheWrite + usage.output;
  const cost = formatCost(usage.costUsd);
  return [...(tokens > 0 ? [formatTokens(tokens)] : []), ...(cost === undefined ? [] : [cost])];
}
