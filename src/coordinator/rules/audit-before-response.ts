// An agent writes into the audit ledger before it answers: between the start of its turn and its answer.

import type { Answered } from './observation.ts';
import { agentName, type Finding, findingOf, rule, type RuleContext, type Step } from './rule.ts';

const NAME = 'audit-before-response';
const TOLERANCE_MS = 2_000; // the ledger's writer and the gateway may use different clocks
const JUDGED_AFTER_MS = 5_000; // the ledger is read with a delay, which must accuse nobody
const GIVE_UP_MS = 600_000; // an answer is not judged when the ledger could not be read for so long
const MAX_WAITING = 500;

export const auditBeforeResponse = rule<readonly Answered[]>({
  name: NAME,
  meaning: 'an agent with a role writes to the audit ledger before it answers',
  byDefault: 'governed',
  severity: 'violation',
  action: 'audit_before_response',
  begin: [],
  observe(waiting, observation, context) {
    switch (observation.type) {
      case 'answered':
        return { state: observation.role === undefined ? waiting : [...waiting, observation].slice(-MAX_WAITING), findings: [] };
      case 'time_passed':
        return judgeDue(waiting, observation.at, context);
      case 'clock_shifted':
      case 'tool_started':
      case 'tool_ended':
      case 'turn_ended':
      case 'spent':
      case 'observed':
      case 'approval_asked':
      case 'ledger_broke':
        return { state: waiting, findings: [] };
      default:
        return observation satisfies never;
    }
  },
});

function judgeDue(waiting: readonly Answered[], now: number, context: RuleContext): Step<readonly Answered[]> {
  const findings: Finding[] = [];
  const later: Answered[] = [];
  for (const answer of waiting) {
    if (isDue(answer, now, context)) findings.push(...judge(answer, context));
    else if (now - answer.at < GIVE_UP_MS) later.push(answer);
  }
  return { state: later.length === waiting.length ? waiting : later, findings };
}

function isDue(answer: Answered, now: number, context: RuleContext): boolean {
  return now >= answer.at + JUDGED_AFTER_MS && context.auditKnownUntil >= answer.at + TOLERANCE_MS;
}

/** Entries name the agent or its role: both are in use. */
function judge(answer: Answered, context: RuleContext): Finding[] {
  const names = [answer.agentId.trim().toLowerCase(), ...(answer.role === undefined ? [] : [answer.role])];
  if (context.hasAudit(names, answer.turnStartedAt - TOLERANCE_MS, answer.at + TOLERANCE_MS)) return [];
  const sentence = `${agentName(answer)} answered without writing to the audit ledger first`;
  return [findingOf(answer, { rule: NAME, finding: 'unaudited', severity: 'violation', sentence, sameAs: `unaudited ${answer.agentId}` })];
}
