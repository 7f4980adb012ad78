// What this source tells the rules of the coordinator, as `observed` events in the session of a task. It judges none of it.
//
// | `what` | `facts` | when |
// |---|---|---|
// | `handoff` | `task` `from` `to` `number` `length` (of its message) `artifact` (`yes`, `no`) `artifacts` (so far) | each handoff once, allowed or not |
// | `no_output` | `task` `seconds` `handoffs` | once: the task is older than two minutes and has handoffs, but no artifact |
// | `budget_exhausted` | `task` `used` `of` | once: the system has stopped the task |
// | `member_silent` | `task` `member` `seconds` | each time a member of an open task is silent for longer than a minute |
// | `member_back` | `task` `member` | it has given a sign of life again |
// | `context_text` | `kind` (`goal`, `decision`, `milestone`, `note`) `where` (`decisions.rationale`) `text` | each text of the project context once: agents read it |
//
// Numbers are whole and in decimal. Names and texts come from agents: redacted, one line, cut.

/** The names of the facts. Rules know them by these. */
export type FactName = 'handoff' | 'no_output' | 'budget_exhausted' | 'member_silent' | 'member_back' | 'context_text';

export interface Fact {
  /** The same fact is told once for each `version`. */
  id: string;
  version: string;
  what: FactName;
  /** By the clock of the writer; `undefined` for now. */
  at: number | undefined;
  facts: Record<string, string>;
}
