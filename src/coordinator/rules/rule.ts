// Defines a rule: a pure function from its own state, an observation and its context to findings.

import type { Actor, Observation } from './observation.ts';
import type { Governance } from './governance.ts';
import type { Role, RolesByAgent } from './role.ts';

/** A `violation` alerts the operators; a `remark` is only shown and recorded. */
export type Severity = 'remark' | 'violation';

/** The severity as log, ledger and checkpoint have it: `notice` is the older name of a remark. */
export type SeverityName = 'notice' | 'violation';

export function severityName(severity: Severity): SeverityName {
  return severity === 'remark' ? 'notice' : severity;
}

export function severityOf(name: SeverityName): Severity {
  return name === 'notice' ? 'remark' : name;
}

/** One thing that a rule found. */
export interface Finding {
  at: number;
  rule: string;
  /** The rule's own name for it, such as `skipped`. */
  finding: string;
  severity: Severity;
  /** One sentence for people, without a full stop. It may contain names that agents chose: not safe Markdown. */
  sentence: string;
  conversation: string;
  sessionKey: string;
  /** The box that shows it. */
  boxId: string;
  /** Findings of one rule in one conversation with the same key are one finding that is counted. */
  sameAs: string;
  /** It is the finding of before with newer words: it is not counted once more. */
  isUpdate?: true;
}

/** Where a rule is on unless `COORDINATOR_RULES` says otherwise: everywhere, only where agents are governed, or nowhere. */
export type RuleDefault = 'on' | 'governed' | 'off';

/** What operators may set about rules. */
export interface RuleLimits {
  /** Names of branches, which may end in `*`. */
  protectedBranches: readonly string[];
  /** The same call with the same outcome so many times is a loop; 0 never. */
  loopCalls: number;
  /** So long without anything new while calling is a loop; 0 never. */
  loopMs: number;
  /** Spent in a minute, on average; 0 for any amount. */
  burnUsd: number;
  burnTokens: number;
}

/** What a rule may know beside an observation. */
export interface RuleContext {
  roles: RolesByAgent;
  /** The roles that somebody has, in the order they answer. */
  order: readonly Role[];
  /** The governance state in effect at the time of the observation, as far as known. */
  governance: Governance | undefined;
  missingAfterMs: number;
  limits: RuleLimits;
  /** Whether the ledger has an entry of one of these names (lower case) between the two instants, both included. */
  hasAudit(names: readonly string[], fromAt: number, toAt: number): boolean;
  /** Up to when the ledger was read; 0 while it cannot be read. */
  auditKnownUntil: number;
  /** The agent, with its box, of the newest turn of a conversation. */
  newestActor(conversation: string): Actor | undefined;
}

/** The result of one observation. */
export interface Step<S> {
  state: S;
  findings: Finding[];
}

/** A rule as its file describes it. `S` is plain data: it is stored in the checkpoint as it is, unless the rule is forgetful. */
export interface RuleDefinition<S> {
  name: string;
  /** For the help on configuration. */
  meaning: string;
  byDefault: RuleDefault;
  /** Of its gravest finding. */
  severity: Severity;
  /** What its findings are called in the audit ledger. */
  action: string;
  begin: S;
  /** Its state changes all the time and is not worth storing: it begins anew after a restart, and may be changed in place. */
  isForgetful?: true;
  observe(state: S, observation: Observation, context: RuleContext): Step<S>;
}

/** A rule with its state between observations. */
export interface RunningRule {
  observe(observation: Observation, context: RuleContext): Finding[];
  /** A new object whenever the state changed; nothing of a rule that is forgetful. */
  state(): unknown;
}

/** A rule in the catalogue. */
export interface Rule {
  readonly name: string;
  readonly meaning: string;
  readonly byDefault: RuleDefault;
  readonly severity: Severity;
  readonly action: string;
  /** `saved` is what `state()` returned before; `undefined` to begin. */
  start(saved: unknown): RunningRule;
}

/** Makes a rule of its definition. */
export function rule<S>(definition: RuleDefinition<S>): Rule {
  const { name, meaning, byDefault, severity, action, begin, isForgetful = false, observe } = definition;
  return {
    name,
    meaning,
    byDefault,
    severity,
    action,
    start(saved) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this rule's own `state()`, from our own checkpoint
      let state = isForgetful ? structuredClone(begin) : saved === undefined ? begin : (saved as S);
      return {
        observe(observation, context) {
          const step = observe(state, observation, context);
          state = step.state;
          return step.findings;
        },
        state: () => (isForgetful ? undefined : state),
      };
    },
  };
}

/** A finding about what an agent did. */
export function findingOf(
  actor: Actor,
  about: { rule: string; finding: string; severity: Severity; sentence: string; sameAs?: string; at?: number; isUpdate?: boolean },
): Finding {
  const { rule: name, finding, severity, sentence } = about;
  const { conversation, sessionKey, boxId } = actor;
  return {
    at: about.at ?? actor.at,
    rule: name,
    finding,
    severity,
    sentence,
    conversation,
    sessionKey,
    boxId,
    sameAs: about.sameAs ?? finding,
    ...(about.isUpdate === true ? { isUpdate: true } : {}),
  };
}

/** An agent in a sentence: `auditor (observer)`, or `observer` alone where the id is the role; a task has its title without what may change in it. */
export function agentName({ agentId, role, title }: Pick<Actor, 'agentId' | 'role' | 'title'>): string {
  if (title !== undefined) return title.split(' · ', 1).join();
  return role === undefined || role === agentId.trim().toLowerCase() ? agentId : `${agentId} (${role})`;
}
