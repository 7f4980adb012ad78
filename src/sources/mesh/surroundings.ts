// Knows what hangs together in the mesh, and what was said about work beside its record. Holds names only.

import { setBounded } from '../../core/bounded-map.ts';
import type { Collab } from './collab-record.ts';
import type { CollabSurroundings } from './collab-view.ts';
import type { NewestRecords } from './newest-records.ts';
import { isPlanOver, type Plan } from './plan-record.ts';
import type { PlanSurroundings } from './plan-view.ts';
import { isTaskOver, type Task, type TaskStatus } from './task-record.ts';
import type { TaskSurroundings } from './mesh-task-view.ts';

const MOST = 10_000;
const MOST_OF_ONE = 200; // subtasks of a plan, plans of a task
const A_HABIT = 2; // fewer escalations of a role prove nothing

interface Records {
  readonly tasks: NewestRecords<Task>;
  readonly plans: NewestRecords<Plan>;
}

/** Who works on a task on this machine. */
export interface Worker {
  readonly taskId: string;
  /** For people, such as `claude sonnet`. */
  readonly name: string;
  /** As the sources call the program; empty for one that nobody watches. */
  readonly program: string;
}

export class Surroundings {
  readonly #records: Records;
  readonly #stalledAtByTask = new Map<string, number>();
  readonly #overBudgetByTask = new Map<string, string>();
  readonly #escalatedTo = new Map<string, string>();
  readonly #gateByCollab = new Map<string, string>();
  readonly #tasksByPlan = new Map<string, readonly string[]>();
  readonly #plansByTask = new Map<string, readonly string[]>();
  readonly #collabsByTask = new Map<string, readonly string[]>();
  /** Who works on which task on this machine, by the file that says so. */
  readonly #worksByPlace = new Map<string, Worker>();

  constructor(records: Records) {
    this.#records = records;
  }

  learnTask({ id, planId, escalatedFrom }: Task): void {
    if (planId !== undefined) add(this.#tasksByPlan, planId, id);
    if (escalatedFrom !== undefined) setBounded(this.#escalatedTo, escalatedFrom, id, MOST);
  }

  learnPlan({ id, taskId }: Plan): void {
    if (taskId !== undefined) add(this.#plansByTask, taskId, id);
  }

  learnCollab({ id, taskId }: Collab): void {
    if (taskId !== undefined) add(this.#collabsByTask, taskId, id);
  }

  stalled(taskId: string, at: number): void {
    setBounded(this.#stalledAtByTask, taskId, at, MOST);
  }

  overBudget(taskId: string, text: string): void {
    setBounded(this.#overBudgetByTask, taskId, text, MOST);
  }

  /** `place`: where the collaboration stood (`placeOf`). */
  gateReached(collabId: string, place: string): void {
    setBounded(this.#gateByCollab, collabId, place, MOST);
  }

  /** Gives the tasks for which that is news. */
  worksHere(place: string, worker: Worker | undefined): string[] {
    const before = this.#worksByPlace.get(place)?.taskId;
    if (worker === undefined) this.#worksByPlace.delete(place);
    else setBounded(this.#worksByPlace, place, worker, MOST_OF_ONE);
    return [...new Set([before, worker?.taskId])].filter((id) => id !== undefined);
  }

  workerOf(id: string): Worker | undefined {
    return [...this.#worksByPlace.values()].find(({ taskId }) => taskId === id);
  }

  /** The plans that a task belongs to, or is for. */
  plansOf({ id, planId }: Task): readonly string[] {
    return [...(planId === undefined ? [] : [planId]), ...(this.#plansByTask.get(id) ?? [])];
  }

  tasksOf(planId: string): readonly string[] {
    return this.#tasksByPlan.get(planId) ?? [];
  }

  collabsOf(taskId: string): readonly string[] {
    return this.#collabsByTask.get(taskId) ?? [];
  }

  ofTask(task: Task): TaskSurroundings {
    const { id, planId } = task;
    const plan = planId === undefined ? undefined : this.#records.plans.get(planId)?.record;
    const stalledAt = this.#stalledAtByTask.get(id);
    return {
      hasStalled: stalledAt !== undefined && stalledAt >= (task.lastActivityAt ?? 0),
      overBudget: this.#overBudgetByTask.get(id),
      escalatedTo: this.#escalatedTo.get(id),
      isAlwaysEscalated: this.#escalatedTo.has(id) && this.#isAlwaysEscalated(task.role),
      worker: this.workerOf(id)?.name,
      planIsOver: plan !== undefined && isPlanOver(plan),
    };
  }

  ofPlan({ id, taskId }: Plan): PlanSurroundings {
    const tasks = this.tasksOf(id).flatMap((one) => this.#records.tasks.get(one)?.record ?? []);
    return {
      parentStatus: this.#statusOf(taskId),
      taskBySubtask: new Map(tasks.map((task) => [task.subtaskId ?? task.id, task])),
    };
  }

  ofCollab({ id, taskId }: Collab): CollabSurroundings {
    return { gateAt: this.#gateByCollab.get(id), taskStatus: this.#statusOf(taskId) };
  }

  #statusOf(taskId: string | undefined): TaskStatus | undefined {
    return taskId === undefined ? undefined : this.#records.tasks.get(taskId)?.record.status;
  }

  #isAlwaysEscalated(role: string | undefined): boolean {
    if (role === undefined) return false;
    const all = [...this.#records.tasks.entries()].map(([, { record }]) => record);
    const ended = all.filter((task) => task.role === role && isTaskOver(task) && task.escalatedFrom === undefined);
    return ended.length >= A_HABIT && ended.every(({ id }) => this.#escalatedTo.has(id));
  }
}

function add(listByKey: Map<string, readonly string[]>, key: string, id: string): void {
  const list = listByKey.get(key) ?? [];
  if (!list.includes(id)) setBounded(listByKey, key, [...list, id].slice(-MOST_OF_ONE), MOST);
}
