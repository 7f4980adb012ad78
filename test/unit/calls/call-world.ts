// Calls in simulated time: real fold, watch, book and caller over a chat server and a disk that are plain objects. A world has lives, which a
// kill ends at any moment; what was sent may be carried out or not.

import { CallBook, type CallRows } from '../../../src/calls/call-book.ts';
import type { Address, CallRecord } from '../../../src/calls/call-record.ts';
import { Caller } from '../../../src/calls/caller.ts';
import { Calls } from '../../../src/calls/call-decisions.ts';
import { TurnWatch } from '../../../src/calls/turn-watch.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Session } from '../../../src/core/session.ts';
import { type FoundPost, type PostBody, type PostDraft, PushError, type Sink, type Target } from '../../../src/core/sink.ts';
import { FakeClock } from '../../support/clock.ts';
import { SILENT_PORTS } from '../../support/silent-ports.ts';

export type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'source' | 'at'> & { at?: number } : never) : never;

export interface WorldOptions {
  perHour?: number;
  failedAfterMs?: number;
  doneAfterMs?: number;
  /** Where boxes are; by default each has its place at once. */
  placeOf?(boxId: string): Target | undefined;
  isWithdrawn?(boxId: string): boolean;
  address?(call: CallRecord): Address | undefined;
  /** A channel in which nothing can be posted. */
  archived?: string;
}

/** One post with every text it has had. */
export interface WorldPost extends FoundPost {
  texts: string[];
}

/** What happens to requests: `lost` fails before it is carried out, `unheard` after, `hangs` is carried out but never answered. */
export type Weather = 'fine' | 'lost' | 'unheard' | 'hangs';

export class CallWorld {
  readonly clock = new FakeClock(Date.parse('2026-11-21T10:00:00Z'));
  readonly posts: WorldPost[] = [];
  weather: Weather = 'fine';
  readonly #options: WorldOptions;
  readonly #disk = new Map<string, string>();
  #sessions: readonly Session[] = [];
  #life: Life | undefined;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  start(): void {
    this.#life = new Life(this, this.#options, this.#rows(), this.#sessions);
  }

  /** Nothing of this life does anything any more. Its sessions are as they were stored. */
  kill(): void {
    this.#sessions = [...(this.#life?.fold.sessionsByKey.values() ?? [])];
    this.#life?.die();
    this.#life = undefined;
  }

  /** Nothing of what earlier lives stored is there. */
  forgetAll(): void {
    this.#disk.clear();
    this.#sessions = [];
  }

  /** It happens whether or not anybody watches. */
  emit(event: Bare): void {
    this.#life?.emit({ source: 'gateway', ...event, at: event.at ?? this.clock.now() });
  }

  shiftClock(byMs: number): void {
    this.#life?.watch.shiftClock(byMs);
  }

  /** Lets time go by; ticks come when they were asked for. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      await quiet();
      const at = Math.max(this.#life?.nextTickAt ?? end, this.clock.now());
      if (at >= end) break;
      this.clock.pass(at - this.clock.now());
      this.#life?.tick();
    }
    this.clock.pass(end - this.clock.now());
    await quiet();
  }

  texts(): string[] {
    return this.posts.map(({ texts }) => texts.at(-1) ?? '');
  }

  #rows(): CallRows {
    return {
      rows: () => [...this.#disk].map(([key, text]) => ({ key, value: JSON.parse(text) as unknown })),
      put: (key, value) => void (value === undefined ? this.#disk.delete(key) : this.#disk.set(key, JSON.stringify(value))),
    };
  }
}

class Life {
  readonly fold = new Fold();
  readonly watch: TurnWatch;
  nextTickAt: number;
  #isDead = false;
  readonly #world: CallWorld;
  readonly #archived: string | undefined;

  constructor(world: CallWorld, options: WorldOptions, rows: CallRows, sessions: readonly Session[]) {
    const { clock } = world;
    this.#world = world;
    this.#archived = options.archived;
    this.nextTickAt = clock.now();
    for (const session of sessions) this.fold.restore(session, clock.now());
    const mortal: CallRows = { rows: () => rows.rows(), put: (key, value) => void (this.#isDead || rows.put(key, value)) };
    const book = new CallBook({ rows: mortal, perHour: options.perHour ?? 1_000, startedAt: clock.now() });
    const caller = new Caller(book, {
      sink: this.#sink(),
      clock,
      log: SILENT_PORTS.log,
      me: () => (this.#isDead ? undefined : { userId: 'me' }),
      address: async (call) => (options.address ?? (({ place }) => ({ target: place, mentions: '@alice ' })))(call),
      take: () => 0,
      wakeIn: (ms) => this.#tickAt(clock.now() + ms),
    });
    const { failedAfterMs = 300_000, doneAfterMs = 900_000 } = options;
    const { isWithdrawn = () => false } = options;
    const ports = { book, redact: (text: string) => text, isWithdrawn, send: () => void caller.send() };
    const calls = new Calls(ports, { failedAfterMs, doneAfterMs, sinceAt: 0 });
    const placeOf = options.placeOf ?? (() => ({ channelId: 'town' }));
    const limits = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
    this.watch = new TurnWatch({ clock, sessions: this.fold.sessionsByKey, limits, placeOf, tickAt: (at) => this.#tickAt(at) }, [calls]);
    this.watch.start();
  }

  emit(event: SessionEvent): void {
    this.watch.apply(this.fold.apply(event));
  }

  tick(): void {
    this.nextTickAt = Number.POSITIVE_INFINITY;
    this.watch.tick();
  }

  die(): void {
    this.#isDead = true;
  }

  /** As the daemon's timer: what is due within half a second is done together. */
  #tickAt(at: number): void {
    if (!this.#isDead) this.nextTickAt = Math.min(this.nextTickAt, Math.max(at, this.#world.clock.now() + 500));
  }

  #sink(): Pick<Sink, 'create' | 'edit' | 'findOwn'> {
    const { posts, clock } = this.#world;
    return {
      create: (draft) => this.#request(() => ({ postId: this.#create(draft) })),
      edit: (postId, body) => this.#request(() => void posts.find((post) => post.postId === postId)?.texts.push(body.message ?? '')),
      findOwn: (channelId, sinceAt) =>
        this.#request(() =>
          posts.filter((post) => post.target.channelId === channelId && post.createdAt >= sinceAt && clock.now() >= post.createdAt),
        ),
    };
  }

  #create({ target, props, message, pendingPostId }: PostDraft & PostBody): string {
    if (target.channelId === this.#archived) throw new PushError('archived', 'archived');
    const postId = `post${this.#world.posts.length}-${pendingPostId}`;
    this.#world.posts.push({ postId, target, createdAt: this.#world.clock.now(), meta: props['livestatus'], texts: [message ?? ''] });
    return postId;
  }

  /** The request of a killed process may have been carried out: then it was `unheard`. */
  async #request<T>(carryOut: () => T): Promise<T> {
    if (this.#isDead) return new Promise<never>(() => undefined);
    const { weather } = this.#world;
    if (weather === 'lost') throw new PushError('unreachable', 'lost');
    const answer = carryOut();
    if (weather === 'unheard') throw new PushError('timed_out', 'unheard');
    if (weather === 'hangs') return new Promise<never>(() => undefined);
    await Promise.resolve();
    return this.#isDead ? new Promise<never>(() => undefined) : answer;
  }
}

/** Lets promises that need no timer run to their end. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
