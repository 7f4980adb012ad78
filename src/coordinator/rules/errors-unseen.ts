// Finds work that is committed or pushed although its last check has failed: nobody looked at the error.

import { withBox, withoutBox } from './box-states.ts';
import { isCheck } from './checking-command.ts';
import { enforcementOf } from './enforcement.ts';
import { gitCommandsIn } from './git-command.ts';
import type { Observation, ToolEnded, ToolStarted } from './observation.ts';
import { agentName, type Finding, findingOf, rule, type Step } from './rule.ts';

/** The calls of a turn that count. */
interface Work {
  /** Checks and commits that run. */
  running: Readonly<Record<string, 'check' | 'commit'>>;
  hasFailed: boolean;
}

type WorkByBox = Readonly<Record<string, Work>>;

const NAME = 'errors-unseen';
const MAX_RUNNING = 20;

export const errorsUnseen = rule<WorkByBox>({
  name: NAME,
  meaning: 'nothing is committed or pushed while the last test, build or lint of the turn has failed',
  byDefault: 'on',
  severity: 'remark',
  action: 'errors_unseen',
  begin: {},
  observe: (work, observation) => observe(work, observation),
});

function observe(before: WorkByBox, observation: Observation): Step<WorkByBox> {
  switch (observation.type) {
    case 'tool_started':
      return { state: started(before, observation), findings: [] };
    case 'tool_ended':
      return ended(before, observation);
    case 'observed': {
      if (enforcementOf(observation)?.rule !== 'no-silent-failure') return { state: before, findings: [] };
      const sentence = `${agentName(observation)} ended its task with errors in its output`;
      const about = { rule: NAME, finding: 'output', severity: 'remark', sentence, sameAs: `output ${observation.boxId}` } as const;
      return { state: before, findings: [findingOf(observation, about)] };
    }
    case 'answered':
    case 'turn_ended':
    case 'spent':
    case 'approval_asked':
    case 'ledger_broke':
    case 'time_passed':
    case 'clock_shifted':
      return { state: before, findings: [] };
    default:
      return observation satisfies never;
  }
}

/** A check and a commit in one command depend on each other: `npm test && git commit`. */
function started(before: WorkByBox, call: ToolStarted): WorkByBox {
  const kind = isCheck(call) ? 'check' : isCommit(call) ? 'commit' : undefined;
  if (kind === undefined) return before;
  const { running, hasFailed } = before[call.boxId] ?? { running: {}, hasFailed: false };
  const newest = Object.entries<'check' | 'commit'>({ ...running, [call.callId]: kind }).slice(-MAX_RUNNING);
  return withBox(before, call.boxId, { running: Object.fromEntries(newest), hasFailed });
}

function isCommit(call: ToolStarted): boolean {
  return gitCommandsIn(call).some(({ verb, args }) => (verb === 'commit' || verb === 'push') && !args.includes('--dry-run'));
}

function ended(before: WorkByBox, call: ToolEnded): Step<WorkByBox> {
  const { [call.boxId]: work } = before;
  const kind = work?.running[call.callId];
  if (work === undefined || kind === undefined) return { state: before, findings: [] };
  const { [call.callId]: _over, ...running } = work.running;
  const { kind: outcome } = call.outcome;
  const hasFailed = kind === 'check' && outcome !== 'aborted' ? outcome === 'failed' : work.hasFailed;
  const state = withWork(before, call.boxId, { running, hasFailed });
  return { state, findings: kind === 'commit' && work.hasFailed && outcome === 'ok' ? [unseen(call)] : [] };
}

/** What is all right needs no memory. */
function withWork(before: WorkByBox, boxId: string, work: Work): WorkByBox {
  return work.hasFailed || Object.keys(work.running).length > 0 ? withBox(before, boxId, work) : withoutBox(before, boxId);
}

function unseen(call: ToolEnded): Finding {
  const sentence = `${agentName(call)} committed or pushed although its last check had failed`;
  return findingOf(call, { rule: NAME, finding: 'check', severity: 'remark', sentence, sameAs: `check ${call.boxId}` });
}
