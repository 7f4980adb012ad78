// Recordings of coding agents: what happened to their files, operation by operation, played on a real folder.

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shifted } from './shifted.ts';

/** One operation: `off` and `len` are bytes of the file as it stood at the end. */
export interface Operation {
  t: string;
  op: 'mkdir' | 'create' | 'append' | 'delete';
  path: string;
  off?: number;
  len?: number;
}

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

export class Recording {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly #folder: string;
  readonly #byMs: number;
  readonly #bytesByPath = new Map<string, Buffer>();

  /** `byMs`: how much later it seems to have been made. */
  constructor(version: string, scenario: string, byMs = 0) {
    this.#byMs = byMs;
    this.name = `${version}/${scenario}`;
    this.#folder = join(FIXTURES, version, scenario);
    this.operations = this.lines<Operation>('ops.ndjson');
  }

  /** When the last operation happened. */
  get endsAt(): number {
    return Date.parse(this.operations.at(-1)?.t ?? '');
  }

  lines<T>(name: string): T[] {
    return readFileSync(join(this.#folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  }

  /** The logs as they stood at the end, by their paths. */
  logs(): [string, string][] {
    const paths = new Set(this.operations.flatMap(({ path }) => (path.endsWith('.jsonl') ? [path] : [])));
    return [...paths].map((path) => [path, this.#bytesOf(path).toString('utf8')]);
  }

  #bytesOf(path: string): Buffer {
    const read = (): Buffer => Buffer.from(shifted(readFileSync(join(this.#folder, 'home', path), 'utf8'), this.#byMs));
    const known = this.#bytesByPath.get(path) ?? read();
    this.#bytesByPath.set(path, known);
    return known;
  }

  /** Does to `home` what was done then. */
  apply(home: string, operations: readonly Operation[] = this.operations): void {
    for (const operation of operations) this.#applyOne(join(home, operation.path), operation);
  }

  #applyOne(target: string, { op, path, off = 0, len = 0 }: Operation): void {
    mkdirSync(dirname(target), { recursive: true });
    if (op === 'mkdir') mkdirSync(target, { recursive: true });
    else if (op === 'delete') rmSync(target, { force: true });
    else if (path.endsWith('.jsonl')) appendFileSync(target, this.#bytesOf(path).subarray(off, off + len));
    else if (!existsSync(target)) writeFileSync(target, '');
  }
}

/** Every recording of a version. */
export function recordingsOf(version: string): Recording[] {
  const folders = readdirSync(join(FIXTURES, version), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => new Recording(version, name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
