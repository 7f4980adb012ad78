// Reads the plans that agents keep through a tool. The tools have the same three fields under many names.

import type { EventOf } from '../../../core/event.ts';
import { asList, asRecord, asText, type JsonRecord } from '../../../core/json-guards.ts';
import type { SafeText } from './safe-text.ts';

type PlanSteps = EventOf<'plan_changed'>['steps'];
type PlanStatus = PlanSteps[number]['status'];

const MAX_STEPS = 50;
const MAX_STEP_POINTS = 200;
/** Without separators and case: `progress_card`, `update_plan`, `todo_write`, `TodoWrite`, … */
const PLAN_TOOLS: ReadonlySet<string> = new Set(['progresscard', 'updateplan', 'todowrite', 'writetodos', 'updatetodos', 'todo', 'plan']);
const STATUS_BY_NAME: ReadonlyMap<string, PlanStatus> = new Map([
  ['inprogress', 'in_progress'],
  ['active', 'in_progress'],
  ['doing', 'in_progress'],
  ['running', 'in_progress'],
  ['completed', 'completed'],
  ['complete', 'completed'],
  ['done', 'completed'],
]);

/** The steps in a call of a plan tool; undefined for other tools and for calls without steps. */
export function planSteps(tool: string, args: JsonRecord, safe: SafeText): PlanSteps | undefined {
  if (!PLAN_TOOLS.has(bare(tool))) return undefined;
  const list = [args['plan'], args['steps'], args['todos'], args['items']].find((value) => Array.isArray(value));
  const steps = asList(list)
    .slice(0, MAX_STEPS)
    .flatMap((step) => planStep(step, safe));
  return steps.length === 0 ? undefined : steps;
}

function planStep(value: unknown, safe: SafeText): PlanSteps {
  const step = asRecord(value);
  const text = asText(value) ?? asText(step?.['step']) ?? asText(step?.['content']) ?? asText(step?.['title']) ?? asText(step?.['text']);
  if (text === undefined) return [];
  const status = STATUS_BY_NAME.get(bare(asText(step?.['status']) ?? '')) ?? 'pending';
  return [{ step: safe.line(text, MAX_STEP_POINTS), status }];
}

function bare(name: string): string {
  return name
    .slice(0, 40)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
