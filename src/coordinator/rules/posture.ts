// What mode and posture forbid: scout only reads, the high-security mode lets nothing out that nobody approved, defense asks first.

import { type ActionClass, classesOf } from './action-class.ts';
import type { Deed, Fact, ToolStarted } from './fact.ts';
import { type Governance, GUARDED_MODE } from './governance.ts';
import { agentName, type Finding, findingOf, rule, type RuleContext, type Severity, type Step } from './rule.ts';

/** What a governance state says about an action. `unless approved` holds until a person was asked. */
export type Verdict =
  | { kind: 'permitted' }
  | { kind: 'forbidden'; by: string; unlessApproved: boolean }
  /** Defense wants a confirmation, but forbids nothing. */
  | { kind: 'unconfirmed' };

/** A call that is found unless an approval is asked for it. */
interface Held {
  deed: Deed;
  callId: string;
  tool: string;
  finding: string;
  severity: Severity;
  sentence: string;
}

const NAME = 'posture';
const APPROVAL_WITHIN_MS = 3_000; // the gateway asks at once, after it has told of the call
const MAX_HELD = 500;

/** Words for people. */
const CLASS_WORDS: Readonly<Record<ActionClass, string>> = {
  read: 'read',
  state_change: 'change something',
  destructive: 'destroy something',
  outbound: 'send something out',
  transaction: 'move money',
};

/** Judges an action by its classes. Pure table: the published check answers the same. */
export function judgeAction(classes: readonly ActionClass[], { mode, posture: current }: Governance): Verdict {
  const leaves = classes.includes('outbound') || classes.includes('transaction');
  if (current === 'scout' && classes.some((kind) => kind !== 'read'))
    return { kind: 'forbidden', by: 'posture scout', unlessApproved: false };
  if (mode === GUARDED_MODE && leaves) return { kind: 'forbidden', by: `mode ${GUARDED_MODE}`, unlessApproved: true };
  return current === 'defense' && leaves ? { kind: 'unconfirmed' } : { kind: 'permitted' };
}

export const posture = rule<readonly Held[]>({
  name: NAME,
  meaning: 'tools do what mode and posture allow',
  isOnByDefault: true,
  action: 'posture_violation',
  begin: [],
  observe: (held, fact, context) => observe(held, fact, context),
});

function observe(held: readonly Held[], fact: Fact, context: RuleContext): Step<readonly Held[]> {
  switch (fact.type) {
    case 'tool_started':
      return started(held, fact, context);
    case 'approval_asked':
      return { state: keep(held, ({ deed }) => deed.sessionKey !== fact.sessionKey), findings: [] };
    case 'tool_ended':
      return release(held, ({ deed, callId }) => deed.sessionKey === fact.sessionKey && callId === fact.callId);
    case 'time_passed':
      return release(held, ({ deed }) => fact.at - deed.at >= APPROVAL_WITHIN_MS);
    case 'answered':
    case 'ledger_broke':
    case 'clock_shifted':
      return { state: held, findings: [] };
    default:
      return fact satisfies never;
  }
}

function started(held: readonly Held[], call: ToolStarted, { governance }: RuleContext): Step<readonly Held[]> {
  if (governance === undefined) return { state: held, findings: [] };
  const classes = classesOf(call.tool, call.args);
  const verdict = judgeAction(classes, governance);
  switch (verdict.kind) {
    case 'permitted':
      return { state: held, findings: [] };
    case 'forbidden': {
      const item = hold(
        call,
        'forbidden',
        'violation',
        `${doing(call, classes)}, which ${verdict.by} forbids${verdict.unlessApproved ? ' without approval' : ''}`,
      );
      return verdict.unlessApproved
        ? { state: [...held, item].slice(-MAX_HELD), findings: [] }
        : { state: held, findings: [toFinding(item)] };
    }
    case 'unconfirmed': {
      const item = hold(call, 'unconfirmed', 'notice', `${doing(call, classes)} without the confirmation that posture defense asks for`);
      return { state: [...held, item].slice(-MAX_HELD), findings: [] };
    }
    default:
      return verdict satisfies never;
  }
}

function hold(call: ToolStarted, finding: string, severity: Severity, sentence: string): Held {
  const { at, conversation, sessionKey, agentId, role, boxId, callId, toolName } = call;
  const deed = { at, conversation, sessionKey, agentId, boxId, ...(role === undefined ? {} : { role }) };
  return { deed, callId, tool: toolName, finding, severity, sentence };
}

function doing(call: ToolStarted, classes: readonly ActionClass[]): string {
  const words = classes.filter((kind) => kind !== 'read').map((kind) => CLASS_WORDS[kind]);
  return `${agentName(call)} used the tool ${call.toolName} to ${words.join(' and ')}`;
}

function release(held: readonly Held[], isOver: (item: Held) => boolean): Step<readonly Held[]> {
  const over = held.filter(isOver);
  return { state: over.length === 0 ? held : held.filter((item) => !over.includes(item)), findings: over.map(toFinding) };
}

function keep(held: readonly Held[], isKept: (item: Held) => boolean): readonly Held[] {
  return held.every(isKept) ? held : held.filter(isKept);
}

function toFinding({ deed, tool, finding, severity, sentence }: Held): Finding {
  return findingOf(deed, { rule: NAME, finding, severity, sentence, sameAs: `${finding} ${deed.agentId} ${tool} ${sentence}` });
}
