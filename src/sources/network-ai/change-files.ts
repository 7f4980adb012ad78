// Reads the changes that agents proposed for the blackboard: one file each, moved to an archive when it is decided.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { parseJson } from '../../core/json-guards.ts';
import type { ProblemRecorder } from '../../files/file-problems.ts';
import type { DataProblem } from './data-problems.ts';
import { decodeChange, type ProposedChange } from './decode-shared.ts';
import { KeptFile, type Look } from './kept-file.ts';
import type { Words } from './words.ts';

export interface ChangeFilesOptions {
  root: string;
  /** The folder `pending_changes`. */
  path: string;
  clock: Pick<Clock, 'now'>;
  words: Words;
  problems: ProblemRecorder<DataProblem>;
}

const PENDING = /\.pending\.json$/;
const DECIDED = /\.(?:committed|aborted)\.json$/;
const MAX_FILES = 100; // of each kind, the newest
const MAX_NAMES = 2_000; // that are looked at for the newest ones

export class ChangeFiles {
  readonly #options: ChangeFilesOptions;
  #files = new Map<string, KeptFile<ProposedChange>>();

  constructor(options: ChangeFilesOptions) {
    this.#options = options;
  }

  /** One that was decided counts once, whichever of its files is still there. */
  get changes(): ProposedChange[] {
    const changes = [...this.#files.values()].flatMap(({ value }) => value ?? []);
    return [...new Map(changes.map((change) => [change.id, change])).values()];
  }

  /** Never throws. */
  async look(): Promise<Look> {
    const before = [...this.#files.keys()].join('\n');
    const { path } = this.#options;
    const paths = [...newestIn(path, PENDING), ...newestIn(join(path, 'archive'), DECIDED)];
    this.#files = new Map(paths.map((each) => [each, this.#files.get(each) ?? this.#fileAt(each)]));
    const looks: Look[] = [];
    for (const file of this.#files.values()) looks.push(await file.look());
    if (looks.includes('torn')) return 'torn';
    return looks.includes('changed') || before !== paths.join('\n') ? 'changed' : 'same';
  }

  #fileAt(path: string): KeptFile<ProposedChange> {
    const { root, clock, words, problems } = this.#options;
    return new KeptFile({ place: { path, root }, decode: (text) => decodeChange(parseJson(text), words), clock, problems });
  }
}

/** The paths of the files that changed last. */
function newestIn(folder: string, name: RegExp): string[] {
  const paths = namesIn(folder)
    .filter((each) => name.test(each))
    .slice(0, MAX_NAMES)
    .map((each) => join(folder, each));
  if (paths.length <= MAX_FILES) return paths;
  return paths.toSorted((a, b) => changedAt(b) - changedAt(a)).slice(0, MAX_FILES);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function changedAt(path: string): number {
  try {
    return lstatSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
