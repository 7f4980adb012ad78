// Knows all work of the mesh: the newest record of each task, plan and collaboration. A new record shows its box again, and those of what
// depends on it. Knows nothing of how records arrive.

import { addBounded, setBounded } from '../../core/bounded-map.ts';
import type { SourcePorts } from '../../core/source.ts';
import { WORKS_ON } from '../../core/task-workers.ts';
import type { BoxView } from './box-view.ts';
import { type Collab, decodeCollab, isCollabOver } from './collab-record.ts';
import { collabView, memberViews } from './collab-view.ts';
import { placeOf } from './collab-gate.ts';
import { addressOf, keyOf, type RecordKind } from './mesh-identity.ts';
import type { Kept } from './newest-records.ts';
import { enforcements, observed } from './mesh-facts.ts';
import { decodePlan, isPlanOver, type Plan } from './plan-record.ts';
import { planView } from './plan-view.ts';
import { RecordDesk, type Told } from './record-desk.ts';
import { TOO_LARGE_BYTES } from './bucket-record-size.ts';
import { ShownBoxes } from './shown-boxes.ts';
import { unseenPlan } from './unseen-plan.ts';
import { type ShowText, textShower } from './shown-text.ts';
import { Surroundings, type Worker } from './surroundings.ts';
import { decodeTask, isTaskOver, type Task, type TaskStatus } from './task-record.ts';
import { taskKey, taskView } from './mesh-task-view.ts';
import type { ViewContext } from './view-context.ts';

export type BookPorts = Pick<SourcePorts, 'clock' | 'redact' | 'emit' | 'knownKeys' | 'openTurns' | 'visibility'> & {
  /** A state that nobody knows, such as `task.paused`. */
  onUnknown(kind: string): void;
};

const KINDS = ['task', 'plan', 'collab'] as const satisfies readonly RecordKind[];
const MOST_OBSERVED = 20_000;
const MOST_WORKERS = 500;
const UNTOLD_MS = 24 * 3_600_000; // where no bucket can be read, nobody may tell of an end that we missed
const UNSEEN_MS = 10_000; // a plan is told of before its tasks
const AFTER_BUDGET_MS = 10 * 60_000;

export class MeshBook {
  readonly #ports: BookPorts;
  readonly #boxes: ShownBoxes;
  readonly #show: ShowText;
  readonly #tasks: RecordDesk<Task>;
  readonly #plans: RecordDesk<Plan>;
  readonly #collabs: RecordDesk<Collab>;
  readonly #around: Surroundings;
  readonly #observed = new Set<string>();
  readonly #programByTask = new Map<string, string>();
  #isHeard = false;

  constructor(ports: BookPorts) {
    this.#ports = ports;
    this.#boxes = new ShownBoxes(ports);
    this.#show = textShower(ports.redact);
    const common = { now: () => ports.clock.now(), onUnknown: (kind: string) => ports.onUnknown(kind) };
    this.#tasks = new RecordDesk({ ...common, kind: 'task', decode: decodeTask, onNews: (task, kept) => this.#taskChanged(task, kept) });
    this.#plans = new RecordDesk({ ...common, kind: 'plan', decode: decodePlan, onNews: (plan, kept) => this.#planChanged(plan, kept) });
    this.#collabs = new RecordDesk({
      ...common,
      kind: 'collab',
      decode: decodeCollab,
      onNews: (one, kept) => this.#collabChanged(one, kept),
    });
    this.#around = new Surroundings({ tasks: this.#tasks.records, plans: this.#plans.records });
  }

  /** How many tasks are in that state. */
  countTasks(status: TaskStatus): number {
    return [...this.#tasks.records.entries()].filter(([, { record }]) => record.status === status).length;
  }

  /** Whether the mesh can be heard from now on. */
  heard(isHeard: boolean): void {
    this.#isHeard = isHeard;
    if (!isHeard) for (const kind of KINDS) this.bucketInterrupted(kind);
  }

  /** Its bucket is read from the beginning. */
  bucketBegins(kind: RecordKind): void {
    this.#deskOf(kind).records.begin();
  }

  bucketInterrupted(kind: RecordKind): void {
    this.#deskOf(kind).records.interrupt();
  }

  /** All that is in the bucket was told: what is not in it is gone. */
  bucketKnown(kind: RecordKind): void {
    for (const id of this.#deskOf(kind).records.complete()) this.gone(kind, id);
    if (KINDS.every((one) => this.#deskOf(one).records.isLive)) this.#boxes.loseForgotten();
  }

  /** Whether it was a record. */
  take(kind: RecordKind, told: Told, from: 'bucket' | 'event'): boolean {
    return this.#deskOf(kind).take(told, from);
  }

  /** A record was deleted: what had not ended is lost. */
  gone(kind: RecordKind, id: string): void {
    const members = kind === 'collab' ? (this.#collabs.records.get(id)?.record.members ?? []) : [];
    const task = this.#tasks.records.get(id)?.record;
    const key = kind === 'task' && task !== undefined ? taskKey(task) : keyOf(kind, id);
    this.#deskOf(kind).records.delete(id);
    for (const { nodeId } of members) this.#boxes.lose(`${key}:node:${nodeId}`);
    if (this.#boxes.get(key) !== undefined) this.#boxes.lose(key);
  }

  /** A collaboration stands before a gate, as that record of it says. */
  gateReached(value: unknown): void {
    const collab = decodeCollab(value);
    if (collab === undefined) return;
    this.#around.gateReached(collab.id, placeOf(collab));
    this.#showCollab(collab.id);
  }

  /** A record is too large to be read. What it was before stays shown. */
  grew(kind: RecordKind, id: string, bytes: number): void {
    const { records } = this.#deskOf(kind);
    records.resize(id, bytes);
    const task = this.#tasks.records.get(id)?.record;
    if (kind === 'task') this.#showTask(id);
    else if (kind === 'plan') this.#showPlan(id);
    else this.#showCollab(id);
    this.#observeSize(kind, id, kind === 'task' && task !== undefined ? taskKey(task) : keyOf(kind, id), bytes);
  }

  /** The worker of a task does not answer. */
  stalled(taskId: string): void {
    this.#around.stalled(taskId, this.#ports.clock.now());
    this.#showTask(taskId);
  }

  overBudget(taskId: string, text: string): void {
    this.#around.overBudget(taskId, text);
    this.#showTask(taskId);
  }

  /** Who works on this machine, as one file says. */
  worksHere(place: string, worker: Worker | undefined): void {
    for (const id of this.#around.worksHere(place, worker)) {
      this.#showTask(id);
      this.#tellWorker(id);
    }
  }

  /** Shows a box that is made of something else than a record. Whether that is news. */
  showOther(view: BoxView): boolean {
    return this.#boxes.show(view);
  }

  /** What only time changes: meters, silence, gates; and work of which nobody tells any more. */
  tick(): void {
    for (const [id, { record }] of this.#tasks.records.entries()) if (!isTaskOver(record)) this.#showTask(id);
    for (const [id, { record }] of this.#collabs.records.entries()) if (!isCollabOver(record)) this.#showCollab(id);
    this.#showUnseenPlans();
    if (this.#isHeard) this.#loseUntold();
  }

  #deskOf(kind: RecordKind): Pick<RecordDesk<Task | Plan | Collab>, 'take'> & {
    records: RecordDesk<Task>['records'] | RecordDesk<Plan>['records'] | RecordDesk<Collab>['records'];
  } {
    return { task: this.#tasks, plan: this.#plans, collab: this.#collabs }[kind];
  }

  #taskChanged(task: Task, { bytes }: Kept<Task>): void {
    this.#around.learnTask(task);
    this.#showTask(task.id);
    this.#tellWorker(task.id);
    this.#observeSize('task', task.id, taskKey(task), bytes);
    for (const { name, facts } of enforcements(task, this.#show)) this.#observe(taskKey(task), name, 'enforcement', facts);
    if (task.escalatedFrom !== undefined) this.#showTask(task.escalatedFrom);
    for (const planId of this.#around.plansOf(task)) this.#showPlan(planId);
    for (const collabId of this.#around.collabsOf(task.id)) this.#showCollab(collabId);
  }

  #planChanged(plan: Plan, { bytes }: Kept<Plan>): void {
    this.#around.learnPlan(plan);
    this.#showPlan(plan.id);
    this.#observeSize('plan', plan.id, keyOf('plan', plan.id), bytes);
    for (const taskId of this.#around.tasksOf(plan.id)) this.#showTask(taskId);
  }

  #collabChanged(collab: Collab, { bytes }: Kept<Collab>): void {
    this.#around.learnCollab(collab);
    this.#showCollab(collab.id);
    this.#observeSize('collab', collab.id, keyOf('collab', collab.id), bytes);
  }

  #showTask(id: string): void {
    const kept = this.#tasks.records.get(id);
    if (kept !== undefined) this.#boxes.show(taskView(kept.record, this.#contextOf('task', id, kept), this.#around.ofTask(kept.record)));
  }

  /** Tasks stand in the box of their plan. Where its record cannot be read, they have at least that box. */
  #showUnseenPlans(): void {
    const now = this.#ports.clock.now();
    const kept = [...this.#tasks.records.entries()].map(([, one]) => one);
    const unseen = kept.filter(
      ({ record: { planId = '' }, heardAt }) => planId !== '' && now - heardAt >= UNSEEN_MS && !this.#plans.records.get(planId),
    );
    for (const [planId, tasks] of Map.groupBy(unseen, ({ record }) => record.planId ?? '')) {
      const plan = unseenPlan(
        planId,
        tasks.map(({ record }) => record),
      );
      const context = this.#contextOf('plan', planId, { record: plan, toldAt: now, heardAt: now, isOfBucket: false });
      this.#boxes.show(planView(plan, context, this.#around.ofPlan(plan)));
    }
  }

  /** Which program works on a task, once for each change: only who knows all sessions can say which session that is. */
  #tellWorker(id: string): void {
    const task = this.#tasks.records.get(id)?.record;
    const program = this.#around.workerOf(id)?.program ?? '';
    if (task === undefined || (this.#programByTask.get(id) ?? '') === program) return;
    setBounded(this.#programByTask, id, program, MOST_WORKERS);
    this.#ports.emit(observed(taskKey(task), this.#ports.clock.now(), WORKS_ON, { taskId: id, program }));
  }

  #showPlan(id: string): void {
    const kept = this.#plans.records.get(id);
    if (kept !== undefined) this.#boxes.show(planView(kept.record, this.#contextOf('plan', id, kept), this.#around.ofPlan(kept.record)));
  }

  #showCollab(id: string): void {
    const kept = this.#collabs.records.get(id);
    if (kept === undefined) return;
    const context = this.#contextOf('collab', id, kept);
    const view = collabView(kept.record, context, this.#around.ofCollab(kept.record));
    this.#boxes.show(view);
    for (const member of memberViews(kept.record, context, view)) this.#boxes.show(member);
  }

  #contextOf(kind: RecordKind, id: string, { bytes, heardAt }: Kept<unknown>): ViewContext {
    const { clock, visibility } = this.#ports;
    return { show: this.#show, visibility: visibility(addressOf(kind, id)), now: clock.now(), isHeard: this.#isHeard, heardAt, bytes };
  }

  #observeSize(kind: RecordKind, id: string, key: string, bytes = 0): void {
    if (bytes > TOO_LARGE_BYTES) this.#observe(key, `size ${kind} ${id}`, 'record_size', { record: `${kind} ${id}`, bytes: `${bytes}` });
  }

  /** Each fact is said once. */
  #observe(key: string, name: string, what: Parameters<typeof observed>[2], facts: Record<string, string>): void {
    if (this.#observed.has(name) || this.#boxes.get(key) === undefined) return;
    addBounded(this.#observed, name, MOST_OBSERVED);
    this.#ports.emit(observed(key, this.#ports.clock.now(), what, facts));
  }

  /** Without a bucket nobody says again what we did not hear. */
  #loseUntold(): void {
    const now = this.#ports.clock.now();
    const isUntold = (heardAt: number, deadlineAt = heardAt + UNTOLD_MS): boolean =>
      heardAt < now - AFTER_BUDGET_MS && deadlineAt < now - AFTER_BUDGET_MS;
    if (!this.#tasks.records.isLive)
      for (const [id, { record, heardAt }] of this.#tasks.records.entries())
        if (!isTaskOver(record) && isUntold(heardAt, record.deadlineAt)) this.gone('task', id);
    if (!this.#plans.records.isLive)
      for (const [id, { record, heardAt }] of this.#plans.records.entries())
        if (!isPlanOver(record) && isUntold(heardAt)) this.gone('plan', id);
    if (!this.#collabs.records.isLive)
      for (const [id, { record, heardAt }] of this.#collabs.records.entries())
        if (!isCollabOver(record) && isUntold(heardAt)) this.gone('collab', id);
  }
}
