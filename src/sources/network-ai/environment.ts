// Tells what is new in one environment of a data folder: looks at its files when they change, and again when time alone changes something.

import { addBounded, setBounded } from '../../core/bounded-map.ts';
import type { SessionEvent } from '../../core/event.ts';
import type { SourcePorts, Visibility } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { OneAtATime } from '../../files/one-at-a-time.ts';
import { type Belongings, belongingsOf, type KnownHomes } from './belongings.ts';
import { EnvironmentFiles, type EnvironmentFilesOptions } from './environment-files.ts';
import { hookTellings, workTellings } from './hook-sessions.ts';
import { NETWORK_AI } from './network-ai-identity.ts';
import { newestInstant, type Snapshot, type Task, tasksIn } from './snapshot.ts';
import { SwarmClock } from './swarm-clock.ts';
import { STATUS_NOTE, type TaskView, viewOf } from './task-view.ts';
import { nothingTold, skipOldFacts, tell, type Telling, type Told } from './told.ts';
import type { ToldTasks } from './told-tasks.ts';

export interface EnvironmentOptions extends EnvironmentFilesOptions {
  id: string;
  /** `shop`, or `shop:dev`. */
  name: string;
  /** Absent for the data folder itself. */
  environment: string | undefined;
  emit(event: SessionEvent): void;
  visibility: SourcePorts['visibility'];
  told: ToldTasks;
}

const TORN_MS = 20; // a file that is overwritten in place is whole again after this
const SOON_MS = 10; // the files of one command are written together
const SHARE = 4; // looking takes at most this part of the time
const OPEN_MS = 24 * 3_600_000; // a task of which nothing was heard for longer is not shown because of a start of ours
const HISTORY_MS = 10 * 60_000; // of what had ended, or was to be judged, before a task was seen
const MAX_INTRODUCED = 10_000; // a forgotten task is only introduced once more
const MAX_HOMES = 2_000;
const MAX_THINGS = 300; // of one task
const MAX_TIMER_MS = 3_600_000;

export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #files: EnvironmentFiles;
  readonly #timers: Timers<'look' | 'torn' | 'due'>;
  readonly #looks = new OneAtATime();
  readonly #clock = new SwarmClock();
  readonly #introduced = new Set<string>();
  readonly #homeByThing = new Map<string, string>();
  readonly #toldHooks = new Map<string, string>();
  readonly #toldWork = new Map<string, string>();
  #dueAt = Number.NEGATIVE_INFINITY;
  #lookTookMs = 0;
  #isStopped = false;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#files = new EnvironmentFiles(options);
    this.#timers = new Timers(options.clock);
    const prefix = this.#keyOf('');
    for (const [key, { things }] of options.told.all())
      if (key.startsWith(prefix)) for (const thing of things) this.#homeByThing.set(thing, key.slice(prefix.length));
  }

  get fileCount(): number {
    return this.#files.count;
  }

  /** A file of it may have changed. Of many hints that come together there is one look. */
  hint(): void {
    this.#timers.once('look', Math.max(SOON_MS, this.#lookTookMs * SHARE), () => this.look());
  }

  /** Reads what has changed and tells it. Never rejects. */
  look(): Promise<void> {
    return this.#looks.ask(this.#options.path, async () => {
      const startedAt = this.#options.clock.monotonic();
      const { isChanged, isTorn } = await this.#files.look();
      if (this.#isStopped) return false;
      if (isTorn) this.#timers.once('torn', TORN_MS, () => this.look());
      if (isChanged || this.#options.clock.now() >= this.#dueAt) this.#tellAll();
      this.#lookTookMs = this.#options.clock.monotonic() - startedAt;
      return false;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#timers.stop();
    await this.#looks.stop();
  }

  #tellAll(): void {
    const { snapshot } = this.#files;
    this.#observeClock(snapshot);
    const tasks = tasksIn(snapshot);
    const belongings = belongingsOf(snapshot, tasks, this.#homes);
    let holdsUntil = Number.POSITIVE_INFINITY;
    for (const task of tasks) holdsUntil = Math.min(holdsUntil, this.#tellTask(task, belongings.get(task.id), snapshot));
    for (const event of hookTellings(snapshot.hooks, this.#toldHooks)) this.#emit(event, undefined);
    const taskOf = (agent: string): string | undefined => this.#shownTask(snapshot.heartbeats.get(agent)?.taskId);
    for (const { taskId, body } of workTellings(snapshot.hooks, this.#toldWork, taskOf))
      this.#emit({ sessionKey: this.#keyOf(taskId), body }, undefined);
    this.#wakeAt(holdsUntil + this.#clock.lagMs);
  }

  #shownTask(taskId: string | undefined): string | undefined {
    return taskId !== undefined && this.#options.told.of(this.#keyOf(taskId)) !== undefined ? taskId : undefined;
  }

  #observeClock(snapshot: Snapshot): void {
    const [writtenAt, seenAt] = [newestInstant(snapshot), this.#files.writtenAt];
    if (writtenAt !== undefined && seenAt !== undefined) this.#clock.observe({ writtenAt, seenAt }, this.#options.clock.now());
  }

  #wakeAt(at: number): void {
    const { clock } = this.#options;
    this.#dueAt = at;
    this.#timers.cancel('due');
    if (Number.isFinite(at)) this.#timers.once('due', Math.min(MAX_TIMER_MS, Math.max(0, at - clock.now())), () => this.look());
  }

  /** Until when, by the writer's clock, time alone changes nothing of it. */
  #tellTask(task: Task, belongings: Belongings | undefined, { heartbeats }: Snapshot): number {
    const { told: all } = this.#options;
    const key = this.#keyOf(task.id);
    const known = all.of(key);
    const now = this.#writerNow();
    if (belongings === undefined || (known === undefined && now - (task.changedAt ?? now) > OPEN_MS)) return Number.POSITIVE_INFINITY;
    const may = this.#mayOf(task.id);
    const view = viewOf({ task, belongings, heartbeats, toldFacts: known?.facts ?? new Map<string, string>(), may, now });
    if (known === undefined && isLongOver(task, view, now)) return Number.POSITIVE_INFINITY;
    const told = this.#begun(task, known, now);
    this.#introduce(task.id, told);
    const isFresh = told !== known;
    if (isFresh) {
      told.things = this.#thingsOf(task.id);
      skipOldFacts(told, view, (at = task.changedAt) => at !== undefined && now - at > HISTORY_MS);
      this.#emitOf(key, { at: told.beganAt, body: begin(told) }, task);
    }
    const tellings = tell(told, view);
    for (const telling of tellings) this.#emitOf(key, telling, task);
    if (tellings.some(({ body }) => body.type === 'noted' && body.noteId === STATUS_NOTE))
      this.#options.unknownKinds.add(`status:${task.tracking?.status ?? ''}`);
    told.changedAt = Math.max(told.changedAt, task.changedAt ?? 0);
    if (isFresh || tellings.length > 0) all.set(key, told);
    return view.holdsUntil;
  }

  /** A task that begins after all that was known of it is another one of the same name. */
  #begun(task: Task, known: Told | undefined, now: number): Told {
    const beganAt = Math.min(task.createdAt ?? known?.beganAt ?? now, now);
    return known !== undefined && beganAt <= known.changedAt ? known : nothingTold(beganAt);
  }

  #introduce(taskId: string, { beganAt }: Told): void {
    const key = this.#keyOf(taskId);
    if (this.#introduced.has(key)) return;
    addBounded(this.#introduced, key, MAX_INTRODUCED);
    const { environment } = this.#options;
    const title = environment === undefined ? taskId : `${taskId} · ${environment}`;
    const facts = { agentId: NETWORK_AI.id, address: this.#addressOf(taskId), sessionId: taskId, title };
    this.#emit({ sessionKey: key, body: { type: 'session_seen', ...facts } }, beganAt);
  }

  #emitOf(sessionKey: string, { at, body }: Telling, { changedAt }: Task): void {
    this.#emit({ sessionKey, body }, at ?? changedAt);
  }

  /** `at` is by the writer's clock. Nothing happened later than now. */
  #emit({ sessionKey, body }: { sessionKey: string; body: Telling['body'] }, at: number | undefined): void {
    const { clock, emit, id } = this.#options;
    const now = clock.now();
    emit({ ...body, sessionKey, source: id, at: Math.min(now, (at ?? now) + this.#clock.lagMs) });
  }

  /** Where things belong survives a restart with what was told of the task. */
  get #homes(): KnownHomes {
    return {
      taskOf: (thing) => this.#homeByThing.get(thing),
      set: (thing, taskId) => {
        setBounded(this.#homeByThing, thing, taskId, MAX_HOMES);
        const things = this.#options.told.of(this.#keyOf(taskId))?.things;
        if (things !== undefined) addBounded(things, thing, MAX_THINGS);
      },
    };
  }

  /** Of a task that was told of for the first time. */
  #thingsOf(taskId: string): Set<string> {
    return new Set([...this.#homeByThing].flatMap(([thing, home]) => (home === taskId ? [thing] : [])));
  }

  #writerNow(): number {
    return this.#options.clock.now() - this.#clock.lagMs;
  }

  #mayOf(taskId: string): Visibility {
    return this.#options.visibility(this.#addressOf(taskId));
  }

  #addressOf(taskId: string): string {
    return `${NETWORK_AI.id}:${this.#options.name}:${taskId}`;
  }

  #keyOf(taskId: string): string {
    return `${NETWORK_AI.id}:${this.#options.name}:task:${taskId}`;
  }
}

function begin({ beganAt }: Told): Telling['body'] {
  return { type: 'turn_started', trigger: { kind: 'operator' }, messageId: `began-${beganAt}` };
}

function isLongOver({ changedAt }: Task, { end }: TaskView, now: number): boolean {
  return end !== undefined && now - (end.at ?? changedAt ?? 0) > HISTORY_MS;
}
