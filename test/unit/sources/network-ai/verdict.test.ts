// the supervisor's verdict, which the system prints and stores nowhere, against every one that was recorded.

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Moment } from '../../../../src/core/moment.ts';
import { decodeBudgets, decodeHeartbeats, decodeTracking } from '../../../../src/sources/network-ai/decode-guard.ts';
import { type Issue, type Verdict, verdictOf } from '../../../../src/sources/network-ai/verdict.ts';
import { createWords } from '../../../../src/sources/network-ai/words.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';
import { applyStage, endOf, STAGE_NAMES, STAGES } from './recorded-swarm.ts';

const WORDS = createWords((text) => text);
const CREATED_AT = Date.parse('2026-11-21T01:59:55.919310Z'); // of task_001, from which the printed ages count

interface Printed {
  stage: string;
  taskId: string;
  verdict: string;
  issues: string[];
  ageSeconds: number | undefined;
}

interface Result {
  stage: string;
  command: string;
  output: { task_id: string; verdict: string; issues?: string[]; age_seconds?: number };
}

const PRINTED: Printed[] = readFileSync(join(STAGES, '../cli-results.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Result)
  .filter(({ command }) => command.includes('supervisor-review'))
  .map(({ stage, output }) => ({
    stage,
    taskId: output.task_id,
    verdict: output.verdict,
    issues: output.issues ?? [],
    ageSeconds: output.age_seconds,
  }));

function readIn(dir: string, name: string): unknown {
  return JSON.parse(readFileSync(join(dir, name), 'utf8'));
}

/** The three files as they stood when the command ran. */
function filesAt(printed: Printed): string {
  const dir = tempFolderInMemory();
  for (const stage of STAGE_NAMES.slice(0, STAGE_NAMES.indexOf(printed.stage) + 1)) applyStage(stage, dir);
  return dir;
}

function judged(dir: string, taskId: string, now: number): Verdict | 'UNKNOWN_TASK' {
  const tracking = decodeTracking(readIn(dir, 'task_tracking.json'), WORDS)?.get(taskId);
  const budget = decodeBudgets(readIn(dir, 'budget_tracking.json'), WORDS)?.get(taskId);
  const heartbeats = decodeHeartbeats(readIn(dir, 'agent_health.json'), WORDS) ?? new Map<string, never>();
  return tracking === undefined ? 'UNKNOWN_TASK' : verdictOf({ tracking, budget, heartbeats }, new Moment(now), now);
}

/** As the script prints them; agents in alphabetical order, since it prints a set. */
function printedForm(issue: Issue): string {
  switch (issue.kind) {
    case 'long_running':
      return `LONG_RUNNING: Task active for ${(issue.seconds / 60).toFixed(1)} minutes`;
    case 'inefficient':
      return `INEFFICIENT: Only ${issue.percent}% of handoffs produced output`;
    case 'failed_results':
      return `VALIDATION_FAILURES: ${issue.count} results failed validation`;
    case 'unhealthy':
      return `UNHEALTHY_AGENTS: ${issue.agents.join(' ')}`;
    case 'budget_exceeded':
      return `BUDGET_EXCEEDED: ${issue.percent}% of budget used`;
    case 'budget_warning':
      return `BUDGET_WARNING: ${issue.percent}% of budget used`;
    default:
      return issue satisfies never;
  }
}

function withSortedAgents(issue: string): string {
  const names = /^UNHEALTHY_AGENTS: \[(.*)\]$/.exec(issue)?.[1];
  if (names === undefined) return issue;
  return `UNHEALTHY_AGENTS: ${names.replaceAll("'", '').split(', ').toSorted().join(' ')}`;
}

describe('A-7, the verdict of the supervisor', () => {
  it('was recorded in five steps', () => {
    expect(PRINTED.map(({ stage, verdict }) => `${stage.slice(0, 2)} ${verdict}`)).toEqual([
      '02 BLOCKED',
      '02 APPROVED',
      '04 BLOCKED',
      '05 UNKNOWN_TASK',
      '10 BLOCKED',
    ]);
  });

  it.each(PRINTED.map((printed, index) => [`${printed.stage} ${printed.taskId} ${printed.verdict}`, printed, index] as const))(
    'is what the script printed: %s',
    (_name, printed, index) => {
      const dir = filesAt(printed);
      // The first review of step 02 came before the heartbeat that ends the step.
      if (index === 0) applyStage01Heartbeats(dir);
      const now = printed.ageSeconds === undefined ? endOf(printed.stage) : CREATED_AT + printed.ageSeconds * 1_000;
      const ours = judged(dir, printed.taskId, now);
      if (ours === 'UNKNOWN_TASK') return expect(printed.verdict).toBe(ours);
      expect({ verdict: ours.verdict, issues: ours.issues.map(printedForm) }).toEqual({
        verdict: printed.verdict,
        issues: printed.issues.map(withSortedAgents),
      });
    },
  );

  it('turns by time alone: silent agents after 60 s, a long task after 5 min', () => {
    const dir = tempFolderInMemory();
    for (const stage of STAGE_NAMES.slice(0, 2)) applyStage(stage, dir);
    const at = (seconds: number): string => {
      const ours = judged(dir, 'task_001', CREATED_AT + seconds * 1_000);
      return ours === 'UNKNOWN_TASK' ? ours : `${ours.verdict} ${ours.issues.map(({ kind }) => kind).join(' ')}`.trim();
    };
    expect([at(1), at(59), at(62), at(299), at(302)]).toEqual([
      'APPROVED',
      'APPROVED',
      'BLOCKED unhealthy',
      'BLOCKED unhealthy',
      'BLOCKED long_running unhealthy',
    ]);
  });
});

/** Without the heartbeat of the agent that had not given one yet. */
function applyStage01Heartbeats(dir: string): void {
  const other = tempFolderInMemory();
  applyStage('01-budget-and-heartbeats', other);
  copyFileSync(join(other, 'agent_health.json'), join(dir, 'agent_health.json'));
}
