// Lists the folders of sessions when names may have come or gone in them. Owns what was known of each at its last listing.

import { sep } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { inSlices } from '../../../files/in-slices.ts';
import type { SessionReader } from './session-reader.ts';
import { type Folder, listFolder } from './sessions-folders.ts';
import type { Problems } from './transcripts-problems.ts';

/** What was known of a folder when it was listed last. */
interface LastListing {
  namesChangedAt: number;
  indexChanges: number;
  /** By the monotonic clock: when it is listed again in any case. */
  until: number;
}

type Counts = Record<string, number>;

const LISTED_AGAIN_MS = 60_000; // where a file system does not say that names came and went
// Clocks of file systems have ticks of some milliseconds: what came within the last one cannot be told from what comes in it later.
const UNSURE_MS = 2_000;
const LOOKS_AT_ONCE = 8;

export class FolderListings {
  readonly #reader: SessionReader;
  readonly #problems: Problems;
  readonly #clock: Clock;
  readonly #lastByFolder = new WeakMap<Folder, LastListing>();
  readonly #ignoredByPath = new Map<string, Counts>();

  constructor(reader: SessionReader, problems: Problems, clock: Clock) {
    this.#reader = reader;
    this.#problems = problems;
    this.#clock = clock;
  }

  /** Whether it was ever listed: what appears in it from then on is new. */
  has(folder: Folder): boolean {
    return this.#lastByFolder.has(folder);
  }

  /** Files beside the transcripts of these folders that are no sessions, counted by the kind of their names. */
  ignoredIn(folders: readonly Folder[]): Counts {
    return sumOf(folders.map(({ path }) => this.#ignoredByPath.get(path) ?? {}));
  }

  /** Whether names may have come or gone in a folder since it was listed, or an index may name other files of it. */
  hasNews(folder: Folder): boolean {
    const last = this.#lastByFolder.get(folder);
    if (last === undefined || this.#clock.monotonic() >= last.until) return true;
    return last.namesChangedAt !== folder.namesChangedAt || last.indexChanges !== this.#reader.indexes.changesOf(folder.path);
  }

  /** Looks at everything in the folder that is not known yet. */
  async list(folder: Folder): Promise<void> {
    const { transcripts, signs, indexes } = this.#reader;
    const pathOf = (name: string) => folder.path + sep + name;
    const known = this.#knownOf(folder);
    const listing = await listFolder(folder.path, {
      isKnown: (name) => transcripts.has(pathOf(name)),
      isNamed: (name) => indexes.namesFile(folder.path, name),
    });
    if (typeof listing === 'string') return listing === 'missing' ? undefined : this.#problems.recordOnce('folder_unreadable', folder.path);
    this.#problems.clear('folder_unreadable', folder.path);
    const isNew = this.has(folder);
    this.#ignoredByPath.set(folder.path, listing.ignored);
    await inSlices(listing.transcripts, LOOKS_AT_ONCE, (name) => transcripts.look(pathOf(name), folder, isNew));
    this.#lastByFolder.set(folder, known);
    for (const name of listing.locks) signs.foundLock(pathOf(name));
    for (const { name, refusal } of listing.refused) this.#problems.recordOnce(refusal, pathOf(name));
  }

  #knownOf({ path, namesChangedAt = Number.POSITIVE_INFINITY }: Folder): LastListing {
    const isSure = this.#clock.now() - namesChangedAt > UNSURE_MS;
    const until = isSure ? this.#clock.monotonic() + LISTED_AGAIN_MS : 0;
    return { namesChangedAt, indexChanges: this.#reader.indexes.changesOf(path), until };
  }
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const each of counts) for (const [what, count] of Object.entries(each)) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}
