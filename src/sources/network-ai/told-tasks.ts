// Keeps what was told of each task, in memory and where positions are stored, so that a restart tells nothing twice.

import { setBounded } from '../../core/bounded-map.ts';
import type { SourcePorts } from '../../core/source.ts';
import { decodeTold, storedTold, type Told } from './told.ts';

export type ToldPorts = Pick<SourcePorts, 'checkpoints' | 'onProgress' | 'knownKeys'>;

const MAX_TASKS = 10_000;

export class ToldTasks {
  readonly #ports: ToldPorts;
  readonly #root: string;
  readonly #toldByKey = new Map<string, Told>();

  /** `root`: the data folder. What was told of an open task counts only while its session is known, too. */
  constructor(ports: ToldPorts, root: string) {
    this.#ports = ports;
    this.#root = root;
    const known = new Set(ports.knownKeys());
    for (const [path, value] of ports.checkpoints) {
      const key = path.startsWith(`${root} `) ? path.slice(root.length + 1) : undefined;
      const told = key === undefined ? undefined : decodeTold(value);
      if (key !== undefined && told !== undefined && (told.hasEnded || known.has(key))) this.#toldByKey.set(key, told);
    }
  }

  of(key: string): Told | undefined {
    return this.#toldByKey.get(key);
  }

  all(): Iterable<[string, Told]> {
    return this.#toldByKey;
  }

  set(key: string, told: Told): void {
    const oldest = this.#toldByKey.keys().next();
    const isFull = this.#toldByKey.size >= MAX_TASKS && !this.#toldByKey.has(key);
    if (isFull && oldest.done !== true) this.#ports.onProgress(this.#pathOf(oldest.value), undefined);
    setBounded(this.#toldByKey, key, told, MAX_TASKS);
    this.#ports.onProgress(this.#pathOf(key), storedTold(told));
  }

  #pathOf(key: string): string {
    return `${this.#root} ${key}`;
  }
}
