// Owns the search for posts that an earlier process left open: they go on, get their true end, or say that it is not known.
//
// Posts of a session that nobody here knows may belong to a watcher on another machine with the same account. Such a watcher edits
// an open box at least every ten minutes, so those posts are only declared lost when nothing happened to them for longer.

import type { Board } from '../boxes/board.ts';
import { colorOf } from '../boxes/colors.ts';
import { decodeMeta, type LiveStatusMeta } from '../boxes/post-meta.ts';
import type { PostRecord } from '../boxes/post-record.ts';
import type { BoxView, Publisher } from '../boxes/publisher-ports.ts';
import type { Card } from '../core/card.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { plainText } from '../core/neutralise.ts';
import { fingerprint } from '../core/turn.ts';
import type { AdoptingSink, Leftover } from './adoption.ts';
import type { PostLedger } from './post-ledger.ts';
import { bestTurn } from './same-turn.ts';
import { untilHealthy } from './until-healthy.ts';

export interface LeftoverPorts {
  clock: Clock;
  log: Logger;
  sink: AdoptingSink;
  board: Pick<Board, 'claim' | 'identities' | 'sessions'>;
  publisher: Pick<Publisher, 'adopt' | 'show' | 'forget'>;
  posts: PostLedger;
  /** Where posts of ours may be, beside those that are remembered. Throws `PushError`. */
  channels(): Promise<string[]>;
}

/** How long a turn may take to show up before its post is declared lost: sources tell of old turns within seconds. */
export const GRACE_MS = 60_000;
const LOOK_AGAIN_MS = 60_000;
const STRANGER_QUIET_MS = 11 * 60_000; // a living watcher redraws a silent box every ten minutes
const MAX_NAME_POINTS = 40;

export class Leftovers {
  readonly #ports: LeftoverPorts;
  readonly #graceMs: number;
  readonly #strangersById = new Map<string, { seq: number; since: number }>();
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(ports: LeftoverPorts, graceMs: number) {
    this.#ports = ports;
    this.#graceMs = graceMs;
  }

  /** Call when the sources have caught up: turns that have a post are drawn, also when they ended while nobody watched. */
  claimRemembered(): void {
    for (const { boxId, target } of this.#ports.posts.records()) this.#ports.board.claim(boxId, target);
  }

  /** Call once Mattermost has answered. Looks for forgotten posts; what stays unknown is declared lost after the grace time. Never throws. */
  async search(): Promise<void> {
    const { clock, sink, log } = this.#ports;
    try {
      for (const channelId of await this.#channels()) await untilHealthy(clock, () => sink.search(channelId)).catch(() => undefined);
      for (const record of this.#orphans()) await this.#lookFor(record);
    } catch (error) {
      log.warn({ err: error }, 'The search for posts of an earlier watcher was not finished.');
    }
    if (this.#isStopped) return;
    this.#claimFound();
    this.#cancel = clock.after(this.#graceMs, () => void this.#settle());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  async #channels(): Promise<Set<string>> {
    const { clock, posts, channels } = this.#ports;
    const remembered = posts.records().map(({ target }) => target.channelId);
    return new Set([...remembered, ...(await untilHealthy(clock, channels).catch(() => []))]);
  }

  /** A remembered post may be older than what the search looks through. */
  async #lookFor({ boxId, postId }: PostRecord): Promise<void> {
    const { clock, sink, publisher } = this.#ports;
    if (postId === undefined || sink.leftovers().some(({ post }) => post.postId === postId)) return;
    const isThere = await untilHealthy(clock, () => sink.look(postId)).catch(() => true);
    if (!isThere) publisher.forget(boxId);
  }

  #claimFound(): void {
    const turns = this.#ports.board.identities();
    for (const { post, meta } of this.#unowned()) {
      const turn = bestTurn(meta, turns);
      if (turn !== undefined) this.#ports.board.claim(turn.box, post.target);
    }
  }

  async #settle(): Promise<void> {
    this.#claimFound();
    for (const leftover of this.#unowned()) if (!this.#isExpected(leftover)) await this.#judge(leftover);
    for (const record of this.#orphans()) this.#forgetOrphan(record);
    if (!this.#isStopped && this.#unowned().length > 0) this.#cancel = this.#ports.clock.after(LOOK_AGAIN_MS, () => void this.#settle());
  }

  /** A turn that has no post yet is about to take this one. */
  #isExpected({ post, meta }: Leftover): boolean {
    const turn = bestTurn(meta, this.#ports.board.identities());
    const ownId = turn === undefined ? undefined : this.#ports.posts.postIdOf(turn.box);
    return turn !== undefined && (ownId === undefined || ownId === post.postId);
  }

  async #judge(leftover: Leftover): Promise<void> {
    const isOurs = this.#ports.posts.boxOf(leftover.post.postId) !== undefined;
    const isKnown = this.#agentOf(leftover.meta.session) !== undefined;
    if (isOurs || isKnown || (await this.#isAbandoned(leftover))) this.#declareLost(leftover);
  }

  async #isAbandoned({ post, meta }: Leftover): Promise<boolean> {
    const { clock, sink } = this.#ports;
    const found = await sink.read(post.postId).catch(() => ({ meta }));
    const now = clock.monotonic();
    const seq = decodeMeta(found?.meta)?.seq ?? meta.seq;
    const known = this.#strangersById.get(post.postId);
    if (known?.seq !== seq) this.#strangersById.set(post.postId, { seq, since: now });
    return known !== undefined && known.seq === seq && now - known.since >= STRANGER_QUIET_MS;
  }

  #declareLost({ post, meta }: Leftover): void {
    const { publisher, log } = this.#ports;
    const { postId, target, createdAt } = post;
    log.warn({ postId }, 'An earlier watcher left this post open and nothing is known of its turn any more; it is marked as lost.');
    publisher.adopt({
      boxId: meta.box,
      target,
      phase: 'posted',
      pendingPostId: postId,
      postId,
      seq: meta.seq,
      owedFinal: true,
      final: false,
      createdAt,
    });
    publisher.show(this.#lostView(meta, target));
    publisher.forget(meta.box);
  }

  #lostView({ box, session, runs, start, trigger }: LiveStatusMeta, target: BoxView['target']): BoxView {
    const meta = { session, runs, start, ...(trigger === undefined ? {} : { trigger }) };
    return { boxId: box, target, card: lostCard(this.#agentOf(session)), turnStartedAt: start, meta };
  }

  #agentOf(session: string): string | undefined {
    return [...this.#ports.board.sessions().values()].find(({ key }) => fingerprint(key) === session)?.agentId;
  }

  /** Its post is gone, has its end, is taken by another box, or was never made. */
  #forgetOrphan({ boxId, postId }: PostRecord): void {
    const isOpen = this.#ports.sink.leftovers().some(({ post, meta }) => post.postId === postId || meta.box === boxId);
    if (!isOpen) this.#ports.publisher.forget(boxId);
  }

  /** Open posts that are neither remembered as the post of a box that is still known, nor about to get an end that was remembered. */
  #unowned(): Leftover[] {
    const known = this.#knownBoxes();
    const cared = this.#ports.posts.records().filter(({ boxId, owedView }) => known.has(boxId) || owedView !== undefined);
    const caredIds = new Set(cared.map(({ postId }) => postId));
    return this.#ports.sink.leftovers().filter(({ post }) => !caredIds.has(post.postId));
  }

  /** Remembered posts of boxes that nobody knows any more. */
  #orphans(): PostRecord[] {
    const known = this.#knownBoxes();
    return this.#ports.posts.records().filter(({ boxId }) => !known.has(boxId));
  }

  #knownBoxes(): Set<string> {
    return new Set(this.#ports.board.identities().map(({ box }) => box));
  }
}

function lostCard(agent: string | undefined): Card {
  const name = agent === undefined ? '' : plainText(agent, MAX_NAME_POINTS);
  const title = ['[LOST] source gone', ...(name === '' ? [] : [name])].join(' | ');
  const lines = ['The watcher was away, and nothing says how this turn ended.'];
  return { state: 'lost', color: colorOf('lost', false), title, lines, droppedLines: 0, fallback: title, urgentKey: 'lost', final: true };
}
