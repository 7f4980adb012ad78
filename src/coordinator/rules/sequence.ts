// Checks the order of answers: primary, secondary, observer. Finds agents that answer out of turn, and agents that stay silent.

import { type Answered, type Actor, actorOf, type Observation } from './observation.ts';
import { BROADCAST } from './governance.ts';
import type { Role } from './role.ts';
import { agentName, type Finding, findingOf, rule, type RuleContext, type Step } from './rule.ts';

/** One conversation's cycle. */
interface Cycle {
  /** Position in the order of the role whose answer is due. */
  expected: number;
  /** The first role of the order has answered; only then can the cycle stay unclosed. */
  isOpen: boolean;
  /** Somebody answered before the expected role. */
  isSkipped: boolean;
  /** There is a finding already that the expected role is missing. */
  isMissing: boolean;
  last: Actor;
  /** Grows when the order is complete or restored, so that the next break of it is a new finding. */
  round: number;
}

/** Keyed by conversation. */
type Cycles = Readonly<Record<string, Cycle>>;

interface Judged {
  cycle: Cycle;
  findings: Finding[];
}

const NAME = 'sequence';
const FORGET_AFTER_MS = 24 * 3_600_000; // an answer after a day is no repetition

export const sequence = rule<Cycles>({
  name: NAME,
  meaning: 'agents answer in the order primary, secondary, observer',
  byDefault: 'governed',
  severity: 'violation',
  action: 'sequence_violation',
  begin: {},
  observe: (cycles, observation, context) => observe(cycles, observation, context),
});

function observe(cycles: Cycles, observation: Observation, context: RuleContext): Step<Cycles> {
  switch (observation.type) {
    case 'answered':
      return answered(cycles, observation, context);
    case 'time_passed':
      return timePassed(cycles, observation.at, context);
    case 'clock_shifted':
      return { state: shifted(cycles, observation.byMs), findings: [] };
    case 'tool_started':
    case 'tool_ended':
    case 'turn_ended':
    case 'spent':
    case 'observed':
    case 'approval_asked':
    case 'ledger_broke':
      return { state: cycles, findings: [] };
    default:
      return observation satisfies never;
  }
}

function answered(cycles: Cycles, answer: Answered, context: RuleContext): Step<Cycles> {
  const position = answer.role === undefined ? -1 : context.order.indexOf(answer.role);
  if (position < 0) return { state: cycles, findings: [] };
  const { [answer.conversation]: known, ...others } = cycles;
  if (context.governance?.role === BROADCAST) return { state: known === undefined ? cycles : others, findings: [] };
  const overdue = known === undefined ? undefined : timeOut(known, answer.at, context);
  const { cycle, findings } = judge(overdue?.cycle, position, answer, context.order);
  return { state: { ...others, [answer.conversation]: cycle }, findings: [...(overdue?.findings ?? []), ...findings] };
}

function judge(before: Cycle | undefined, position: number, answer: Answered, order: readonly Role[]): Judged {
  const cycle = before ?? newCycle(answer);
  const last = { ...actorOf(answer), at: Math.max(answer.at, cycle.last.at) };
  if (before !== undefined && position > 0 && before.last.role === answer.role) return found({ ...cycle, last }, repeated(cycle, answer));
  if (position === cycle.expected) return advanced(cycle, last, order);
  if (position === 0) return restarted(cycle, last, order);
  if (position > cycle.expected) return found({ ...cycle, last, isSkipped: true }, skipped(cycle, answer, order));
  return found({ ...cycle, last }, repeated(cycle, answer));
}

function newCycle(answer: Answered): Cycle {
  return { expected: 0, isOpen: false, isSkipped: false, isMissing: false, last: actorOf(answer), round: 0 };
}

function found(cycle: Cycle, finding: Finding): Judged {
  return { cycle, findings: [finding] };
}

/** The expected role answered: in time, or late. */
function advanced(cycle: Cycle, last: Actor, order: readonly Role[]): Judged {
  const isLate = cycle.isSkipped || cycle.isMissing;
  const isClosed = cycle.expected + 1 === order.length;
  const next = {
    expected: isClosed ? 0 : cycle.expected + 1,
    isOpen: !isClosed,
    isSkipped: false,
    isMissing: false,
    last,
    round: isLate || isClosed ? cycle.round + 1 : cycle.round,
  };
  return { cycle: next, findings: isLate ? [late(cycle, last)] : [] };
}

/** The first role began a new cycle. That is allowed when a role is missing; a role that was skipped before is still expected. */
function restarted(cycle: Cycle, last: Actor, order: readonly Role[]): Judged {
  const next = { ...cycle, expected: 1, isOpen: true, isMissing: false, isSkipped: cycle.isSkipped && cycle.expected === 1, last };
  if (cycle.isMissing) return { cycle: { ...next, isSkipped: false, round: cycle.round + 1 }, findings: [] };
  return found(next, restart(cycle, last, order));
}

function timePassed(cycles: Cycles, now: number, context: RuleContext): Step<Cycles> {
  const findings: Finding[] = [];
  let state = cycles;
  for (const [conversation, cycle] of Object.entries(cycles)) {
    const after = timeOut(cycle, now, context);
    findings.push(...after.findings);
    if (after.cycle !== cycle) state = { ...state, [conversation]: after.cycle };
    if (now - cycle.last.at > Math.max(FORGET_AFTER_MS, 2 * context.missingAfterMs)) state = without(state, conversation);
  }
  return { state, findings };
}

function without(cycles: Cycles, conversation: string): Cycles {
  const { [conversation]: _forgotten, ...rest } = cycles;
  return rest;
}

/** Silence is counted from the last answer of any role. */
function timeOut(cycle: Cycle, now: number, context: RuleContext): Judged {
  const role = context.order[cycle.expected];
  if (!cycle.isOpen || cycle.isMissing || role === undefined || now - cycle.last.at < context.missingAfterMs)
    return { cycle, findings: [] };
  const at = cycle.last.at + context.missingAfterMs;
  const shownIn = context.newestActor(cycle.last.conversation) ?? cycle.last;
  const sentence = `the ${role} has not answered ${describeDuration(context.missingAfterMs)} after ${agentName(cycle.last)} did`;
  const finding = findingOf(shownIn, {
    at,
    rule: NAME,
    finding: 'missing',
    severity: 'violation',
    sentence,
    sameAs: `missing ${role} ${cycle.round}`,
  });
  return { cycle: { ...cycle, isMissing: true }, findings: [finding] };
}

function skipped(cycle: Cycle, answer: Actor, order: readonly Role[]): Finding {
  const role = order[cycle.expected] ?? '';
  const sentence = `${agentName(answer)} answered although the ${role} was expected`;
  return findingOf(answer, { rule: NAME, finding: 'skipped', severity: 'violation', sentence, sameAs: `skipped ${role} ${cycle.round}` });
}

function repeated(cycle: Cycle, answer: Actor): Finding {
  const sentence = `${agentName(answer)} answered twice in a row`;
  return findingOf(answer, {
    rule: NAME,
    finding: 'repeated',
    severity: 'violation',
    sentence,
    sameAs: `repeated ${answer.role} ${cycle.round}`,
  });
}

function restart(cycle: Cycle, answer: Actor, order: readonly Role[]): Finding {
  const sentence = `${agentName(answer)} answered again before the ${order.at(-1) ?? ''} closed the cycle`;
  return findingOf(answer, { rule: NAME, finding: 'restarted', severity: 'remark', sentence, sameAs: `restarted ${cycle.round}` });
}

function late(cycle: Cycle, answer: Actor): Finding {
  const sentence = `${agentName(answer)} answered after all: order is restored`;
  return findingOf(answer, { rule: NAME, finding: 'late', severity: 'remark', sentence, sameAs: `late ${answer.role} ${cycle.round}` });
}

function shifted(cycles: Cycles, byMs: number): Cycles {
  return Object.fromEntries(
    Object.entries(cycles).map(([key, cycle]) => [key, { ...cycle, last: { ...cycle.last, at: cycle.last.at + byMs } }]),
  );
}

function describeDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
}
