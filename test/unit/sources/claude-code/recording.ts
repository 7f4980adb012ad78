// Plays a recorded session of Claude Code again: the same operations on files, in the same order, in a folder of ours.

import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shifted } from '../coding-agents/shifted.ts';

export const VERSIONS = ['2.0.76', '2.1.150', '2.1.332'] as const;

interface Operation {
  t: string;
  op: string;
  path?: string;
  from?: string;
  off?: number;
  len?: number;
  lines?: unknown;
  data?: string;
  note?: string;
}

/** How a recording is played. */
export interface Pace {
  /** Between two operations. */
  stepMs: number;
  /** Appended bytes come in pieces of this length at most, chosen by this function. */
  piece?: (bytes: number) => number;
}

export function scenariosOf(version: string): string[] {
  return readdirSync(folderOf(version)).filter((name) => existsSync(join(folderOf(version), name, 'ops.ndjson')));
}

function folderOf(version: string): string {
  return fileURLToPath(new URL(`../../../fixtures/claude-code-${version}`, import.meta.url));
}

export class Recording {
  readonly #byMs: number;
  readonly #folder: string;
  readonly operations: readonly Operation[];
  readonly #contents = new Map<string, Buffer>();
  readonly #namesAtEnd = new Map<string, string>();

  /** `byMs`: how much later it seems to have been made. */
  constructor(version: string, scenario: string, byMs = 0) {
    this.#byMs = byMs;
    this.#folder = join(folderOf(version), scenario);
    this.operations = readFileSync(join(this.#folder, 'ops.ndjson'), 'utf8').trimEnd().split('\n').map(decodeOperation);
  }

  /** When the last operation happened. */
  get endedAt(): number {
    return Math.max(...this.operations.map(({ t }) => Date.parse(t)));
  }

  /** Plays the operations from `first` to before `last` into `target`, which stands for the home folder. */
  async play(target: string, { stepMs, piece }: Pace, first = 0, last = this.operations.length): Promise<void> {
    for (const operation of this.operations.slice(first, last)) {
      if (operation.path === undefined || operation.note === 'content not kept') continue;
      await this.#repeat(operation, operation.path, target, piece);
      if (stepMs > 0) await sleep(stepMs);
    }
  }

  async #repeat(operation: Operation, name: string, target: string, piece: Pace['piece']): Promise<void> {
    const path = join(target, name);
    mkdirSync(dirname(path), { recursive: true });
    if (operation.op === 'mkdir') mkdirSync(path, { recursive: true });
    else if (operation.op === 'rmdir') rmSync(path, { recursive: true, force: true });
    else if (operation.op === 'delete') rmSync(path, { force: true });
    else if (operation.op === 'rename') this.#rename(operation, name, target);
    else if ('lines' in operation) await append(path, this.#bytesOf(operation, name), operation, piece);
    else if (operation.data !== undefined) overwrite(path, operation.op, shifted(operation.data, this.#byMs));
    else if (operation.op === 'create' && !existsSync(path)) writeFileSync(path, '');
  }

  #rename({ from = '' }: Operation, name: string, target: string): void {
    if (existsSync(join(target, from))) renameSync(join(target, from), join(target, name));
    if (name.endsWith('.jsonl')) this.#namesAtEnd.set(name, this.#namesAtEnd.get(from) ?? from);
  }

  /** The bytes stand in the file as it was at the end, under the name that it had first. Other files than sessions are not kept. */
  #bytesOf({ off = 0, len = 0 }: Operation, name: string): Buffer {
    if (!name.startsWith('.claude/projects/')) return Buffer.alloc(0);
    const kept = this.#namesAtEnd.get(name) ?? name;
    const read = (): Buffer => Buffer.from(shifted(readFileSync(join(this.#folder, 'home', kept), 'utf8'), this.#byMs));
    const content = this.#contents.get(kept) ?? read();
    this.#contents.set(kept, content);
    return content.subarray(off, off + len);
  }
}

function decodeOperation(line: string): Operation {
  return JSON.parse(line) as Operation; // a fixture of ours
}

async function append(path: string, bytes: Buffer, { op, off = 0 }: Operation, piece?: (bytes: number) => number): Promise<void> {
  if (op === 'create' && off === 0) writeFileSync(path, '');
  for (let done = 0; done < bytes.length; ) {
    const length = piece === undefined ? bytes.length : Math.max(1, piece(bytes.length - done));
    appendFileSync(path, bytes.subarray(done, done + length));
    done += length;
    if (piece !== undefined) await sleep(1);
  }
}

/** In place, as the program does it: a reader can see the new text with the old tail. */
function overwrite(path: string, op: string, data: string): void {
  if (op === 'append') return appendFileSync(path, data);
  const file = openSync(path, existsSync(path) ? 'r+' : 'w');
  ftruncateSync(file, 0);
  writeSync(file, data, 0);
  closeSync(file);
}
