// One life of the watcher, wired like the daemon but for sockets, files and the process itself: those are the test's. Dies at once
// and for good when told to.

import { Board, type ForgottenBox, type Placement } from '../../../src/boxes/board/board.ts';
import { Counters } from '../../../src/health/counters.ts';
import type { BoxEntry } from '../../../src/boxes/board/box-entry.ts';
import { createPublisher } from '../../../src/boxes/publish/publisher.ts';
import type { BoxView, Publisher } from '../../../src/boxes/publish/publisher-ports.ts';
import type { Checkpoint } from '../../../src/store/checkpoint.ts';
import { type Config, secretsOf } from '../../../src/config/config.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { forwarded } from '../../../src/core/guarded.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { Logger } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/text/redact.ts';
import type { TurnTree } from '../../../src/core/session.ts';
import { FAILURES, PushError, type Sink } from '../../../src/core/sink.ts';
import { type AdoptingSink, withAdoption } from '../../../src/takeover/adoption.ts';
import { boardOptions, keptLinesOf, publisherOptions } from '../../../src/app/box-options.ts';
import { EventPath } from '../../../src/app/event-path.ts';
import { encoderOf, rendererOf } from '../../../src/app/drawing.ts';
import { GRACE_MS, Leftovers } from '../../../src/takeover/leftovers.ts';
import { Memory } from '../../../src/store/memory.ts';
import { createPlacement } from '../../../src/app/placement.ts';
import { every } from '../../../src/runtime/system-clock.ts';
import { onceConnected } from '../../../src/sinks/once-connected.ts';
import { type TwinSink, withTwinWatch } from '../../../src/takeover/twin.ts';
import { type AuthGateSink, withAuthGate } from '../../../src/sinks/auth-gate.ts';
import { type BreakerSink, withBreaker } from '../../../src/sinks/breaker.ts';
import type { MattermostChecks } from '../../../src/sinks/mattermost/checks.ts';
import { createDirectory, type Directory } from '../../../src/sinks/mattermost/directory.ts';
import type { Server } from '../../../src/sinks/mattermost/health.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { withRateGate } from '../../../src/sinks/mattermost/rate-gate.ts';
import { createToken, type Token } from '../../../src/sinks/token.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import type { AgentSession } from './agent.ts';
import type { Network } from './network.ts';
import { Reader } from './reader.ts';

/** What every life shares. */
export interface Surroundings {
  config: Config;
  clock: Clock;
  network: Network;
  disk: Checkpoint;
  /** What stands in the token's file. */
  tokenFile(): string;
  sessions(): readonly AgentSession[];
  onShow(view: BoxView): void;
  onPush(push: SentPush): void;
  onSkipped(key: string): void;
  log: Logger;
}

/** One create or edit as the sink was asked for it. */
export interface SentPush {
  at: number;
  need: 'create' | 'edit';
  boxId: string;
  outcome: 'under way' | 'accepted' | 'refused' | 'unknown';
}

const TICK_MS = 500;
const REMEMBER_MS = 250;
const RECENT_MS = 2 * 3_600_000;
const RECONNECT_MS = 5_000;
const FLUSH_MS = 4_000;

export class Watcher {
  readonly board: Board;
  readonly #fold: Fold;
  readonly #path: EventPath;
  readonly publisher: Publisher;
  readonly twin: TwinSink;
  readonly reader: Reader;
  readonly #around: Surroundings;
  readonly #clock: Clock;
  readonly #memory: Memory<BoxEntry>;
  readonly #server: Server;
  readonly #mattermost: Sink & MattermostChecks;
  readonly #directory: Directory;
  readonly #sink: AdoptingSink;
  readonly #leftovers: Leftovers;
  readonly #token: Token;
  readonly #breaker: BreakerSink;
  readonly #gate: AuthGateSink;
  readonly #whenConnected = Promise.withResolvers<void>();
  readonly #counters = new Counters();
  #isConnected = false;
  #isAlive = true;

  constructor(name: string, around: Surroundings) {
    const { config } = around;
    this.#around = around;
    this.#clock = this.#mortal(around.clock);
    const living = { sessions: () => this.#fold.sessionsByKey, entries: () => this.board.entries() };
    this.#memory = new Memory(this.#mortalDisk(around.disk), living);
    this.#token = createToken(around.tokenFile(), () => ({ value: around.tokenFile() }));
    const client = { name, isAlive: () => this.#isAlive, token: () => this.#token.current() };
    this.#server = {
      transport: withRateGate(around.network.transportOf(client), this.#clock, this.#memory),
      userId: () => SAMPLE.botId,
    };
    this.#mattermost = createMattermostSink(this.#server);
    this.#breaker = this.#withBreaker();
    this.#gate = this.#withGate();
    const claimedAt = around.clock.now();
    this.#directory = createDirectory(this.#server, this.#mattermost, (call) => this.#gate.pass(() => this.#breaker.pass(call)));
    this.twin = withTwinWatch(
      onceConnected(this.#gate, () => this.#isConnected),
      {
        clock: this.#clock,
        instance: name,
        claimedAt,
        onReplaced: () => undefined,
        onOlder: () => this.publisher.reclaim(),
      },
    );
    this.#sink = withAdoption(this.twin, this.#clock, name, {
      turns: () => this.board.identities(),
      posts: this.#memory.posts,
    });
    const redact = createRedactor(secretsOf(config));
    this.publisher = this.#noting(this.#createPublisher(name, claimedAt));
    this.#fold = new Fold(keptLinesOf(config));
    this.board = this.#createBoard(redact);
    this.#path = new EventPath({ clock: this.#clock, fold: this.#fold, board: () => this.board });
    this.#leftovers = this.#createLeftovers();
    this.reader = new Reader({
      clock: this.#clock,
      redact,
      emit: (event) => this.#path.apply(event),
      onProgress: (key, lines) => this.#memory.positions.note('transcripts', key, lines),
      onSkipped: (key) => around.onSkipped(key),
    });
  }

  /** What the daemon does when it starts. */
  start(): void {
    for (const record of this.#memory.posts.records()) this.publisher.adopt(record);
    const stored = this.#memory.sessions.stored();
    for (const { session } of stored) this.#fold.restore(session, this.#clock.now());
    this.board.restore(stored.flatMap(({ entries }) => entries));
    void this.#connect();
    this.reader.start(this.#around.sessions(), this.#memory.positions.stored('transcripts'));
    this.#leftovers.claimRemembered();
    this.board.caughtUp();
    void this.#whenConnected.promise.then(() => this.#leftovers.search());
    every(this.#clock, TICK_MS, () => {
      this.#path.tick();
      void this.twin.check(this.#memory.posts.openPostIds());
    });
    every(this.#clock, REMEMBER_MS, () => this.#memory.flush());
  }

  /** The last words of an orderly stop. Resolves when the process ends. */
  async leave(): Promise<void> {
    this.reader.stop();
    this.#path.interrupt();
    await this.publisher.flush(FLUSH_MS);
    this.#memory.flush();
    this.kill();
  }

  kill(): void {
    this.#isAlive = false;
  }

  /** Nothing is left to be done but to watch. */
  isQuiet(): boolean {
    const { dirty, waiting, parked } = this.publisher.stats();
    const isPlacing = this.board.entries().some((entry) => entry.phase === 'placing');
    return this.#isConnected && dirty === 0 && waiting === 0 && parked.length === 0 && !isPlacing && this.#breaker.state() === 'closed';
  }

  /** Timers of a dead process do not fire. */
  #mortal(clock: Clock): Clock {
    const after: Clock['after'] = (delayMs, run) => clock.after(delayMs, () => this.#isAlive && run());
    return { now: () => clock.now(), monotonic: () => clock.monotonic(), after };
  }

  #mortalDisk(disk: Checkpoint): Checkpoint {
    return {
      rows: (kind) => disk.rows(kind),
      write: (changes) => this.#isAlive && disk.write(changes),
      problem: () => disk.problem(),
      close: () => disk.close(),
    };
  }

  #withBreaker(): BreakerSink {
    const { breakerThreshold: threshold, breakerCooldownMs: cooldownMs } = this.#around.config;
    return withBreaker(this.#observed(this.#mattermost), { threshold, cooldownMs, clock: this.#clock });
  }

  #withGate(): AuthGateSink {
    return withAuthGate(this.#breaker, { token: this.#token, clock: this.#clock, check: (signal) => this.#mattermost.identify(signal) });
  }

  /** The same sink; creates and edits are noted when they are sent. */
  #observed(sink: Sink): Sink {
    const note = async <T>(need: SentPush['need'], meta: unknown, call: () => Promise<T>): Promise<T> => {
      const { box } = meta as { box: string }; // Written by the publisher a moment ago.
      const push: SentPush = { at: this.#clock.monotonic(), need, boxId: box, outcome: 'under way' };
      this.#around.onPush(push);
      try {
        const answer = await call();
        push.outcome = 'accepted';
        return answer;
      } catch (error) {
        const isUnknown = error instanceof PushError && FAILURES[error.reason].isHealthFailure;
        push.outcome = isUnknown ? 'unknown' : 'refused';
        throw error;
      }
    };
    return {
      ...forwarded(sink),
      create: (draft, signal) => note('create', draft.props['livestatus'], () => sink.create(draft, signal)),
      edit: (postId, body, signal) => note('edit', body.props['livestatus'], () => sink.edit(postId, body, signal)),
    };
  }

  async #connect(): Promise<void> {
    for (;;) {
      try {
        await this.#mattermost.identify();
        await this.#mattermost.probe();
        this.#isConnected = true;
        return this.#whenConnected.resolve();
      } catch (error) {
        this.#token.refresh();
        const retryAfterMs = error instanceof PushError ? (error.retryAfterMs ?? 0) : 0;
        await new Promise<void>((resolve) => this.#clock.after(Math.max(RECONNECT_MS, retryAfterMs), resolve));
      }
    }
  }

  #createPublisher(instance: string, claimedAt: number): Publisher {
    const ports = {
      sink: this.#sink,
      clock: this.#clock,
      random: () => 0.5,
      encode: encoderOf(this.#around.config, () => undefined),
      posts: this.#memory.posts,
      log: this.#around.log,
      meter: this.#counters,
      instance,
      claimedAt,
      newPendingId: (boxId: string) => `${SAMPLE.botId}:${boxId}`,
    };
    return createPublisher(ports, publisherOptions(this.#around.config));
  }

  /** The same publisher; what it is to show is noted. */
  #noting(publisher: Publisher): Publisher {
    return {
      show: (view) => {
        this.#around.onShow(view);
        publisher.show(view);
      },
      adopt: (record, view) => publisher.adopt(record, view),
      reclaim: () => publisher.reclaim(),
      charge: () => publisher.charge(),
      forget: (boxId) => publisher.forget(boxId),
      flush: (deadlineMs) => publisher.flush(deadlineMs),
      stats: () => publisher.stats(),
      stop: () => publisher.stop(),
    };
  }

  #createLeftovers(): Leftovers {
    const { clock, log } = this.#around;
    const channels = (): Promise<string[]> => this.#directory.recentChannels(clock.now() - RECENT_MS);
    const sessions = this.#fold.sessionsByKey;
    const found = { sink: this.#sink, sessions, board: this.board, publisher: this.publisher, posts: this.#memory.posts };
    return new Leftovers({ clock: this.#clock, log, channels, ...found }, GRACE_MS);
  }

  #createBoard(redact: (text: string) => string): Board {
    const { config, log } = this.#around;
    const ports = {
      clock: this.#clock,
      log,
      sessions: this.#fold.sessionsByKey,
      emit: (event: SessionEvent) => this.#path.apply(event),
      meter: this.#counters,
      render: rendererOf(config, redact, log),
      show: (view: BoxView) => this.publisher.show(view),
      place: (tree: TurnTree) => this.#place(tree),
      forget: ({ boxId, sessionKey }: ForgottenBox) => {
        this.publisher.forget(boxId);
        this.#fold.forgetTurn(sessionKey, boxId);
      },
    };
    return new Board(
      ports,
      boardOptions(config, () => false),
    );
  }

  async #place(tree: TurnTree): Promise<Placement> {
    await this.#whenConnected.promise;
    const { placement, channels, direct, defaultChannelDirect } = this.#around.config;
    return createPlacement(this.#directory, { placement, channels, direct, defaultChannelDirect }, this.#clock)(tree);
  }
}
