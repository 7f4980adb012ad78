// The same limits for agents that ask others in the course of a turn: sub-agents of OpenClaw, agents of Claude Code and Codex.

import { countCodePoints } from '../../text/text.ts';
import { classesOf } from './action-class.ts';
import { withBox } from './box-states.ts';
import { faultsOf, handoffFinding, NO_OUTPUT, OUTPUT_WITHIN_MS } from './handoffs.ts';
import { type Actor, actorOf, type Observation, type ToolStarted, type TurnEnded } from './observation.ts';
import { type Finding, rule, type Step } from './rule.ts';

/** The handoffs of one turn with its sub-agents. */
interface Traffic {
  last: Actor;
  handoffs: number;
  /** Sub-agents that have changed something. */
  producers: readonly string[];
  outputAt: number;
  isOver: boolean;
  /** It is known that nothing was produced for long. */
  isIdle: boolean;
}

type TrafficByBox = Readonly<Record<string, Traffic>>;

const NAME = 'handoff-tax-agents';
const MAX_PRODUCERS = 50;
/** Tools that give work to another agent. */
const HANDOFFS: ReadonlySet<string> = new Set(
  'sessions_spawn sessions_send agent task sendmessage spawn_agent send_input send_message followup_task'.split(' '),
);
const MESSAGES: readonly string[] = ['task', 'prompt', 'message', 'items'];

export const handoffTaxAgents = rule<TrafficByBox>({
  name: NAME,
  meaning: 'a turn hands work to other agents at most three times, in short messages, and most of them change something',
  byDefault: 'off',
  severity: 'violation',
  action: 'handoff_tax_agents',
  begin: {},
  observe: (traffic, observation) => observe(traffic, observation),
});

function observe(before: TrafficByBox, observation: Observation): Step<TrafficByBox> {
  switch (observation.type) {
    case 'tool_started':
      return HANDOFFS.has(observation.tool.trim().toLowerCase()) ? handedOver(before, observation) : worked(before, observation);
    case 'turn_ended':
      return observation.isRoot ? ended(before, observation) : { state: before, findings: [] };
    case 'time_passed':
      return idle(before, observation.at);
    case 'tool_ended':
    case 'answered':
    case 'spent':
    case 'observed':
    case 'approval_asked':
    case 'ledger_broke':
    case 'clock_shifted':
      return { state: before, findings: [] };
    default:
      return observation satisfies never;
  }
}

function handedOver(before: TrafficByBox, call: ToolStarted): Step<TrafficByBox> {
  if (call.isKnown === true) return { state: before, findings: [] };
  const known = before[call.boxId] ?? { handoffs: 0, producers: [], outputAt: call.at };
  const handoffs = known.handoffs + 1;
  const next: Traffic = { ...known, handoffs, last: actorOf(call), isOver: false, isIdle: false };
  // Whether they bring something is known at the end.
  const faults = faultsOf({ number: handoffs, artifacts: handoffs, length: lengthOf(call) });
  return { state: withBox(before, call.boxId, next), findings: faults.map((fault) => handoffFinding(NAME, call, fault)) };
}

function ended(before: TrafficByBox, turn: TurnEnded): Step<TrafficByBox> {
  const known = before[turn.boxId];
  if (known === undefined) return { state: before, findings: [] };
  const faults = faultsOf({ number: known.handoffs, artifacts: known.producers.length, length: 0 }).filter(
    ({ finding }) => finding === 'talk',
  );
  return { state: changed(before, turn.boxId, { isOver: true }), findings: faults.map((fault) => handoffFinding(NAME, turn, fault)) };
}

function lengthOf({ args }: ToolStarted): number {
  return Math.max(0, ...MESSAGES.map((name) => countCodePoints(args[name] ?? '')));
}

/** A change is output; the first one of a sub-agent makes it one that produces. */
function worked(before: TrafficByBox, { boxId, sessionKey, at, tool, args }: ToolStarted): Step<TrafficByBox> {
  const known = before[boxId];
  if (known === undefined || classesOf(tool, args).every((kind) => kind === 'read')) return { state: before, findings: [] };
  const isNew = sessionKey !== known.last.sessionKey && !known.producers.includes(sessionKey) && known.producers.length < MAX_PRODUCERS;
  const producers = isNew ? [...known.producers, sessionKey] : known.producers;
  return { state: changed(before, boxId, { outputAt: at, producers, isOver: false, isIdle: false }), findings: [] };
}

function idle(before: TrafficByBox, now: number): Step<TrafficByBox> {
  const findings: Finding[] = [];
  let state = before;
  for (const [boxId, { isOver, isIdle, outputAt, last }] of Object.entries(before)) {
    if (isOver || isIdle || now - Math.max(outputAt, last.at) < OUTPUT_WITHIN_MS) continue;
    state = changed(state, boxId, { isIdle: true });
    findings.push(handoffFinding(NAME, { ...last, at: now }, NO_OUTPUT));
  }
  return { state, findings };
}

function changed(before: TrafficByBox, boxId: string, change: Partial<Traffic>): TrafficByBox {
  const known = before[boxId];
  return known === undefined ? before : { ...before, [boxId]: { ...known, ...change } };
}
