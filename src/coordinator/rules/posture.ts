// Finds what mode and posture forbid: scout only reads, high-security sends nothing out without approval, defense asks first.

import { classesOf } from './action-class.ts';
import type { ActionClass } from './command-class.ts';
import { type Actor, actorOf, type Observation, type ToolStarted } from './observation.ts';
import { type Governance, GUARDED_MODE } from './governance.ts';
import {
  agentName,
  type Finding,
  findingOf,
  rule,
  type RuleContext,
  type Severity,
  type SeverityName,
  severityName,
  severityOf,
  type Step,
} from './rule.ts';

/** Whether a governance state permits an action. `unlessApproved`: it is permitted once a person was asked. */
export type Verdict =
  | { kind: 'permitted' }
  | { kind: 'forbidden'; by: string; unlessApproved: boolean }
  /** Defense wants a confirmation, but forbids nothing. */
  | { kind: 'unconfirmed' };

/** A call that becomes a finding unless an approval is asked for it. The checkpoint has it in this form. */
interface Held {
  deed: Actor;
  callId: string;
  tool: string;
  finding: string;
  severity: SeverityName;
  sentence: string;
}

const NAME = 'posture';
const APPROVAL_WITHIN_MS = 3_000; // the gateway asks right after it has sent the call
const MAX_HELD = 500;

/** What a call did, for people. */
const CLASS_TEXTS: Readonly<Record<ActionClass, string>> = {
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
  byDefault: 'governed',
  severity: 'violation',
  action: 'posture_violation',
  begin: [],
  observe: (held, observation, context) => observe(held, observation, context),
});

function observe(held: readonly Held[], observation: Observation, context: RuleContext): Step<readonly Held[]> {
  switch (observation.type) {
    case 'tool_started':
      return started(held, observation, context);
    case 'approval_asked':
      return { state: keep(held, ({ deed }) => deed.sessionKey !== observation.sessionKey), findings: [] };
    case 'tool_ended':
      return release(held, ({ deed, callId }) => deed.sessionKey === observation.sessionKey && callId === observation.callId);
    case 'time_passed':
      return release(held, ({ deed }) => observation.at - deed.at >= APPROVAL_WITHIN_MS);
    case 'answered':
    case 'turn_ended':
    case 'spent':
    case 'observed':
    case 'ledger_broke':
    case 'clock_shifted':
      return { state: held, findings: [] };
    default:
      return observation satisfies never;
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
        `${describeCall(call, classes)}, which ${verdict.by} forbids${verdict.unlessApproved ? ' without approval' : ''}`,
      );
      return verdict.unlessApproved
        ? { state: [...held, item].slice(-MAX_HELD), findings: [] }
        : { state: held, findings: [toFinding(item)] };
    }
    case 'unconfirmed': {
      const item = hold(
        call,
        'unconfirmed',
        'remark',
        `${describeCall(call, classes)} without the confirmation that posture defense asks for`,
      );
      return { state: [...held, item].slice(-MAX_HELD), findings: [] };
    }
    default:
      return verdict satisfies never;
  }
}

function hold(call: ToolStarted, finding: string, severity: Severity, sentence: string): Held {
  const { callId, toolName } = call;
  return { deed: actorOf(call), callId, tool: toolName, finding, severity: severityName(severity), sentence };
}

function describeCall(call: ToolStarted, classes: readonly ActionClass[]): string {
  const actions = classes.filter((kind) => kind !== 'read').map((kind) => CLASS_TEXTS[kind]);
  return `${agentName(call)} used the tool ${call.toolName} to ${actions.join(' and ')}`;
}

function release(held: readonly Held[], isOver: (item: Held) => boolean): Step<readonly Held[]> {
  const over = held.filter(isOver);
  return { state: over.length === 0 ? held : held.filter((item) => !over.includes(item)), findings: over.map(toFinding) };
}

function keep(held: readonly Held[], isKept: (item: Held) => boolean): readonly Held[] {
  return held.every(isKept) ? held : held.filter(isKept);
}

function toFinding({ deed, tool, finding, severity, sentence }: Held): Finding {
  return findingOf(deed, {
    rule: NAME,
    finding,
    severity: severityOf(severity),
    sentence,
    sameAs: `${finding} ${deed.agentId} ${tool} ${sentence}`,
  });
}
