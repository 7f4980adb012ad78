// What a rule is: a pure function from its own state, a fact and what is known beside it to findings.

import type { Deed, Fact } from './fact.ts';
import type { Governance } from './governance.ts';
import type { Role, RolesByAgent } from './role.ts';

/** A `violation` is told to the operators; a `notice` is only shown and recorded. */
export type Severity = 'notice' | 'violation';

/** One thing that a rule found. */
export interface Finding {
  at: number;
  rule: string;
  /** The rule's own name for it, such as `skipped`. */
  finding: string;
  severity: Severity;
  /** One sentence that a person understands, without a full stop. It may contain names that agents chose: not safe Markdown. */
  sentence: string;
  conversation: string;
  sessionKey: string;
  /** The box that shows it. */
  boxId: string;
  /** Findings of one rule in one conversation with the same key are one finding that is counted. */
  sameAs: string;
}

/** What is known beside the facts. */
export interface RuleContext {
  roles: RolesByAgent;
  /** The roles that somebody has, in the order they answer. */
  order: readonly Role[];
  /** The governance state in effect when the fact happened, as far as known. */
  governance: Governance | undefined;
  missingAfterMs: number;
  /** Whether the ledger has an entry of one of these names (lower case) between the two instants, both included. */
  hasAudit(names: readonly string[], fromAt: number, toAt: number): boolean;
  /** Up to when the ledger is known; 0 while it cannot be read. */
  auditKnownUntil: number;
  /** The box of the newest turn of a conversation. */
  newestDeed(conversation: string): Deed | undefined;
}

/** What a rule makes of one fact. */
export interface Step<S> {
  state: S;
  findings: Finding[];
}

/** A rule as its file describes it. `S` is plain data: it is stored in the checkpoint as it is. */
export interface RuleDefinition<S> {
  name: string;
  /** For the configuration's help. */
  meaning: string;
  isOnByDefault: boolean;
  /** What its findings are called in the audit ledger. */
  action: string;
  begin: S;
  observe(state: S, fact: Fact, context: RuleContext): Step<S>;
}

/** A rule at work; holds the state between facts. */
export interface RunningRule {
  observe(fact: Fact, context: RuleContext): Finding[];
  /** Another object whenever something changed. */
  state(): unknown;
}

/** A rule in the catalogue. */
export interface Rule {
  readonly name: string;
  readonly meaning: string;
  readonly isOnByDefault: boolean;
  readonly action: string;
  /** `saved` is what `state()` once gave, or `undefined` for a beginning. */
  start(saved: unknown): RunningRule;
}

/** Makes a rule of its description. */
export function rule<S>(definition: RuleDefinition<S>): Rule {
  const { name, meaning, isOnByDefault, action, begin, observe } = definition;
  return {
    name,
    meaning,
    isOnByDefault,
    action,
    start(saved) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what this rule's own `state()` gave to our own checkpoint
      let state = saved === undefined ? begin : (saved as S);
      return {
        observe(fact, context) {
          const step = observe(state, fact, context);
          state = step.state;
          return step.findings;
        },
        state: () => state,
      };
    },
  };
}

/** A finding about what somebody did. */
export function findingOf(
  deed: Deed,
  about: { rule: string; finding: string; severity: Severity; sentence: string; sameAs?: string; at?: number },
): Finding {
  const { rule: name, finding, severity, sentence } = about;
  const { conversation, sessionKey, boxId } = deed;
  return {
    at: about.at ?? deed.at,
    rule: name,
    finding,
    severity,
    sentence,
    conversation,
    sessionKey,
    boxId,
    sameAs: about.sameAs ?? finding,
  };
}

/** An agent in a sentence: `auditor (observer)`, or `observer` alone where the id says it already. */
export function agentName({ agentId, role }: Pick<Deed, 'agentId' | 'role'>): string {
  return role === undefined || role === agentId.trim().toLowerCase() ? agentId : `${agentId} (${role})`;
}
