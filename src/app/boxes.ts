// Wires what makes boxes: the board, the publisher, and what stands between the publisher and the chat server.

import { Board } from '../boxes/board/board.ts';
import type { ForgottenBox } from '../boxes/board/board-ports.ts';
import type { BoxEntry } from '../boxes/board/box-entry.ts';
import { budgetLimits } from '../boxes/publish/budget.ts';
import { gatewayMetaOf, sessionHash } from '../boxes/publish/post-meta.ts';
import { createPublisher } from '../boxes/publish/publisher.ts';
import type { BoxNews, BoxView, Publisher } from '../boxes/publish/publisher-ports.ts';
import { Signs } from '../boxes/signs/signs.ts';
import { RequestBudget } from '../boxes/publish/request-budget.ts';
import type { Config } from '../config/config.ts';
import type { SessionEvent } from '../core/event.ts';
import type { Fold } from '../core/fold.ts';
import type { Logger } from '../core/log.ts';
import type { Session } from '../core/session.ts';
import type { JudgedTree } from '../core/status.ts';
import { fingerprint } from '../core/turn.ts';
import type { Counters } from '../health/counters.ts';
import type { StateStore } from '../store/state-store.ts';
import { type AdoptingSink, withAdoption } from '../takeover/adoption.ts';
import { isOfNeighbour, pendingIdOfBox, withGateways } from '../takeover/gateway-posts.ts';
import { PostedGateways } from '../takeover/posted-gateways.ts';
import { bestTurn } from '../takeover/same-turn.ts';
import { type TwinSink, withTwinWatch } from '../takeover/twin.ts';
import { AskedPosts, signRecords } from './asked-posts.ts';
import { boardOptions, publisherOptions } from './box-options.ts';
import type { Chat } from './chat.ts';
import { type Findings, marksOf } from './coordinator-wiring.ts';
import { encoderOf, rendererOf } from './encoding.ts';
import type { Machine } from './machine.ts';
import type { RouteBook } from './route-book.ts';
import { lastActivityOf, threadsOf } from './session-threads.ts';
import { Overviews, overviewOptions, overviewRecords } from './overviews.ts';
import { placerOf } from './target-channel.ts';

interface BoxesPorts {
  config: Config;
  machine: Machine;
  log: Logger;
  /** When this process claimed its boxes, wall clock. */
  claimedAt: number;
  redact(text: string): string;
  chat: Chat;
  state: StateStore<BoxEntry>;
  routes: RouteBook;
  fold: Fold;
  counters: Counters;
  findings(): Findings | undefined;
  /** Gets what the board concludes. */
  emit(event: SessionEvent): void;
  tickAt(instant: number): void;
  onView(view: BoxView | BoxNews): void;
}

/** The boxes of one run of the watcher. */
export class Boxes {
  readonly twin: TwinSink;
  readonly sink: AdoptingSink;
  readonly publisher: Publisher;
  readonly signs: Signs;
  readonly overviews: Overviews;
  readonly board: Board;
  readonly #ports: BoxesPorts;
  readonly gateways: PostedGateways;
  /** Shared by everything that makes requests. */
  readonly budget: RequestBudget;

  constructor(ports: BoxesPorts) {
    const { config, machine, chat, state } = ports;
    const { clock, instance } = machine;
    this.#ports = ports;
    this.gateways = new PostedGateways(fingerprint(machine.gateway), ports.fold.gateways);
    this.twin = this.#createTwin();
    this.sink = withAdoption(this.twin, clock, instance, {
      turns: () => this.board.identities(),
      posts: state.posts,
      gateways: this.gateways,
      findAny: (channelId, sinceAt) => chat.sink.findOwn(channelId, sinceAt),
    });
    const { burst } = config.editsPerSecond;
    this.budget = new RequestBudget(() => budgetLimits(chat.perSecond(), burst), clock.monotonic());
    this.publisher = this.#createPublisher();
    this.signs = this.#createSigns();
    this.board = this.#createBoard();
    this.overviews = this.#createOverviews();
  }

  /** Everything says that nobody watches any more, as far as that can be sent within the time. Resolves with the boxes that may not. */
  async flush(deadlineMs: number): Promise<{ owed: string[] }> {
    const [{ owed }] = await Promise.all([
      this.publisher.flush(deadlineMs),
      this.signs.flush(deadlineMs),
      this.overviews.close(deadlineMs),
    ]);
    return { owed };
  }

  #createTwin(): TwinSink {
    const { chat, machine, claimedAt, log } = this.#ports;
    return withTwinWatch(withGateways(chat.sink, this.gateways), {
      clock: machine.clock,
      onOlder: () => this.publisher.reclaim(),
      instance: machine.instance,
      claimedAt,
      gateways: this.gateways,
      ...(machine.fence === undefined ? {} : { hasLeft: (postId: string) => this.#isUnheard(postId) }),
      onLeft: (postId) => log.warn({ postId }, 'A machine that left the fleet writes its post by itself; the post is left to it.'),
      isOurs: (meta) => bestTurn(meta, this.board.identities(), this.gateways) !== undefined,
      onTaken: (postId) => this.#giveUp(postId),
      onReplaced: (reason) =>
        log.error({}, `Another watcher has taken over: ${reason}. This one sends nothing any more; stop one of the two.`),
    });
  }

  /** Whether the box of that post is not known, or its gateway is silent. */
  #isUnheard(postId: string): boolean {
    const { fold, state } = this.#ports;
    const boxId = state.posts.boxOf(postId);
    const entry = this.board.entries().find((known) => known.boxId === boxId);
    return entry === undefined || fold.sessionOf(entry.sessionKey).silentSince !== undefined;
  }

  #giveUp(postId: string): void {
    this.#ports.log.warn({ postId }, 'Another gateway with the same account writes a post of ours; its box goes on in another post.');
    this.sink.disown(postId);
    this.publisher.release(postId);
  }

  #createPublisher(): Publisher {
    const { config, machine, chat, state, log, counters, claimedAt } = this.#ports;
    const ports = {
      sink: this.sink,
      clock: machine.clock,
      random: () => machine.random(),
      encode: encoderOf(config, () => chat.connected()?.maxPostChars),
      posts: state.posts,
      log,
      budget: this.budget,
      meter: counters,
      instance: machine.instance,
      claimedAt,
      newPendingId: (boxId: string) => pendingIdOfBox(boxId, chat.connected()?.userId ?? '', this.gateways.own),
    };
    return createPublisher(ports, publisherOptions(config));
  }

  #createSigns(): Signs {
    const { machine, state, log, counters } = this.#ports;
    const records = signRecords(state.facts);
    return new Signs({ clock: machine.clock, log, sink: this.sink, budget: this.budget, meter: counters, records });
  }

  #createOverviews(): Overviews {
    const { config, machine, chat, state, log, redact } = this.#ports;
    return new Overviews(config, {
      clock: machine.clock,
      log,
      sink: this.sink,
      budget: this.budget,
      render: overviewOptions(redact),
      encode: encoderOf(config, () => chat.connected()?.maxPostChars),
      treesIn: (channelId) => this.board.treesIn(channelId),
      records: overviewRecords(state.facts),
      channelOf: (name) => chat.directory.channelOf(name),
      newPendingId: (channelId) => `${chat.connected()?.userId ?? ''}:board:${channelId}`,
      instance: machine.instance,
      isOfNeighbour: (meta) => isOfNeighbour(meta, this.gateways),
      dayOf: (at) => new Date(at).toDateString(),
    });
  }

  #createBoard(): Board {
    const { config, machine, chat, log, fold, counters, redact, findings, emit, tickAt, onView } = this.#ports;
    const options = {
      ...boardOptions(config, (boxId) => (findings()?.violationsFor(boxId).length ?? 0) > 0),
      watchedSince: machine.watchedSince,
    };
    const asked = new AskedPosts(config, { signs: this.signs, namesOfChannel: (channelId) => chat.directory.namesOfChannel(channelId) });
    const ports = {
      clock: machine.clock,
      log,
      sessions: fold.sessionsByKey,
      emit,
      tickAt,
      meter: counters,
      sketch: rendererOf(config, redact, log, (boxId) => marksOf(findings(), boxId)),
      show: (view: BoxView | BoxNews) => {
        onView(view);
        this.publisher.show(view);
      },
      judged: (tree: JudgedTree) => asked.note(tree),
      ...this.#createPlacer(),
      forget: (box: ForgottenBox) => this.#forget(box),
    };
    return new Board(ports, options);
  }

  #createPlacer(): ReturnType<typeof placerOf> {
    const { config, machine, chat, state, routes, fold } = this.#ports;
    const whose = (session: Session) => ({ session: sessionHash(session), ...gatewayMetaOf(session.gateway) });
    const threads = threadsOf(config, state, {
      isAboutToShow: (boxId) => this.board.isAboutToShow(boxId),
      threadOf: (sessionKey, channelId) => this.sink.threadOf(whose(fold.sessionOf(sessionKey)), channelId),
    });
    return placerOf(config, {
      chat,
      clock: machine.clock,
      budget: this.budget,
      routes: { channelFor: (address) => routes.channelFor(address), threads },
    });
  }

  #forget({ boxId, sessionKey }: ForgottenBox): void {
    const { state, fold } = this.#ports;
    state.threads.activeUntil(sessionKey, lastActivityOf(fold.sessionOf(sessionKey)));
    this.publisher.forget(boxId);
    this.signs.forget(boxId);
    fold.forgetTurn(sessionKey, boxId);
  }
}
