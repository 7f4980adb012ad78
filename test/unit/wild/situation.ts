// A situation of a real install as a file of steps, and what a person would see of it: the real source over real files, the real board and
// renderer, and a clock that is moved by hand.

import { EventEmitter } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FSWatcher } from 'chokidar';
import { onTestFinished } from 'vitest';
import { createRedactor } from '../../../src/text/redact.ts';
import {
  createTranscriptSource,
  type TranscriptCheckpoint,
  type TranscriptSource,
} from '../../../src/sources/openclaw/transcripts/transcripts-source.ts';
import { drawn } from '../../../src/boxes/publish/drawing.ts';
import { BoardHarness } from '../boxes/board/board-harness.ts';
import { FakeClock } from '../../support/clock.ts';
import { tempFolderInMemory } from '../../support/temp-folder.ts';

const FIXTURES = new URL('../../fixtures/wild/', import.meta.url);
const TICK_MS = 500;
const START_MS = 1_000; // what is there before is older than a watcher that begins
const LOOK_MS = 10;
const MAX_LOOKS = 500; // 5 s in which nothing else happens
const CALM_LOOKS = 3; // between two steps of one reading nothing is asked of the disk
const CHANNEL = 'c4xq8tq7y3bkzpsn9mwjd1e5fo';
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One thing that happens to a file. `"@-60000"` in a line stands for a minute before the moment of the step. */
export interface Step {
  /** Milliseconds after the watcher is ready. */
  at?: number;
  file?: string;
  line?: unknown;
  lines?: unknown[];
  /** Bytes as they are, without a newline of their own. */
  raw?: string;
  json?: unknown;
  remove?: true;
  /** Looks at the boxes. */
  show?: boolean;
}

export interface Situation {
  before: Step[];
  steps: Step[];
  until: number;
}

/** Titles and lines of every box, in the order in which they first appeared. */
export type Boxes = { title: string; lines: string[] }[];

export interface Seen {
  /** The boxes at each step that looked. */
  looks: Boxes[];
  atTheEnd: Boxes;
  /** Every title that each of the boxes ever had, without repetition. */
  titles: string[][];
  /** Every view of a box, in milliseconds after the watcher was ready. */
  views: { at: number; boxId: string; title: string }[];
}

export function readSituation(name: string): Situation {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')) as Situation;
}

/** Plays a situation to its end; `startAt` is our own clock, milliseconds since the epoch. */
export async function playSituation(situation: Situation, startAt = Date.now()): Promise<Seen> {
  const stage = new Stage(new FakeClock(startAt));
  for (const step of situation.before) stage.act(step);
  await stage.start();
  const looks: Boxes[] = [];
  for (const step of situation.steps) {
    await stage.passUntil(step.at ?? 0);
    if (step.show === true) looks.push(stage.boxes());
    await stage.sendFileEvent(stage.act(step));
  }
  await stage.passUntil(situation.until);
  return { looks, atTheEnd: stage.boxes(), titles: stage.titles(), views: stage.views };
}

/** One watcher over a folder of its own. */
class Stage {
  readonly #clock: FakeClock;
  readonly #folder = tempFolderInMemory();
  readonly #desk: BoardHarness;
  readonly #source: TranscriptSource;
  readonly #readByPath = new Map<string, TranscriptCheckpoint>();
  readonly #watcher = new FSWatcher();
  readonly #listenersByFolder = new Map<string, (event: string, name: string) => void>();
  #startedAt = 0;
  readonly views: Seen['views'] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.#desk = new BoardHarness({
      clock,
      isCatchingUp: true,
      show: (view) => this.views.push({ at: clock.now() - this.#startedAt, boxId: view.boxId, title: drawn(view).card.title }),
    });
    this.#source = createTranscriptSource({
      dir: join(this.#folder, 'agents'),
      polling: false,
      clock,
      redact: createRedactor([]),
      emit: (event) => this.#desk.path.apply(event),
      log: quiet,
      onProgress: (path, checkpoint) =>
        void (checkpoint === undefined ? this.#readByPath.delete(path) : this.#readByPath.set(path, checkpoint)),
      fileEvents: {
        tree: () => {
          setImmediate(() => this.#watcher.emit('ready'));
          return this.#watcher;
        },
        folder: (path, listener) => {
          this.#listenersByFolder.set(path, listener);
          return Object.assign(new EventEmitter(), { close: () => this.#listenersByFolder.delete(path) });
        },
      },
    });
    onTestFinished(() => this.#source.stop());
  }

  async start(): Promise<void> {
    await this.#clock.advance(START_MS);
    await this.#source.start();
    this.#desk.board.caughtUp();
    this.#startedAt = this.#clock.now();
  }

  /** Does what the step says and returns the file that it changed. */
  act({ file, line, lines = [], raw, json, remove }: Step): string | undefined {
    if (file === undefined) return undefined;
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (remove === true) rmSync(path, { force: true });
    if (json !== undefined) writeFileSync(path, this.#filled(JSON.stringify(json)));
    for (const entry of line === undefined ? lines : [line, ...lines]) appendFileSync(path, `${this.#filled(JSON.stringify(entry))}\n`);
    if (raw !== undefined) appendFileSync(path, this.#filled(raw));
    if (existsSync(path)) utimesSync(path, this.#clock.now() / 1_000, this.#clock.now() / 1_000);
    return path;
  }

  /** A file event, and the time it takes the source to read what there is. */
  async sendFileEvent(path: string | undefined): Promise<void> {
    if (path === undefined) return;
    const listener = this.#listenersByFolder.get(dirname(path));
    if (listener === undefined) this.#watcher.emit('all', 'addDir', dirname(path));
    else listener('change', basename(path));
    await untilRead();
    for (let looks = 1; path.endsWith('.jsonl') && !this.#wasRead(path); looks++) {
      if (looks > MAX_LOOKS) throw new Error(`${path} is not read`);
      await this.#clock.advance(LOOK_MS);
      await untilRead();
    }
    await this.#clock.advance(0);
  }

  async passUntil(ms: number): Promise<void> {
    for (;;) {
      const left = this.#startedAt + ms - this.#clock.now();
      if (left <= 0) return;
      await this.#clock.advance(Math.min(TICK_MS, left));
      this.#desk.path.tick();
      await untilRead();
      await this.#clock.advance(0);
    }
  }

  boxes(): Boxes {
    const cards = new Map(this.#desk.views.map(({ boxId, card }) => [boxId, card]));
    return [...cards.values()].map(({ title, lines }) => ({ title, lines }));
  }

  titles(): string[][] {
    const titlesById = Map.groupBy(this.#desk.views, ({ boxId }) => boxId);
    return [...titlesById.values()].map((views) => [...new Set(views.map(({ card }) => card.title))]);
  }

  #filled(text: string): string {
    return text
      .replaceAll(/"@(-?\d+)"/g, (_all, ms) => JSON.stringify(new Date(this.#clock.now() + Number(ms)).toISOString()))
      .replaceAll('%PUBLIC%', CHANNEL);
  }

  #wasRead(path: string): boolean {
    return this.#readByPath.get(path)?.offset === readFileSync(path).lastIndexOf('\n') + 1;
  }
}

/** Files are read in real time: the time of a situation stands still as long as one is being read. */
export async function untilRead(): Promise<void> {
  const isReading = () => process.getActiveResourcesInfo().some((name) => /^(?:FSReq|FileHandle)/.test(name));
  for (let calm = 0; calm < CALM_LOOKS; calm = isReading() ? 0 : calm + 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
