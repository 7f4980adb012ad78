// The recorded steps of Network-AI on a real folder, and a source that watches it, with what survives its process.

import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { renderCard } from '../../../../src/boxes/render/render-card.ts';
import { BUILT_IN_LABELS } from '../../../../src/boxes/render/tool-labels.ts';
import type { EventOf, SessionEvent } from '../../../../src/core/event.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { Turn } from '../../../../src/core/session.ts';
import { NOTHING_VISIBLE, type Source, type Visibility } from '../../../../src/core/source.ts';
import { judge } from '../../../../src/core/status.ts';
import { treeOf } from '../../../../src/core/tree.ts';
import { createDataFolder } from '../../../../src/sources/network-ai/data-folder.ts';
import { FakeClock } from '../../../support/clock.ts';
import { SILENT_PORTS } from '../../../support/silent-ports.ts';
import { tempFolderInMemory } from '../../../support/temp-folder.ts';

export const STAGES = fileURLToPath(new URL('../../../fixtures/network-ai-5.15/stages/', import.meta.url));
const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const CARD = { verbosity: 'detail', maxLines: 60, labels: BUILT_IN_LABELS, redact: (text: string) => text } as const;
const PATIENCE_MS = 20_000;

/** When each step was over. In step 10 only time passed. */
const ENDS: readonly [string, string][] = [
  ['01-budget-and-heartbeats', '01:59:55.850'],
  ['02-handoffs-allowed', '01:59:56.300'],
  ['03-handoff-tax-blocked', '01:59:56.460'],
  ['04-results-validated', '01:59:56.740'],
  ['05-budget-exhausted', '01:59:57.220'],
  ['06-permissions', '01:59:57.600'],
  ['07-revoked-and-expired', '01:59:57.800'],
  ['08-blackboard', '01:59:58.280'],
  ['09-blackboard-committed', '01:59:58.400'],
  ['10-heartbeats-stale', '02:01:04.600'],
  ['11-env-dev', '02:01:04.900'],
  ['12-project-context', '02:05:31.000'],
];

export const STAGE_NAMES = ENDS.map(([name]) => name);

export function endOf(stage: string): number {
  const time = ENDS.find(([name]) => name === stage)?.[1];
  if (time === undefined) throw new Error(`There is no step ${stage}.`);
  return Date.parse(`2026-11-21T${time}Z`);
}

export interface SwarmOptions {
  visibility?: Partial<Visibility>;
  clock?: FakeClock;
  polling?: boolean;
}

const ROUTED: Visibility = { ...NOTHING_VISIBLE, isRouted: true };

export class RecordedSwarm {
  readonly dir = join(tempFolderInMemory(), 'data');
  readonly clock: FakeClock;
  /** All events, also of earlier processes. */
  readonly events: SessionEvent[] = [];
  readonly positions = new Map<string, unknown>();
  readonly logged: string[] = [];
  readonly #visibility: Visibility;
  readonly #polling: boolean;
  #source: Source | undefined;

  constructor({ visibility = {}, clock = new FakeClock(endOf('01-budget-and-heartbeats')), polling = false }: SwarmOptions = {}) {
    this.#polling = polling;
    mkdirSync(this.dir);
    this.clock = clock;
    this.#visibility = { ...ROUTED, ...visibility };
  }

  get source(): Source {
    if (this.#source === undefined) throw new Error('Nothing was started.');
    return this.#source;
  }

  /** Starts a process that knows what the earlier ones left behind. */
  async start(): Promise<void> {
    const log = (fields: object, text: string): void => void this.logged.push(`${text} ${JSON.stringify(fields)}`);
    this.#source = createDataFolder({
      ...SILENT_PORTS,
      root: this.dir,
      name: 'finance',
      polling: this.#polling,
      clock: this.clock,
      log: { debug: log, info: log, warn: log, error: log },
      emit: (event) => this.events.push(event),
      checkpoints: new Map(JSON.parse(JSON.stringify([...this.positions])) as [string, unknown][]),
      onProgress: (path, position) => void (position === undefined ? this.positions.delete(path) : this.positions.set(path, position)),
      knownKeys: () => new Set(this.events.map(({ sessionKey }) => sessionKey)),
      visibility: () => this.#visibility,
    });
    onTestFinished(() => this.#source?.stop());
    await this.#source.start();
  }

  async restart(): Promise<void> {
    await this.#source?.stop();
    await this.start();
  }

  /** Time goes on to the end of that step; then its files are written. */
  async goTo(stage: string): Promise<void> {
    await this.clock.advance(Math.max(0, endOf(stage) - this.clock.now()));
    applyStage(stage, this.dir);
  }

  /** Waits for what file events bring; a little time goes by. */
  async until(expectation: () => void): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      await sleep(5);
      await this.clock.advance(2);
      try {
        return expectation();
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  /** As long as nothing new was emitted for a while, everything was read. */
  async settled(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 12; quiet = this.events.length === before ? quiet + 1 : 0) {
      before = this.events.length;
      await sleep(5);
      await this.clock.advance(6);
    }
  }

  facts(what?: string): EventOf<'observed'>[] {
    return this.events.filter(
      (event): event is EventOf<'observed'> => event.type === 'observed' && (what === undefined || event.what === what),
    );
  }

  /** The boxes as people see them at that moment, in the order of their keys. */
  boxes(at = this.clock.now()): string {
    return boxesOf(this.events, at);
  }

  /** The notes that the box of a task has now, by their ids. */
  notes(taskId: string): Record<string, string> {
    const turn = foldOf(this.events).sessionOf(this.keyOf(taskId)).turns.at(-1);
    return Object.fromEntries((turn?.notes ?? []).map(({ noteId, text }) => [noteId, text]));
  }

  turnsOf(taskId: string): Turn[] {
    return foldOf(this.events).sessionOf(this.keyOf(taskId)).turns;
  }

  /** `dev:task` is of the environment `dev`. */
  keyOf(taskId: string): string {
    const [environment, id] = taskId.includes(':') ? taskId.split(':') : [undefined, taskId];
    return `network-ai:finance:${environment === undefined ? '' : `${environment}:`}task:${id ?? ''}`;
  }

  /** As the scripts do: the whole file, in place. */
  write(name: string, content: unknown): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }

  /** A line of a log. */
  append(name: string, line: unknown): void {
    appendFileSync(join(this.dir, name), `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  /** Now, as the scripts write it, so many milliseconds ago. */
  ago(ms = 0): string {
    return new Date(this.clock.now() - ms).toISOString().replace('Z', '000+00:00');
  }
}

/** Writes what the scripts wrote in that step. */
export function applyStage(stage: string, dir: string): void {
  const from = join(STAGES, stage);
  if (!existsSync(from)) return;
  for (const name of readdirSync(from)) {
    if (name.endsWith('.appended.jsonl')) appendFileSync(join(dir, 'audit_log.jsonl'), readFileSync(join(from, name)));
    else if (!name.includes('.poisoned.')) cpSync(join(from, name), join(dir, name), { recursive: true });
  }
}

export function foldOf(events: readonly SessionEvent[]): Fold {
  const fold = new Fold(200);
  for (const event of events) fold.apply(event.type === 'session_seen' ? { ...event, tellsLoss: true } : event);
  return fold;
}

/** What the fold makes of these events, drawn as of that moment. */
function boxesOf(events: readonly SessionEvent[], now: number): string {
  const fold = foldOf(events);
  const sessions = [...fold.sessionsByKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const boxes = sessions.flatMap((session) =>
    session.turns.map((turn) => {
      const { title, lines } = renderCard(judge(treeOf(fold.sessionsByKey, session, turn, now), LIMITS), CARD);
      return [title, ...lines.map((line) => `  ${line}`)].join('\n');
    }),
  );
  return `${boxes.join('\n\n')}\n`;
}
