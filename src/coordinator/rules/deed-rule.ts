// Makes a rule that judges each deed by itself: a tool call whose arguments are known, its outcome, or a fact of another system.

import type { Actor, Observation, Observed, ToolEnded, ToolStarted } from './observation.ts';
import { agentName, type Finding, findingOf, type Rule, rule, type RuleContext, type RuleDefinition, type Severity } from './rule.ts';

/** What is wrong with a deed. */
export interface Fault {
  finding: string;
  severity: Severity;
  /** Who begins the sentence in place of the agent. */
  who?: string;
  /** Completes a sentence that begins with the agent. Arguments of calls may be shown nowhere, so none of them is in it. */
  deed: string;
}

export interface DeedRule extends Pick<RuleDefinition<null>, 'name' | 'meaning' | 'byDefault' | 'severity'> {
  ofCall?(call: ToolStarted, context: RuleContext): Fault | undefined;
  ofOutcome?(ended: ToolEnded): Fault | undefined;
  ofFact?(fact: Observed): Fault | undefined;
}

export function deedRule(definition: DeedRule): Rule {
  const { name, meaning, byDefault, severity } = definition;
  return rule<null>({
    name,
    meaning,
    byDefault,
    severity,
    action: name.replaceAll('-', '_'),
    begin: null,
    observe(state, observation, context) {
      const fault = judge(definition, observation, context);
      return { state, findings: fault === undefined || !('agentId' in observation) ? [] : [toFinding(name, observation, fault)] };
    },
  });
}

function judge({ ofCall, ofOutcome, ofFact }: DeedRule, observation: Observation, context: RuleContext): Fault | undefined {
  if (observation.type === 'tool_started') return ofCall?.(observation, context);
  if (observation.type === 'tool_ended') return ofOutcome?.(observation);
  return observation.type === 'observed' ? ofFact?.(observation) : undefined;
}

function toFinding(name: string, actor: Actor, { who, finding, severity, deed }: Fault): Finding {
  const sentence = `${who ?? agentName(actor)} ${deed}`;
  return findingOf(actor, { rule: name, finding, severity, sentence, sameAs: `${finding} ${actor.agentId} ${deed}` });
}
