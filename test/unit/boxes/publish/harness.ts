// A publisher between a fake clock and a fake server, with a checkpoint in memory that survives its restarts.

import { Counters } from '../../../../src/health/counters.ts';
import { type BudgetLimits, budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { parsePace } from '../../../../src/core/edit-pace.ts';
import type { PostRecord } from '../../../../src/core/post-record.ts';
import { RequestBudget } from '../../../../src/boxes/publish/request-budget.ts';
import { createPublisher } from '../../../../src/boxes/publish/publisher.ts';
import type { BoxView, Publisher, PublisherOptions, PublisherPorts } from '../../../../src/boxes/publish/publisher-ports.ts';
import { type Card, NOTHING_URGENT } from '../../../../src/core/card.ts';
import type { LogFields, Logger } from '../../../../src/core/log.ts';
import type { PostBody, Sink } from '../../../../src/core/sink.ts';
import type { Checkpoint } from '../../../../src/store/checkpoint.ts';
import { PostStore } from '../../../../src/store/post-store.ts';
import { rowsInMemory } from '../../store/rows-in-memory.ts';
import { FakeServer } from './fake-server.ts';
import { FakeClock } from '../../../support/clock.ts';

const PACE = parsePace('2s, 1m:5s, 5m:15s') ?? [];

export const OPTIONS: PublisherOptions = { throttleMs: 500, pace: PACE, channelEditsPerHour: 0, onRootGone: 'park' };
export const LIMITS = budgetLimits(5, 20);

export interface Harness {
  clock: FakeClock;
  server: FakeServer;
  publisher: Publisher;
  counters: Counters;
  budget: RequestBudget;
  /** How often a body was encoded. */
  encodings: number;
  records: Map<string, PostRecord>;
  saves: PostRecord[];
  warnings: string[];
  infos: string[];
  /** A process that was killed and starts again from its checkpoint. */
  restart(): Promise<void>;
}

interface Setting {
  /** Called with the fields of each debug line: one for each request. */
  onRequest?: (fields: LogFields) => void;
  options?: Partial<PublisherOptions> & { limits?: BudgetLimits };
  clock?: FakeClock;
  random?: () => number;
  wrap?: (sink: Sink, clock: FakeClock) => Sink;
  /** Where records are kept, if not just in a store of their own on that disk. */
  posts?: (disk: Checkpoint) => PublisherPorts['posts'];
}

export function createHarness(setting: Setting = {}): Harness {
  const clock = setting.clock ?? new FakeClock();
  const server = new FakeServer(clock);
  const sink = setting.wrap?.(server.sink, clock) ?? server.sink;
  const records = new Map<string, PostRecord>();
  const saves: PostRecord[] = [];
  const disk = rowsInMemory((changes) => {
    for (const { key, value } of changes) {
      if (value === undefined) records.delete(key);
      else records.set(key, structuredClone(value as PostRecord)); // The publisher writes nothing else.
      if (value !== undefined) saves.push(structuredClone(value as PostRecord));
    }
    return true;
  });
  const warnings: string[] = [];
  const infos: string[] = [];
  const counters = new Counters();
  let instances = 0;
  const options = { ...OPTIONS, ...setting.options };
  const start = (): Publisher => {
    instances += 1;
    const mine = instances;
    const isAlive = (): boolean => mine === instances;
    const ports: PublisherPorts = {
      sink,
      clock,
      random: setting.random ?? (() => 0.5),
      encode: (card, meta, shrink) => {
        harness.encodings += 1;
        return encode(card, meta, shrink);
      },
      posts: (setting.posts ?? storeOn)(mortal(disk, isAlive)),
      log: recordingLog(warnings, infos, setting.onRequest),
      meter: counters,
      budget,
      instance: `instance${mine}`,
      claimedAt: 0,
      newPendingId: (boxId) => `pending-${boxId}`,
    };
    return createPublisher(ports, options);
  };
  const budget = new RequestBudget(() => setting.options?.limits ?? LIMITS, clock.monotonic());
  const harness: Harness = {
    clock,
    server,
    budget,
    publisher: start(),
    counters,
    encodings: 0,
    records,
    saves,
    warnings,
    infos,
    async restart() {
      const killed = harness.publisher;
      harness.publisher = start();
      await killed.stop();
      for (const record of records.values()) harness.publisher.adopt(structuredClone(record));
    },
  };
  return harness;
}

function storeOn(disk: Checkpoint): PostStore {
  return new PostStore(disk, () => undefined);
}

/** A dead process writes nothing. */
function mortal(disk: Checkpoint, isAlive: () => boolean): Checkpoint {
  return { ...disk, write: (changes) => isAlive() && disk.write(changes) };
}

function recordingLog(warnings: string[], infos: string[], onRequest: Setting['onRequest']): Logger {
  const ignore = (): void => undefined;
  const into = (list: string[]) => (_fields: object, message: string) => void list.push(message);
  return { debug: onRequest ?? ignore, info: into(infos), error: ignore, warn: into(warnings) };
}

/** An encoder without limits; a shrunken body has the title only. */
export const encode: PublisherPorts['encode'] = (card, meta, shrink) => {
  const text = shrink === 0 ? [card.title, ...card.lines].join('\n') : card.title;
  return { message: '', props: { attachments: [{ text }], livestatus: meta } };
};

export function textOf(body: PostBody | undefined): string | undefined {
  const attachments = body?.props['attachments'];
  return Array.isArray(attachments) ? String(attachments[0]?.text) : undefined;
}

/** The text of the one post of a box; fails the test when there are several. */
export function shownBy(server: FakeServer, boxId: string): string | undefined {
  const posts = server.postsOf(boxId);
  if (posts.length > 1) throw new Error(`${boxId} has ${posts.length} posts`);
  return textOf(posts[0]?.body);
}

export interface ViewSetting {
  channelId?: string;
  rootId?: string;
  urgentKey?: string;
  final?: boolean;
  startedAt?: number;
}

/** A view of a box whose title is `text`, in the clock's present. */
export function view(boxId: string, text: string, setting: ViewSetting = {}): BoxView {
  const final = setting.final ?? false;
  const target = { channelId: setting.channelId ?? 'town', ...(setting.rootId === undefined ? {} : { rootId: setting.rootId }) };
  const card: Card = {
    state: final ? 'done' : 'active',
    color: '#000000',
    title: text,
    lines: ['line'],
    droppedLines: 0,
    fallback: text,
    urgentKey: setting.urgentKey ?? (final ? 'done' : NOTHING_URGENT),
    final,
  };
  const startedAt = setting.startedAt ?? Date.parse('2026-11-21T00:00:00Z');
  return { boxId, target, card, turnStartedAt: startedAt, meta: { session: 'hash', runs: ['run1'], start: startedAt } };
}
