// Says to which task each thing belongs that the files keep for a whole environment: permissions, the blackboard, hooks. Pure.

import type { AuditLine, Grant } from './decode-audit.ts';
import type { HookLine } from './decode-hooks.ts';
import type { ContextText, Entry, ProposedChange } from './decode-shared.ts';
import type { Snapshot, Task } from './snapshot.ts';

/** A grant and what became of it. */
export interface HeldGrant extends Pick<Grant, 'mark' | 'agent' | 'resource'> {
  state: 'active' | 'revoked' | 'expired';
  limits: readonly string[];
  expiresAt: number | undefined;
  at: number | undefined;
}

type LineOf<Kind extends AuditLine['kind']> = Extract<AuditLine, { kind: Kind }>;

export interface Belongings {
  grants: HeldGrant[];
  requests: LineOf<'requested'>[];
  denials: LineOf<'denied'>[];
  refusals: LineOf<'handoff_refused'>[];
  shutdown: LineOf<'shutdown'> | undefined;
  contextLines: LineOf<'context'>[];
  unknown: LineOf<'unknown'>[];
  entries: Entry[];
  changes: ProposedChange[];
  hooks: HookLine[];
  contextTexts: readonly ContextText[];
}

/** Remembers where a thing was put, so that a later task does not take it over. */
export interface KnownHomes {
  taskOf(thing: string): string | undefined;
  set(thing: string, taskId: string): void;
}

const CLOCKS_MS = 1_000; // files of one command are written within this

/** The thing that the decisions about the calls of one session are. */
function hooksOf(sessionId = ''): string {
  return `hooks:${sessionId}`;
}

export function belongingsOf(snapshot: Snapshot, tasks: readonly Task[], homes: KnownHomes): ReadonlyMap<string, Belongings> {
  const all = new Map(tasks.map(({ id }) => [id, nothing()]));
  const finder = new HomeFinder(snapshot, tasks, homes);
  const put = (taskId: string | undefined, add: (to: Belongings) => void): void => {
    const to = taskId === undefined ? undefined : all.get(taskId);
    if (to !== undefined) add(to);
  };
  for (const line of snapshot.audit) put(finder.ofLine(line), (to) => addLine(to, line));
  for (const grant of heldGrants(snapshot)) put(finder.ofAgent(`grant:${grant.mark}`, grant), (to) => to.grants.push(grant));
  for (const entry of snapshot.entries) put(finder.ofKey(entry.key), (to) => to.entries.push(entry));
  for (const change of snapshot.changes) put(finder.ofChange(change), (to) => to.changes.push(change));
  for (const line of snapshot.hooks) put(finder.ofAgent(hooksOf(line.sessionId), line), (to) => to.hooks.push(line));
  if (snapshot.context.length > 0) put(finder.ofAgent('context', {}), (to) => (to.contextTexts = snapshot.context));
  return all;
}

function nothing(): Belongings {
  return {
    grants: [],
    requests: [],
    denials: [],
    refusals: [],
    shutdown: undefined,
    contextLines: [],
    unknown: [],
    entries: [],
    changes: [],
    hooks: [],
    contextTexts: [],
  };
}

function addLine(to: Belongings, line: AuditLine): void {
  switch (line.kind) {
    case 'requested':
      return void to.requests.push(line);
    case 'denied':
      return void to.denials.push(line);
    case 'handoff_refused':
      return void to.refusals.push(line);
    case 'shutdown':
      to.shutdown = line;
      return;
    case 'context':
      return void to.contextLines.push(line);
    case 'unknown':
      return void to.unknown.push(line);
    case 'granted':
    case 'revoked':
    case 'expired':
    case 'known':
      return;
    default:
      return line satisfies never;
  }
}

/** The log says what became of each; the file of active grants has those of which the log tells no longer. */
function heldGrants({ audit, grants }: Snapshot): HeldGrant[] {
  const held = new Map<string, HeldGrant>(grants.map((grant) => [grant.mark, { ...grant, state: 'active' }]));
  for (const line of audit) {
    if (line.kind === 'granted') held.set(line.grant.mark, { ...line.grant, state: 'active' });
    if (line.kind !== 'revoked' && line.kind !== 'expired') continue;
    for (const { mark, agent, resource } of line.grants)
      held.set(mark, { limits: [], expiresAt: undefined, at: line.at, ...held.get(mark), mark, agent, resource, state: line.kind });
  }
  return [...held.values()];
}

/** `task:001:final` is of `task_001`. */
function plain(id: string): string {
  return id.toLowerCase().replace(/[^0-9a-z]/g, '');
}

class HomeFinder {
  readonly #snapshot: Snapshot;
  readonly #newestFirst: readonly Task[];
  readonly #homes: KnownHomes;
  readonly #idByPlain: ReadonlyMap<string, string>;

  constructor(snapshot: Snapshot, tasks: readonly Task[], homes: KnownHomes) {
    this.#snapshot = snapshot;
    this.#newestFirst = tasks.toReversed();
    this.#homes = homes;
    this.#idByPlain = new Map(tasks.map(({ id }) => [plain(id), id]));
  }

  ofLine(line: AuditLine): string | undefined {
    if (line.kind === 'handoff_refused' || line.kind === 'shutdown') return line.taskId;
    if (line.kind === 'denied' || line.kind === 'requested') return this.ofAgent(`line:${line.id}`, line);
    return line.kind === 'context' || line.kind === 'unknown' ? this.ofAgent(`line:${line.id}`, { at: line.at }) : undefined;
  }

  ofKey(key: string): string | undefined {
    const [first = '', second = ''] = key.split(':');
    return this.#idByPlain.get(plain(first + second)) ?? this.#idByPlain.get(plain(second));
  }

  ofChange(change: ProposedChange): string | undefined {
    return this.ofKey(change.key) ?? this.ofAgent(`change:${change.id}`, change);
  }

  /** Where it was put before, else the task at which that agent works, else the newest one of that time. */
  ofAgent(thing: string, by: { agent?: string | undefined; at?: number | undefined }): string | undefined {
    const known = this.#homes.taskOf(thing);
    const taskId = known ?? this.#workOf(by.agent, by.at) ?? this.#newestAt(by.at);
    if (known === undefined && taskId !== undefined) this.#homes.set(thing, taskId);
    return taskId;
  }

  #workOf(agent: string | undefined, at: number | undefined): string | undefined {
    if (agent === undefined) return undefined;
    const current = this.#snapshot.heartbeats.get(agent)?.taskId;
    const candidates = this.#newestFirst.filter((task) => hasBegun(task, at));
    return (candidates.find(({ id }) => id === current) ?? candidates.find((task) => takesPart(task, agent)))?.id;
  }

  #newestAt(at: number | undefined): string | undefined {
    return (this.#newestFirst.find((task) => hasBegun(task, at)) ?? this.#newestFirst.at(-1))?.id;
  }
}

function hasBegun({ createdAt }: Task, at: number | undefined): boolean {
  return at === undefined || createdAt === undefined || createdAt <= at + CLOCKS_MS;
}

function takesPart({ budget, tracking }: Task, agent: string): boolean {
  return tracking?.participants.has(agent) === true || budget?.spenders.has(agent) === true;
}
