// Finds turns that change code and run no check afterwards.

import { withBox } from './box-states.ts';
import { isCheck } from './checking-command.ts';
import { digestOf } from './digest.ts';
import { enforcementOf } from './enforcement.ts';
import { type Actor, actorOf, type Observation, type ToolEnded, type ToolStarted, type TurnEnded } from './observation.ts';
import { agentName, type Finding, findingOf, rule, type Step } from './rule.ts';

/** What a turn with its sub-agents has done. */
interface Edits {
  /** Digests of the files that calls change right now, by the ids of the calls. */
  pending: Readonly<Record<string, readonly number[]>>;
  /** Digests of the files that were changed since the last check. */
  files: readonly number[];
  /** The turn has ended well; it is judged when nothing follows. */
  over?: Actor;
}

type EditsByBox = Readonly<Record<string, Edits>>;

const NAME = 'edits-without-test-run';
const SETTLE_MS = 5_000; // a turn may go on
const MAX_FILES = 100;
const MAX_PENDING = 20;
const NOTHING: Edits = { pending: {}, files: [] };
const EDITING_TOOLS: ReadonlySet<string> = new Set(['write', 'edit', 'multiedit', 'notebookedit', 'apply_patch']);
/** Files that no test is about. */
const PROSE = /\.(?:md|mdx|txt|rst|adoc|csv|svg|png|jpg|gif|pdf|log)$/i;

export const editsWithoutTestRun = rule<EditsByBox>({
  name: NAME,
  meaning: 'a turn that changes code runs a test, a build or a linter afterwards',
  byDefault: 'off',
  severity: 'remark',
  action: 'edits_without_test_run',
  begin: {},
  observe: (edits, observation) => observe(edits, observation),
});

function observe(before: EditsByBox, observation: Observation): Step<EditsByBox> {
  switch (observation.type) {
    case 'tool_started':
      return { state: started(before, observation), findings: [] };
    case 'tool_ended':
      return { state: ended(before, observation), findings: [] };
    case 'turn_ended':
      return { state: over(before, observation), findings: [] };
    case 'time_passed':
      return judged(before, observation.at);
    case 'observed':
      return { state: before, findings: enforcementOf(observation)?.rule === 'build-before-done' ? [unchecked(observation)] : [] };
    case 'answered':
    case 'spent':
    case 'approval_asked':
    case 'ledger_broke':
    case 'clock_shifted':
      return { state: before, findings: [] };
    default:
      return observation satisfies never;
  }
}

/** Whatever the turn does, it goes on. */
function started(before: EditsByBox, call: ToolStarted): EditsByBox {
  const { over: _over, ...known } = before[call.boxId] ?? NOTHING;
  if (isCheck(call)) return withBox(before, call.boxId, { ...known, files: [] });
  const files = filesOf(call);
  if (files.length === 0) return before[call.boxId]?.over === undefined ? before : withBox(before, call.boxId, known);
  const pending = Object.fromEntries(Object.entries({ ...known.pending, [call.callId]: files }).slice(-MAX_PENDING));
  return withBox(before, call.boxId, { ...known, pending });
}

function filesOf({ tool, args }: ToolStarted): number[] {
  const path = EDITING_TOOLS.has(tool.trim().toLowerCase()) ? (args['file_path'] ?? args['path'] ?? args['notebook_path'] ?? '') : '';
  return path.split(', ').flatMap((file) => (file === '' || PROSE.test(file) ? [] : [digestOf(file)]));
}

function ended(before: EditsByBox, { boxId, callId, outcome }: ToolEnded): EditsByBox {
  const known = before[boxId];
  const changed = known?.pending[callId];
  if (known === undefined || changed === undefined) return before;
  const { [callId]: _over, ...pending } = known.pending;
  const files = outcome.kind === 'ok' ? [...new Set([...known.files, ...changed])].slice(-MAX_FILES) : known.files;
  return withBox(before, boxId, { ...known, pending, files });
}

function over(before: EditsByBox, turn: TurnEnded): EditsByBox {
  const known = before[turn.boxId];
  return known === undefined || !turn.isRoot || turn.outcome !== 'done'
    ? before
    : withBox(before, turn.boxId, { ...known, over: actorOf(turn) });
}

function judged(before: EditsByBox, now: number): Step<EditsByBox> {
  const findings: Finding[] = [];
  const kept = Object.entries(before).filter(([, { files, over: actor }]) => {
    if (actor === undefined || now - actor.at < SETTLE_MS) return true;
    if (files.length > 0) findings.push(toFinding(actor, files.length));
    return false;
  });
  return { state: kept.length === Object.keys(before).length ? before : Object.fromEntries(kept), findings };
}

function toFinding(actor: Actor, count: number): Finding {
  const sentence = `${agentName(actor)} edited ${count === 1 ? '1 file' : `${count} files`}, no test run`;
  return findingOf(actor, { rule: NAME, finding: 'untested', severity: 'remark', sentence, sameAs: `untested ${actor.boxId}` });
}

function unchecked(actor: Actor): Finding {
  const sentence = `${agentName(actor)} ended its task without anything that measures it`;
  return findingOf(actor, { rule: NAME, finding: 'unmeasured', severity: 'remark', sentence, sameAs: `unmeasured ${actor.boxId}` });
}
