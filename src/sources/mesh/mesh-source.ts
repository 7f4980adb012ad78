// The source `mesh`: wires a way to the mesh, and its workspace, to what knows the work.

import type { Source, SourcePorts } from '../../core/source.ts';
import { Timers } from '../../core/timers.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../core/until-stopped.ts';
import { busListener } from './bus-listener.ts';
import type { MeshLink } from './link-state.ts';
import { MeshBook } from './mesh-book.ts';
import { healthOf } from './mesh-health.ts';
import { MESH } from './mesh-identity.ts';
import { MeshInbox } from './mesh-inbox.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { NatsAccess } from './nats-access.ts';
import { NatsLink } from './nats-link.ts';
import { NodeWatch } from './node-watch.ts';
import { textShower } from './shown-text.ts';
import { SseLink } from './sse-link.ts';
import { streamListener } from './stream-listener.ts';

export interface MeshSourceOptions
  extends Pick<SourcePorts, 'clock' | 'log' | 'redact' | 'emit' | 'knownKeys' | 'openTurns' | 'visibility'> {
  readonly nats?: NatsAccess | undefined;
  /** The dashboard's address, where the bus is not to be reached. */
  readonly sseUrl?: string | undefined;
  /** From 0 to 1, for the jitter. */
  random(): number;
  readonly tickMs?: number;
}

const TICK_MS = 15_000;

export function createMeshSource(options: MeshSourceOptions): Source {
  return untilStopped(options, (ports) => {
    const source = new Mesh(ports);
    return {
      ...MESH,
      // Resolves at once; the mesh may be away.
      start: () => {
        source.start();
        return Promise.resolve();
      },
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
  readonly #timers: Timers<'tick' | 'known'>;
  #wasRead = false;

  constructor(options: OpenPorts<MeshSourceOptions>) {
    this.#options = options;
    const { clock, redact } = options;
    this.#timers = new Timers(clock);
    this.#book = new MeshBook({ ...options, onUnknown: (kind) => this.#unknown.add(kind) });
    const others = { clock, show: textShower(redact), showBox: this.#book.showOther.bind(this.#book) };
    this.#nodes = new NodeWatch(others);
    const memory = new MemoryWatch({ ...others, unknown: this.#unknown, problems: this.#problems });
    this.#inbox = new MeshInbox({ book: this.#book, nodes: this.#nodes, memory, unknown: this.#unknown, problems: this.#problems });
    this.#link = this.#createLink();
  }

  start(): void {
    this.#link?.start();
    this.#timers.repeat(
      'tick',
      () => this.#options.tickMs ?? TICK_MS,
      async () => this.#book.tick(),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.#timers.stop(), this.#link?.stop()]);
  }

  health(): ReturnType<Source['health']> {
    return healthOf({
      link: this.#link?.state,
      reconnects: this.#link?.reconnects ?? 0,
      wasRead: this.#wasRead,
      lastEventAt: this.#options.lastEventAt(),
      unknownKinds: this.#unknown.counts,
      problems: this.#problems.counts,
      nodes: this.#nodes.all(),
      proposals: this.#book.countTasks('proposed'),
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
