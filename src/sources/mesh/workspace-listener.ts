// Brings what the files of a workspace say to those who know what it means, and keeps what only health asks for.

import type { MeshBook } from './mesh-book.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { NodeWatch } from './node-watch.ts';
import type { ShowText } from './shown-text.ts';
import type { DaemonState, Notification } from './workspace-files.ts';
import type { WorkspaceListener } from './workspace-watch.ts';

interface WorkspaceParts {
  readonly book: MeshBook;
  readonly nodes: NodeWatch;
  readonly memory: MemoryWatch;
  readonly show: ShowText;
  onNotice(notification: Notification): void;
  /** Its log names a sub-agent of the session that the memory has now. */
  onSpawn(sessionKey: string, at: number): void;
}

const MOST_TYPES = 8;
/** What the project calls a model's program, and what the sources of coding agents call it. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['claude', 'claude-code'],
  ['openai', 'codex'],
  ['codex', 'codex'],
  ['pi', 'pi'],
]);

export class WorkspaceFacts implements WorkspaceListener {
  readonly #parts: WorkspaceParts;
  readonly #spawnsByType = new Map<string, number>();
  #node = 'this-machine';
  #daemon: DaemonState | undefined;

  constructor(parts: WorkspaceParts) {
    this.#parts = parts;
  }

  /** The memory daemon says that it runs, and it does not; `undefined` when all is well or nothing is known. */
  deadDaemon(): string | undefined {
    const pid = this.#daemon?.pid;
    const isStopped = this.#daemon === undefined || /^(?:STOPPED|ENDED|OFF)$/i.test(this.#daemon.state);
    if (isStopped || pid === undefined || isRunning(pid)) return undefined;
    return `the memory daemon of openclaw-node (process ${pid}) does not run; start it again`;
  }

  worksHere(place: string, { taskId, llm = '', model }: Parameters<WorkspaceListener['worksHere']>[1]): void {
    const { book, show } = this.#parts;
    const name = [show(llm, 40), show(model, 40)].filter((part) => part !== undefined).join(' ') || 'an agent';
    book.worksHere(place, taskId === undefined ? undefined : { taskId, name, program: PROGRAMS.get(llm.toLowerCase()) ?? '' });
  }

  daemon(state: DaemonState): void {
    this.#daemon = state;
    this.#parts.memory.isLocal(state.sessionId);
  }

  sessionStatus(node: string, { status, activeTask }: Parameters<WorkspaceListener['sessionStatus']>[1]): void {
    const { memory, show } = this.#parts;
    this.#node = show(node, 60) ?? this.#node;
    const task = show(activeTask);
    memory.remark('status', `session ${show(status, 40) ?? 'unknown'}${task === undefined ? '' : `, works on ${task}`}`);
  }

  daemonHealth(state: Parameters<WorkspaceListener['daemonHealth']>[0]): void {
    this.#parts.nodes.wrote(this.#node, state);
  }

  sessionStops(_date: string, stops: Parameters<WorkspaceListener['sessionStops']>[1]): void {
    const last = stops.at(-1);
    if (last !== undefined)
      this.#parts.memory.remark(
        'stopped',
        `session ended: ${last.commits} commits in its last hour, ${last.changes} files uncommitted`,
        last.at,
      );
  }

  spawned(type: string, at: number): void {
    const name = this.#spawnsByType.size < MOST_TYPES || this.#spawnsByType.has(type) ? type : 'other';
    this.#spawnsByType.set(name, (this.#spawnsByType.get(name) ?? 0) + 1);
    const all = [...this.#spawnsByType].map(([one, count]) => `${this.#parts.show(one, 40)} ${count}`);
    this.#parts.memory.remark('spawned', `sub-agents by its audit log: ${all.join(', ')}`, at);
    const key = this.#parts.memory.localKey;
    if (key !== undefined) this.#parts.onSpawn(key, at);
  }

  memoryLine(value: unknown): void {
    this.#parts.memory.line(value);
  }

  notified(notification: Notification): void {
    this.#parts.onNotice(notification);
  }
}

/** Signal 0 is no signal: it only asks. Who may not ask is told so, and then the process is there. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
