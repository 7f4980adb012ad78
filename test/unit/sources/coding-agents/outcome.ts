// What came out of a recording: the folded sessions as text, one line a fact, in the order of the box.

import { callOf } from '../../../../src/core/calls.ts';
import type { SessionEvent, Usage } from '../../../../src/core/event.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { Call, Line, Session, Turn } from '../../../../src/core/session.ts';
import { statusOf } from '../../../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../../../src/core/tree.ts';
import { usageOf } from '../../../../src/core/turn.ts';

const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const LATER_MS = 60_000; // after every time that a turn may wait for its sub-agents

/** As the wiring does: the source says when a turn is lost. */
function folded(events: readonly SessionEvent[]): Fold {
  const fold = new Fold(200);
  for (const event of events) fold.apply(event.type === 'session_seen' ? { ...event, tellsLoss: true } : event);
  return fold;
}

/** Sessions in the order of their first turns. */
export function outcomeOf(events: readonly SessionEvent[]): string {
  const { sessionsByKey } = folded(events);
  const begun = [...sessionsByKey.values()].filter(({ turns }) => turns.length > 0);
  const sorted = begun.toSorted((a, b) => (a.turns[0]?.startedAt ?? 0) - (b.turns[0]?.startedAt ?? 0));
  return sorted
    .flatMap((session) => [headOf(session), ...session.turns.flatMap((turn) => linesOf(session, turn, sessionsByKey))])
    .join('\n');
}

function headOf(session: Session): string {
  const { key, address, label, model, contextTokens, contextWindow, parentKey } = session;
  const of = isSubAgent(session) ? ` sub-agent of ${parentKey ?? '?'}` : '';
  return `${key} ${address ?? ''}${of}${label === undefined ? '' : ` "${label}"`} ${model ?? ''} ${contextTokens ?? '?'}/${contextWindow ?? '?'}`;
}

function linesOf(session: Session, turn: Turn, sessionsByKey: Fold['sessionsByKey']): string[] {
  const asOf = Math.max(...[...sessionsByKey.values()].map((other) => other.asOf)) + LATER_MS;
  const status = statusOf(treeOf(sessionsByKey, session, turn, asOf), LIMITS);
  const reason = status.state === 'error' || status.state === 'aborted' ? (turn.end?.reason ?? '') : '';
  const waiting = turn.waiting.map(({ on, text }) => ` waits for ${on}: ${text ?? ''}`).join('');
  const seconds = turn.end === undefined ? '…' : `${((turn.end.at - turn.startedAt) / 1000).toFixed(1)} s`;
  const plan = turn.plan === undefined ? [] : [`    plan ${turn.plan.map(({ step, status: how }) => `${how} ${step}`).join('; ')}`];
  return [
    `  ${status.state} ${reason}(${turn.trigger.kind}, ${seconds})${waiting} ${usageText(usageOf(turn))}`,
    ...turn.lines.map((line) => `    ${lineText(line, turn)}`),
    ...plan,
  ];
}

function usageText({ input, output, cacheRead, cacheWrite, costUsd }: Usage): string {
  const cost = costUsd === 0 ? '' : ` $${costUsd.toFixed(4)}`;
  return `in ${input} out ${output} cached ${cacheRead}${cacheWrite === 0 ? '' : ` written ${cacheWrite}`}${cost}`;
}

function lineText(line: Line, turn: Turn): string {
  switch (line.kind) {
    case 'text':
      return `${line.injected === true ? 'asked' : 'said'}: ${line.text.replaceAll('\n', ' / ')}`;
    case 'note':
      return line.text;
    case 'child':
      return `child ${line.childKey}`;
    case 'call':
      return callText(callOf(turn, line.callId));
    default:
      return line satisfies never;
  }
}

function callText(call: Call | undefined): string {
  if (call === undefined) return 'a call that is unknown';
  const args = Object.entries(call.args).map(([name, value]) => ` ${name}=${value}`);
  return `${call.parentCallId === undefined ? '' : '· '}${call.tool}${args.join('')} [${outcomeText(call)}]`;
}

function outcomeText({ outcome, endedAt }: Call): string {
  if (outcome === undefined) return endedAt === undefined ? '…' : 'no result';
  if (outcome.kind === 'failed')
    return `failed ${outcome.exitCode ?? ''}${outcome.detail === undefined ? '' : ` ${outcome.detail}`}`.trim();
  return outcome.kind;
}
