// Runs checks one by one and says how each went. Owns the counts, the times and the table of the seven turns.

import { writeFileSync } from 'node:fs';
import { Table } from './seven-turns-table.ts';

export class Report {
  #passed = 0;
  #skipped = 0;
  readonly #failed: string[] = [];
  readonly #startedAt = performance.now();
  readonly #times: string[] = [];
  /** What the seven turns came to. */
  readonly table = new Table();

  get failures(): number {
    return this.#failed.length;
  }

  /** What is being done, with the time since the start. */
  note(words: string): void {
    console.log(`${this.#time()}   ${words}`);
  }

  /** Runs `act`; what it throws is a failure of this check and of nothing else. */
  async check(name: string, act: () => Promise<void> | void): Promise<boolean> {
    try {
      await act();
    } catch (error) {
      this.#failed.push(name);
      console.log(`${this.#time()} FAILED ${name}\n${indented(error instanceof Error ? error.message : String(error))}`);
      return false;
    }
    this.#passed += 1;
    console.log(`${this.#time()} ok     ${name}`);
    return true;
  }

  /** This check is none here: it counts neither as passed nor as failed. */
  skip(name: string, why: string): void {
    this.#skipped += 1;
    console.log(`${this.#time()} skip   ${name}: ${why}`);
  }

  /** Runs `act` and keeps how long it took. */
  async timed<T>(name: string, act: () => Promise<T>): Promise<T> {
    const beganAt = performance.now();
    try {
      return await act();
    } finally {
      const took = `${name}: ${Math.round((performance.now() - beganAt) / 1_000)} s`;
      this.#times.push(took);
      this.note(took);
    }
  }

  /** The last line, and the counts in the form of vitest for who adds them up. */
  close(resultFile: string | undefined): void {
    if (!this.table.isEmpty) console.log(`\n${this.table.toString()}\n`);
    console.log(`times: ${this.#times.join('; ')}`);
    for (const name of this.#failed) console.log(`failed: ${name}`);
    console.log(`${this.#passed} passed, ${this.#failed.length} failed${this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`}`);
    if (resultFile === undefined) return;
    writeFileSync(resultFile, JSON.stringify({ numPassedTests: this.#passed, numFailedTests: this.#failed.length, testResults: [] }));
  }

  #time(): string {
    return `${String(Math.round((performance.now() - this.#startedAt) / 1_000)).padStart(4)} s`;
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '         ');
}
