// The source `mesh`: wires a way to the mesh, and its workspace, to what knows the work.

import type { Source, SourcePorts } from '../../core/source.ts';
import { SPAWN_LOGGED } from '../../core/spawn-trail.ts';
import { Timers } from '../../core/timers.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../core/until-stopped.ts';
import { projectOf } from '../coding-agents/project.ts';
import { busListener } from './bus-listener.ts';
import type { MeshLink } from './link-state.ts';
import { MeshBook } from './mesh-book.ts';
import { observed } from './mesh-facts.ts';
import { healthOf } from './mesh-health.ts';
import { MESH } from './mesh-identity.ts';
import { MeshInbox } from './mesh-inbox.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { NatsAccess } from '../../nats/nats-access.ts';
import { NatsLink } from './nats-link.ts';
import { NodeWatch } from './node-watch.ts';
import { showNotice } from './notice-boxes.ts';
import { textShower } from './shown-text.ts';
import { SseLink } from './sse-link.ts';
import { streamListener } from './stream-listener.ts';
import type { Notification } from './workspace-files.ts';
import { WorkspaceFacts } from './workspace-listener.ts';
import { WorkspaceWatch } from './workspace-watch.ts';

export interface MeshSourceOptions
  extends Pick<SourcePorts, 'clock' | 'log' | 'redact' | 'emit' | 'knownKeys' | 'openTurns' | 'visibility'> {
  readonly nats?: NatsAccess | undefined;
  /** The dashboard's address, where the bus is not to be reached. */
  readonly sseUrl?: string | undefined;
  /** The workspace on this machine. */
  readonly folder?: string | undefined;
  /** From 0 to 1, for the jitter. */
  random(): number;
  readonly tickMs?: number;
  /** How often the workspace is looked at. */
  readonly lookMs?: number;
}

const TICK_MS = 15_000;
const TRAIL_PROGRAM = 'claude-code'; // a hook of it writes the audit log of a workspace

export function createMeshSource(options: MeshSourceOptions): Source {
  return untilStopped(options, (ports) => {
    const source = new Mesh(ports);
    return {
      ...MESH,
      // Resolves when the workspace was read; the mesh itself may be away.
      start: () => source.start(),
      stop: () => source.stop(),
      health: () => source.health(),
    };
  });
}

class Mesh {
  readonly #options: OpenPorts<MeshSourceOptions>;
  readonly #unknown = new UnknownKinds();
  readonly #problems = new UnknownKinds();
  readonly #book: MeshBook;
  readonly #nodes: NodeWatch;
  readonly #inbox: MeshInbox;
  readonly #link: MeshLink | undefined;
  readonly #facts: WorkspaceFacts;
  readonly #workspace: WorkspaceWatch | undefined;
  readonly #memory: MemoryWatch;
  readonly #timers: Timers<'tick' | 'known'>;
  #wasRead = false;

  constructor(options: OpenPorts<MeshSourceOptions>) {
    this.#options = options;
    const { clock, redact } = options;
    this.#timers = new Timers(clock);
    this.#book = new MeshBook({ ...options, onUnknown: (kind) => this.#unknown.add(kind) });
    const show = textShower(redact);
    const others = { clock, show, showBox: this.#book.showOther.bind(this.#book) };
    this.#nodes = new NodeWatch(others);
    this.#memory = new MemoryWatch({ ...others, unknown: this.#unknown, problems: this.#problems });
    this.#inbox = new MeshInbox({
      book: this.#book,
      nodes: this.#nodes,
      memory: this.#memory,
      unknown: this.#unknown,
      problems: this.#problems,
    });
    this.#link = this.#createLink();
    const onNotice = (notification: Notification): void => showNotice(notification, { ...others, emit: options.emit });
    const place = `${TRAIL_PROGRAM}:${projectOf(options.folder ?? '').main}`;
    const onSpawn = (key: string, at: number): void => options.emit(observed(key, at, SPAWN_LOGGED, { place }));
    this.#facts = new WorkspaceFacts({ book: this.#book, nodes: this.#nodes, memory: this.#memory, show, onNotice, onSpawn });
    this.#workspace = this.#createWorkspace();
  }

  async start(): Promise<void> {
    this.#link?.start();
    this.#timers.repeat(
      'tick',
      () => this.#options.tickMs ?? TICK_MS,
      async () => this.#tick(),
    );
    await this.#workspace?.start();
  }

  #tick(): void {
    this.#book.tick();
    this.#memory.tick();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#timers.stop(), this.#link?.stop(), this.#workspace?.stop()]);
  }

  health(): ReturnType<Source['health']> {
    return healthOf({
      link: this.#link?.state,
      reconnects: this.#link?.reconnects ?? 0,
      wasRead: (this.#link === undefined || this.#wasRead) && this.#workspace?.wasRead !== false,
      lastEventAt: this.#options.lastEventAt(),
      unknownKinds: this.#unknown.counts,
      problems: this.#problems.counts,
      nodes: this.#nodes.all(),
      workspace: [this.#workspace?.because, this.#facts.deadDaemon()].filter((one) => one !== undefined),
      proposals: this.#book.countTasks('proposed'),
    });
  }

  #createWorkspace(): WorkspaceWatch | undefined {
    const { folder, clock, lookMs } = this.#options;
    if (folder === undefined) return undefined;
    return new WorkspaceWatch({
      folder,
      clock,
      problems: this.#problems,
      listener: this.#facts,
      ...(lookMs === undefined ? {} : { lookMs }),
    });
  }

  #createLink(): MeshLink | undefined {
    const { nats, sseUrl, clock, log, random } = this.#options;
    const heard = { book: this.#book, inbox: this.#inbox, nodes: this.#nodes, onRead: () => void (this.#wasRead = true) };
    if (nats !== undefined) return new NatsLink({ access: nats, clock, log, random, listener: busListener(heard) });
    if (sseUrl === undefined) return undefined;
    return new SseLink({ url: sseUrl, clock, log, random, ...streamListener(heard, this.#timers) });
  }
}
