// The folder and the processes of one row. Owns both: whatever happens, nothing of them stays.

import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedWithTests } from '../../test/integration/process-cleanup.ts';

export class Workplace {
  readonly #root = mkdtempSync(join(tmpdir(), 'live-status-bench-'));
  readonly #children = new Set<ChildProcess>();
  /** What the watcher's Node is told so that it writes a profile. */
  readonly profiling: readonly string[];

  constructor(profiling: readonly string[] = []) {
    this.profiling = profiling;
  }

  folder(name: string): string {
    const path = join(this.#root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Runs this Node with `args`. Ends with the row, and with this process however that ends. */
  node(args: readonly string[], options: SpawnOptions): ChildProcess {
    return this.program(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], options);
  }

  /** The same for any other program. */
  program(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = endedWithTests(spawn(command, args, options));
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async clear(): Promise<void> {
    const ends = [...this.#children].map((child) => once(child, 'exit'));
    this.#kill();
    await Promise.all(ends);
    this.#remove();
  }

  /** For the last moment of this process, which cannot wait. */
  clearAtOnce(): void {
    this.#kill();
    this.#remove();
  }

  #kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #remove(): void {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}
