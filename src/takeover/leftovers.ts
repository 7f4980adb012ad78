// Searches for posts that an earlier process left open. Each goes on, gets its true end, or says that its end is not known.
//
// Posts of an unknown session or another gateway may belong to a watcher on another machine with the same account, and so may posts of 0.1,
// which name no gateway. Such a watcher edits an open box at least every ten minutes. So those posts are declared lost only when nothing
// changed in them for longer.

import type { Board } from '../boxes/board/board.ts';
import { gatewayMetaOf, type LiveStatusMeta, logOf, sessionHash } from '../boxes/publish/post-meta.ts';
import type { PostRecord } from '../core/post-record.ts';
import type { Publisher } from '../boxes/publish/publisher-ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import type { Session, SessionsByKey } from '../core/session.ts';
import type { PostStore } from '../store/post-store.ts';
import type { AdoptingSink, Leftover } from './adoption.ts';
import { recordOfLost, viewOfLost } from './lost-post.ts';
import type { PostedGateways } from './posted-gateways.ts';
import { bestTurn } from './same-turn.ts';
import { untilHealthy } from '../core/until-healthy.ts';
import { Timers } from '../core/timers.ts';

export interface LeftoverPorts {
  clock: Clock;
  log: Logger;
  sink: AdoptingSink;
  sessions: SessionsByKey;
  board: Pick<Board, 'claim' | 'identities'>;
  publisher: Pick<Publisher, 'adopt' | 'show' | 'forget'>;
  posts: PostStore;
  gateways: PostedGateways;
  /** Channels that may contain posts of ours, beside those on record. Throws `PushError`. */
  channels(): Promise<string[]>;
}

/** How long a turn may take to appear before its post is declared lost. Sources emit old turns within seconds. */
export const GRACE_MS = 60_000;
const LOOK_AGAIN_MS = 60_000;
const SEARCH_AGAIN_MS = 10 * 60_000; // a person must first give us access to a channel that could not be searched
const STRANGER_QUIET_MS = 11 * 60_000; // a running watcher redraws a silent box every ten minutes
const MAX_JUDGED = 100; // within a minute

export class Leftovers {
  readonly #ports: LeftoverPorts;
  readonly #graceMs: number;
  readonly #repeats: RepeatLog;
  readonly #strangersById = new Map<string, { seq: number; since: number }>();
  /** Boxes without a known turn whose post was read, or whose channel was searched when they have no post. */
  readonly #checkedBoxes = new Set<string>();
  #searchedAt = Number.NEGATIVE_INFINITY;
  readonly #timers: Timers<'settle'>;
  #judged = 0;

  constructor(ports: LeftoverPorts, graceMs: number) {
    this.#ports = ports;
    this.#graceMs = graceMs;
    this.#timers = new Timers(ports.clock);
    this.#repeats = createRepeatLog(ports.log, ports.clock);
  }

  /** Call when the sources have caught up. Turns that have a post are drawn, even when they ended while nobody watched. */
  claimRemembered(): void {
    for (const { boxId, target } of this.#ports.posts.records()) this.#ports.board.claim(boxId, target);
  }

  /**
   * Call once Mattermost has answered. Searches for leftovers until `stop`, and again while some channel could not be searched.
   * Posts whose turn stays unknown are declared lost after the grace time. Never throws.
   */
  async search(): Promise<void> {
    await this.#search();
    this.#later(this.#graceMs);
  }

  stop(): void {
    void this.#timers.stop();
  }

  #later(delayMs: number): void {
    this.#timers.restart('settle', delayMs, () => void this.#settle());
  }

  async #search(): Promise<void> {
    const { clock, sink } = this.#ports;
    for (const channelId of await this.#channels()) await this.#tryUntilHealthy(channelId, () => sink.search(channelId));
    for (const record of this.#orphans()) {
      if (!this.#checkedBoxes.has(record.boxId) && (await this.#check(record))) this.#checkedBoxes.add(record.boxId);
    }
    this.#searchedAt = clock.monotonic();
    this.#claimFound();
  }

  async #channels(): Promise<Set<string>> {
    const { posts, channels } = this.#ports;
    const found = posts.records().map(({ target }) => target.channelId);
    await this.#tryUntilHealthy('channels', async () => void found.push(...(await channels())));
    return new Set(found);
  }

  /** A post on record may be older than the searched hour. */
  #check({ boxId, postId, target }: PostRecord): Promise<boolean> {
    const { sink, publisher } = this.#ports;
    if (postId === undefined) return this.#tryUntilHealthy(target.channelId, () => sink.search(target.channelId));
    return this.#tryUntilHealthy(postId, async () => {
      if (!(await sink.inspect(postId))) publisher.forget(boxId);
    });
  }

  /** Waits for a healthy server. When even that refuses, the next search tries again. Resolves with whether it succeeded. */
  async #tryUntilHealthy(what: string, ask: () => Promise<void>): Promise<boolean> {
    try {
      await untilHealthy(this.#ports.clock, ask);
      this.#repeats.recovered(what, { what }, 'The search for posts of an earlier watcher works again.');
      return true;
    } catch (error) {
      this.#repeats.failed(
        what,
        { what, because: String(error) },
        'Posts of an earlier watcher cannot be searched for; the search is tried again.',
      );
      return false;
    }
  }

  #claimFound(): void {
    const turns = this.#ports.board.identities();
    for (const { post, meta } of this.#unowned()) {
      const turn = bestTurn(meta, turns, this.#ports.gateways);
      if (turn !== undefined) this.#ports.board.claim(turn.boxId, post.target);
    }
  }

  async #settle(): Promise<void> {
    if (this.#ports.clock.monotonic() - this.#searchedAt >= SEARCH_AGAIN_MS) await this.#search();
    else this.#claimFound();
    const open = this.#unowned().filter(({ meta }) => meta.open);
    for (const leftover of this.#nextOf(open)) if (!this.#isExpected(leftover)) await this.#judge(leftover);
    this.#forgetOrphans();
    this.#later(LOOK_AGAIN_MS);
  }

  /** Each costs a request. Of many leftovers, some are judged each time, in rotation. */
  #nextOf(open: readonly Leftover[]): Leftover[] {
    const first = open.length === 0 ? 0 : this.#judged % open.length;
    this.#judged = first + MAX_JUDGED;
    return [...open.slice(first), ...open.slice(0, first)].slice(0, MAX_JUDGED);
  }

  /** A turn that has no post yet will adopt this one soon. */
  #isExpected({ post, meta }: Leftover): boolean {
    const turn = bestTurn(meta, this.#ports.board.identities(), this.#ports.gateways);
    const ownId = turn === undefined ? undefined : this.#ports.posts.postIdOf(turn.boxId);
    return turn !== undefined && (ownId === undefined || ownId === post.postId);
  }

  async #judge(leftover: Leftover): Promise<void> {
    const isOurs = this.#ports.posts.boxOf(leftover.post.postId) !== undefined;
    if (isOurs || this.#isOfOurSession(leftover.meta) || (await this.#isAbandoned(leftover))) this.#declareLost(leftover);
  }

  /** Two gateways may have a key in common. */
  #isOfOurSession(meta: LiveStatusMeta): boolean {
    const session = this.#sessionOf(meta);
    if (session === undefined) return false;
    const isNamed = meta.gateway !== undefined && this.#ports.gateways.has(meta.gateway);
    return isNamed || (meta.log !== undefined && logOf(session).log === meta.log);
  }

  /** Another watcher may have written its end meanwhile. A post that cannot be read is not abandoned. */
  async #isAbandoned({ post: { postId } }: Leftover): Promise<boolean> {
    const { clock, sink } = this.#ports;
    if (!(await sink.inspect(postId).catch(() => false))) return false;
    const meta = sink.leftovers().find(({ post }) => post.postId === postId)?.meta;
    if (meta?.open !== true) return false;
    const known = this.#strangersById.get(postId);
    if (known?.seq === meta.seq) return clock.monotonic() - known.since >= STRANGER_QUIET_MS;
    this.#strangersById.set(postId, { seq: meta.seq, since: clock.monotonic() });
    return false;
  }

  #declareLost(leftover: Leftover): void {
    const { publisher, log, posts, gateways } = this.#ports;
    const { post, meta } = leftover;
    const boxId = posts.boxOf(post.postId) ?? gateways.boxIdOf(meta);
    log.warn(
      { postId: post.postId },
      'An earlier watcher left this post open, and its turn is not known any more; the post is marked as lost.',
    );
    publisher.adopt(recordOfLost(boxId, leftover));
    publisher.show(viewOfLost(boxId, leftover, this.#sessionOf(meta)?.agentId));
    publisher.forget(boxId);
  }

  /** Of the gateway that the post names, if that is one of ours. */
  #sessionOf({ session: hashed, gateway }: LiveStatusMeta): Session | undefined {
    const { sessions, gateways } = this.#ports;
    const isOfIts = (own = gateways.own): boolean => gateway === undefined || !gateways.has(gateway) || own === gateway;
    return [...sessions.values()].find((session) => sessionHash(session) === hashed && isOfIts(gatewayMetaOf(session.gateway).gateway));
  }

  /** Those whose post is gone, shows its end, was adopted by another box, or was never created. */
  #forgetOrphans(): void {
    const open = this.#ports.sink.leftovers().filter(({ meta }) => meta.open);
    const openIds = new Set(open.map(({ post }) => post.postId));
    const openBoxes = new Set(open.map(({ meta }) => this.#ports.gateways.boxIdOf(meta)));
    for (const { boxId, postId = '' } of this.#orphans())
      if (this.#checkedBoxes.has(boxId) && !openIds.has(postId) && !openBoxes.has(boxId)) this.#ports.publisher.forget(boxId);
  }

  /** Posts that no known box has on record, and that wait for no stored end. */
  #unowned(): Leftover[] {
    const known = this.#knownBoxes();
    const owned = this.#ports.posts.records().filter(({ boxId, owedView }) => known.has(boxId) || owedView !== undefined);
    const ownedIds = new Set(owned.map(({ postId }) => postId));
    return this.#ports.sink.leftovers().filter(({ post }) => !ownedIds.has(post.postId));
  }

  /** Posts on record whose box is not known any more. */
  #orphans(): PostRecord[] {
    const known = this.#knownBoxes();
    return this.#ports.posts.records().filter(({ boxId }) => !known.has(boxId));
  }

  #knownBoxes(): Set<string> {
    return new Set(this.#ports.board.identities().map(({ boxId }) => boxId));
  }
}
