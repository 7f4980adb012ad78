// Notes about the work at a task: handoffs, results, its budget, the supervisor's verdict. Pure.

import type { Moment } from '../../core/moment.ts';
import type { Belongings } from './belongings.ts';
import type { Handoff, Tracking, Validation } from './decode-guard.ts';
import type { Note } from './note.ts';
import type { Issue, Verdict } from './verdict.ts';

const MOST_HANDOFFS = 3; // the system refuses the next one
const MOST_MESSAGE_CHARS = 500;
const LEAST_OUTPUT_PERCENT = 60; // handoffs with an artifact, once there are two
const OUTPUT_AFTER_MS = 120_000;
const LEAST_CONFIDENCE = 0.7;
const SHOWN_REFUSALS = 3;
const SHOWN_RESULTS = 2;
const SHOWN_AGENTS = 3;

const ISSUE_WORDS: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [/^MISSING_FIELD: .*'([\w-]{1,40})'/, (match) => `missing ${match[1] ?? 'field'}`],
  [/^ERROR_STATUS/, () => 'reported an error'],
  [/^EMPTY_OUTPUT/, () => 'empty output'],
  [/^UNHEALTHY_AGENT/, () => 'no recent heartbeat'],
  [/^LOW_CONFIDENCE/, () => 'low confidence'],
  [/^([A-Z][A-Z_]{1,40})\b/, (match) => (match[1] ?? '').toLowerCase().replaceAll('_', ' ')],
];

export function verdictNote({ verdict, issues }: Verdict): Note {
  const reasons = issues.map(issueWords);
  return {
    id: 'verdict',
    text: `Supervisor: ${[verdict, ...(reasons.length > 0 ? [reasons.join(', ')] : [])].join(' · ')}`,
    severity: verdict === 'APPROVED' ? 'info' : verdict === 'WARNING' ? 'warning' : 'critical',
    rank: 0,
    at: undefined,
    version: `${verdict} ${issues.map(issueVersion).join(' ')}`,
  };
}

function issueWords(issue: Issue): string {
  switch (issue.kind) {
    case 'long_running':
      return `at work for ${Math.floor(issue.seconds / 60)} m`;
    case 'inefficient':
      return `output ${issue.percent} %`;
    case 'failed_results':
      return issue.count === 1 ? '1 result failed' : `${issue.count} results failed`;
    case 'unhealthy':
      return `no sign of ${listed(issue.agents)}`;
    case 'budget_exceeded':
      return `budget used up (${issue.percent} %)`;
    case 'budget_warning':
      return `budget ${issue.percent} %`;
    default:
      return issue satisfies never;
  }
}

/** Minutes that go by are no news. */
function issueVersion(issue: Issue): string {
  return issue.kind === 'long_running' ? issue.kind : issueWords(issue);
}

function listed(names: readonly string[]): string {
  const rest = names.length - SHOWN_AGENTS;
  return rest > 0 ? `${names.slice(0, SHOWN_AGENTS).join(', ')} and ${rest} more` : names.join(', ');
}

/** `Handoffs 3/3 · output 33 %`, and those that the system refused. */
export function handoffNotes({ handoffs, handoffCount, artifacts, createdAt }: Tracking, moment: Moment): Note[] {
  if (handoffCount === 0) return [];
  const percent = Math.round((artifacts / handoffCount) * 100);
  const isTalk = handoffCount >= 2 && percent < LEAST_OUTPUT_PERCENT;
  const text = `Handoffs ${handoffCount}/${MOST_HANDOFFS} · output ${percent} %`;
  const severity = handoffCount > MOST_HANDOFFS ? 'critical' : isTalk ? 'warning' : 'info';
  const sum: Note = { id: 'handoffs', text, severity, rank: 1, at: handoffs.at(-1)?.at };
  return [sum, ...refusedNote(handoffs.filter(isRefused)), ...withoutOutput(artifacts, createdAt, moment)];
}

/** Whether the system refused it, which it writes down nowhere. Refusals because of time cannot be told from the files alone. */
function isRefused({ number, length }: Handoff): boolean {
  return number > MOST_HANDOFFS || length > MOST_MESSAGE_CHARS;
}

/** `Handoffs 4, 5 refused: 3 are the limit · orchestrator → analyst`. */
function refusedNote(refused: readonly Handoff[]): Note[] {
  const last = refused.at(-1);
  if (last === undefined) return [];
  const numbers = refused.slice(-SHOWN_REFUSALS).map(({ number }) => number);
  const reasons = [
    ...(last.number > MOST_HANDOFFS ? [`${MOST_HANDOFFS} are the limit`] : []),
    ...(last.length > MOST_MESSAGE_CHARS ? [`${MOST_MESSAGE_CHARS} characters are the limit and it has ${last.length}`] : []),
  ];
  const text = `${numbers.length === 1 ? 'Handoff' : 'Handoffs'} ${numbers.join(', ')} refused: ${reasons.join(', ')} · ${last.from} → ${last.to}`;
  return [{ id: 'refused', text, severity: 'critical', rank: 2, at: last.at }];
}

/** When the task has had handoffs for two minutes and produced nothing. */
export function outputDueAt(createdAt: number | undefined): number {
  return (createdAt ?? Number.POSITIVE_INFINITY) + OUTPUT_AFTER_MS + 1;
}

function withoutOutput(artifacts: number, createdAt: number | undefined, moment: Moment): Note[] {
  const dueAt = outputDueAt(createdAt);
  if (artifacts > 0 || moment.isBefore(dueAt)) return [];
  return [{ id: 'no-output', text: 'Two minutes without output: the next handoff is refused', severity: 'warning', rank: 2, at: dueAt }];
}

/** The newest result of each agent that was not good. */
export function resultNotes({ validations }: Tracking): Note[] {
  const newest = new Map(validations.map((validation) => [validation.agent, validation]));
  return [...newest.values()].flatMap(resultNote).slice(-SHOWN_RESULTS);
}

function resultNote({ agent, isValid, issues, confidence, at }: Validation): Note[] {
  const unsure = lowConfidence(confidence);
  if (isValid && unsure === undefined) return [];
  const reasons = [...new Set(issues.map(issueInWords)), ...(unsure === undefined ? [] : [unsure])];
  const text = `Result of ${agent}: ${reasons.length > 0 ? reasons.join(', ') : 'refused'}`;
  return [{ id: `result:${agent}`, text, severity: isValid ? 'info' : 'warning', rank: 4, at }];
}

/** `confidence 40 %` for one below the system's limit. */
export function lowConfidence(confidence: number | undefined): string | undefined {
  return confidence === undefined || confidence >= LEAST_CONFIDENCE ? undefined : `confidence ${Math.round(confidence * 100)} %`;
}

function issueInWords(issue: string): string {
  for (const [pattern, words] of ISSUE_WORDS) {
    const match = pattern.exec(issue);
    if (match !== null) return words(match);
  }
  return 'another issue';
}

/** What the budget has put an end to. */
export function budgetNotes({ shutdown, refusals }: Belongings): Note[] {
  const notes: Note[] = [];
  const refused = refusals.at(-1);
  if (shutdown?.spend !== undefined)
    notes.push(critical('shutdown', `A spend of ${shutdown.spend} would have passed the budget`, shutdown.at));
  if (refused !== undefined)
    notes.push(critical('budget-refused', `Handoff refused: the budget is used up · ${refused.from} → ${refused.to}`, refused.at));
  return notes;
}

function critical(id: string, text: string, at: number | undefined): Note {
  return { id, text, severity: 'critical', rank: 2, at };
}
