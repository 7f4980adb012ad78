// Says in words what boxes would show of folded sessions, for golden files that a person reviews.

import { callOfLine } from '../../../../src/core/calls.ts';
import type { Fold } from '../../../../src/core/fold.ts';
import type { CallOutcome } from '../../../../src/core/event.ts';
import type { Session, Line } from '../../../../src/core/session.ts';
import { type JudgedTree, judge } from '../../../../src/core/status.ts';
import { treeOf } from '../../../../src/core/tree.ts';
import { usageOf } from '../../../../src/core/turn.ts';

const LIMITS = { idleTimeoutMs: 300_000, maxDurationMs: 3_600_000 };

/** One paragraph per turn of a session that has boxes, oldest first. */
export function describeBoxes(fold: Fold): string {
  const roots = [...fold.sessionsByKey.values()].filter(({ isSubAgent }) => isSubAgent !== true);
  const turns = roots.flatMap((session) => session.turns.map((turn) => ({ session, turn })));
  const sorted = turns.toSorted((a, b) => a.turn.startedAt - b.turn.startedAt || (a.session.key < b.session.key ? -1 : 1));
  return sorted.map(({ session, turn }) => describeTurn(judge(treeOf(fold.sessionsByKey, session, turn), LIMITS), 0)).join('\n');
}

function describeTurn(tree: JudgedTree, depth: number): string {
  const { session, turn, status } = tree;
  const { input, output, cacheRead, cacheWrite, costUsd } = usageOf(turn);
  const tokens = `tokens ${input}+${output} (cache ${cacheRead}+${cacheWrite})`;
  const cost = costUsd === 0 ? '' : ` $${costUsd.toFixed(5)}`;
  const state = status.state === 'quiet' ? 'active' : status.state;
  const reason = turn.end?.reason === undefined ? '' : `: ${turn.end.reason}`;
  const ended = turn.end === undefined ? '' : ` ${((turn.end.at - turn.startedAt) / 1_000).toFixed(1)}s`;
  const lasted = state === 'lost' ? '' : ended; // a loss is dated by our clock
  const pad = '  '.repeat(depth);
  const name = depth === 0 ? `${nameOf(session)} (${turn.trigger.kind})` : `${session.label ?? '?'} [${session.agentId}]`;
  const head = `${pad}${name} ${state.toUpperCase()}${reason}${lasted} ${tokens}${cost} model ${session.model ?? '?'}`;
  const plan = (turn.plan ?? []).map(({ step, status: of }) => `${pad}  plan: ${step} (${of})`);
  return [head, ...turn.lines.flatMap((line) => describeLine(line, tree, depth + 1)), ...plan, ''].join('\n').replace(/\n+$/, '\n');
}

function describeLine(line: Line, tree: JudgedTree, depth: number): string[] {
  const pad = '  '.repeat(depth);
  switch (line.kind) {
    case 'text':
      return [`${pad}${line.injected === true ? 'asked: ' : ''}${line.text.split('\n')[0]?.slice(0, 100) ?? ''}`];
    case 'note':
      return [`${pad}note: ${line.text}`];
    case 'call': {
      const call = callOfLine(tree.turn, line);
      if (Object.values(tree.turn.childrenByKey).some(({ callId }) => callId === line.callId)) return []; // its block shows it
      const args = Object.entries(call?.args ?? {}).map(([name, value]) => `${name}=${value.slice(0, 60)}`);
      return [`${pad}${call?.tool ?? '?'} ${outcomeOf(call?.outcome, call?.endedAt)} ${args.join(' ')}`.trimEnd()];
    }
    case 'child': {
      const child = tree.childrenByKey[line.childKey];
      return child === undefined ? [`${pad}sub-agent without a file`] : describeTurn(child, depth).trimEnd().split('\n');
    }
    default:
      return line satisfies never;
  }
}

function outcomeOf(outcome: CallOutcome | undefined, endedAt: number | undefined): string {
  if (outcome === undefined) return endedAt === undefined ? 'RUNNING' : 'CUT OFF';
  const exit = outcome.kind === 'failed' && outcome.exitCode !== undefined ? ` ${outcome.exitCode}` : '';
  const detail = outcome.kind === 'failed' && outcome.detail !== undefined ? ` (${outcome.detail})` : '';
  return outcome.kind.toUpperCase() + exit + detail;
}

/** As the title of its box has it; the id only where no name tells two sessions apart. */
function nameOf({ agentId, label = '', sessionId = '' }: Session): string {
  return label.includes(' · ') ? `${agentId} · ${label}` : `${agentId} · ${`${label} #${sessionId.slice(0, 4)}`.trimStart()}`;
}
