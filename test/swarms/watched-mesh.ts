// The source `mesh` before a real bus, with the clock of the recording: what it emits, folded, and the boxes that it makes.

import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { SessionEvent } from '../../src/core/event.ts';
import { Fold } from '../../src/core/fold.ts';
import type { Source } from '../../src/core/source.ts';
import { openTurnsOf } from '../../src/app/sources.ts';
import { readRegularFile } from '../../src/config/regular-file.ts';
import { createMeshSource, type MeshSourceOptions } from '../../src/sources/mesh/mesh-source.ts';
import type { NatsAccess } from '../../src/nats/nats-access.ts';
import { drawnBox, drawnBoxes } from '../unit/sources/mesh/drawn-boxes.ts';
import { RECORDED_UNTIL } from '../unit/sources/mesh/recorded-mesh.ts';
import { ShiftedClock } from '../support/clock.ts';
import { SILENT_PORTS } from '../support/silent-ports.ts';
import { until } from '../support/until.ts';

/** Real time that began when the recording ended. */
export function recordedClock(): ShiftedClock {
  return new ShiftedClock(RECORDED_UNTIL);
}

/** The files of the bus are read as the daemon reads them. */
type MeshOptions = Partial<Omit<MeshSourceOptions, 'nats'>> & { nats?: Omit<NatsAccess, 'read' | 'prefix'> };

export class WatchedMesh {
  readonly fold = new Fold();
  readonly events: SessionEvent[] = [];
  readonly source: Source;
  readonly logged: string[] = [];
  #lastEventAt = 0;

  constructor(options: Partial<MeshSourceOptions>) {
    const log = (_fields: object, sentence: string): void => void this.logged.push(sentence);
    this.source = createMeshSource({
      ...SILENT_PORTS,
      log: { debug: log, info: log, warn: log, error: log },
      clock: recordedClock(),
      visibility: () => ({ isRouted: true, commands: false, texts: false, prompts: false }),
      random: () => 0,
      ...options,
      emit: (event) => {
        this.#lastEventAt = performance.now();
        this.events.push(event);
        this.fold.apply({ ...event, ...(event.type === 'session_seen' ? { tellsLoss: true } : {}) });
      },
    });
  }

  /** `before`: what an earlier process has folded, and its source did. */
  static async start({ nats, ...options }: MeshOptions, before?: WatchedMesh): Promise<WatchedMesh> {
    const bus = nats === undefined ? {} : { nats: { ...nats, prefix: 'MESH_NATS', read: (path: string) => readRegularFile(path, 65_536) } };
    const mesh = new WatchedMesh({ ...options, ...bus, ...(before === undefined ? {} : rememberedOf(before)) });
    for (const session of before?.fold.sessionsByKey.values() ?? []) mesh.fold.restore(session, RECORDED_UNTIL);
    await mesh.source.start();
    onTestFinished(() => mesh.source.stop());
    return mesh;
  }

  async heard(): Promise<void> {
    await until('the mesh is heard', () => this.source.health().wasRead && this.state() !== 'unreadable', {
      detail: () => JSON.stringify(this.source.health()),
    });
  }

  state(): string {
    return this.source.health().condition.state;
  }

  because(): string {
    const { condition } = this.source.health();
    return 'because' in condition ? condition.because : '';
  }

  /** When nothing has happened for a while. */
  async settled(ms = 400): Promise<void> {
    do await sleep(ms / 4);
    while (performance.now() - this.#lastEventAt < ms);
  }

  boxes(): string {
    return drawnBoxes(this.fold, RECORDED_UNTIL);
  }

  box(key: string): string {
    return drawnBox(this.fold, key, RECORDED_UNTIL);
  }
}

function rememberedOf({ fold }: WatchedMesh): Pick<MeshSourceOptions, 'knownKeys' | 'openTurns'> {
  return { knownKeys: () => fold.sessionsByKey.keys(), openTurns: () => openTurnsOf(fold.sessionsByKey, 'mesh') };
}
