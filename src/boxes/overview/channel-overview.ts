// Keeps the pinned board of one channel: finds or creates its post, pins it once, and edits it when something changed that matters. A post
// that a person has unpinned or deleted is left alone. Owns the record of that post.

import type { Card } from '../../core/card.ts';
import { firstVersion } from '../../core/card.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../../core/repeat-log.ts';
import { FAILURES, type FoundPost, type PostBody, type PushError, type Sink } from '../../core/sink.ts';
import type { JudgedTree } from '../../core/status.ts';
import type { Shrink } from '../publish/publisher-ports.ts';
import { pushErrorOf } from '../publish/request.ts';
import type { RequestBudget } from '../publish/request-budget.ts';
import { takeToken } from '../publish/take-token.ts';
import type { RenderOptions } from '../render/render-options.ts';
import { overviewCard, stoppedCard } from './overview-card.ts';
import { OverviewFacts } from './overview-facts.ts';
import { isOverview, newRecord, type OverviewMeta, type OverviewRecord } from './overview-record.ts';
import { keyOf, overviewRows } from './overview-rows.ts';

export interface OverviewPorts {
  clock: Clock;
  log: Logger;
  sink: Pick<Sink, 'create' | 'edit' | 'read' | 'findOwn' | 'findPinned' | 'pin'>;
  budget: RequestBudget;
  render: RenderOptions;
  encode(card: Card, meta: OverviewMeta, shrink: Shrink): PostBody;
  /** The turns whose boxes belong in that channel, as of now. */
  treesIn(channelId: string): JudgedTree[];
  records: { get(channelId: string): OverviewRecord | undefined; put(record: OverviewRecord): void };
  newPendingId(channelId: string): string;
  instance: string;
  /** Whether what a post says of itself names another gateway. */
  isOfNeighbour(meta: unknown): boolean;
  /** Nothing is sent any more once it is aborted. */
  signal: AbortSignal;
  /** Names the day of an instant. */
  dayOf(at: number): string;
}

const EDIT_EVERY_MS = 10_000;
const REFUSED_MS = 10 * 60_000; // a person has to let us in, or to change something else
const CLOCK_SKEW_MS = 3_600_000; // the server's clock dates posts
const MOST_SHRUNK: Shrink = 2;

export class ChannelOverview {
  readonly #ports: OverviewPorts;
  readonly #repeats: RepeatLog;
  readonly #facts: OverviewFacts;
  #record: OverviewRecord;
  /** What its post says, as far as that matters; `undefined` while nobody knows. */
  #pushedKey: string | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  #shrink: Shrink = 0;
  #pushing: Promise<void> | undefined;
  readonly #closing = new AbortController();
  /** The post of the record was read by this process. */
  #isChecked = false;

  constructor(channelId: string, ports: OverviewPorts) {
    this.#ports = ports;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#facts = new OverviewFacts(ports.dayOf);
    this.#record = ports.records.get(channelId) ?? newRecord(channelId, ports.newPendingId(channelId), ports.clock.now());
  }

  /** Looks at the turns and brings the post up to date when that is due. Never throws. */
  async look(): Promise<void> {
    const { card, key } = this.#content();
    if (this.#pushing !== undefined || key === this.#pushedKey || this.#ports.clock.monotonic() < this.#notBefore) return;
    if (this.#closing.signal.aborted || (this.#record.isLeft && this.#isChecked)) return;
    await this.#push(key, async () => {
      await takeToken(this.#ports, 'mark', { signal: AbortSignal.any([this.#ports.signal, this.#closing.signal]) });
      if (this.#closing.signal.aborted) return false;
      await this.#bring(card);
      return true;
    });
  }

  /** Says that nobody keeps the board any more, after what is under way by now. What only waits for its turn is not sent. Never throws. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#pushing;
    if (this.#record.postId === undefined || this.#record.isLeft) return;
    await this.#push('stopped', async () => {
      await this.#bring(stoppedCard(this.#ports.clock.now()));
      return true;
    });
  }

  #content(): { card: Card; key: string } {
    const { clock, treesIn, render } = this.#ports;
    const now = clock.now();
    const trees = treesIn(this.#record.channelId);
    const kept = this.#facts.look(this.#record, trees, now, render);
    if (kept !== this.#record) this.#save(kept);
    const rows = overviewRows(trees, now);
    const { failures } = this.#record;
    const card = overviewCard({ rows, failures, spentToday: this.#facts.spentToday(this.#record, now), now }, render);
    const open = rows.filter(({ group }) => group !== 'failed').map(keyOf);
    return { card, key: [...open, ...failures.map((failure) => JSON.stringify(failure))].join('\n') };
  }

  /** `bring` says whether it has sent anything. */
  #push(key: string, bring: () => Promise<boolean>): Promise<void> {
    this.#pushing = this.#pushOnce(key, bring).finally(() => (this.#pushing = undefined));
    return this.#pushing;
  }

  async #pushOnce(key: string, bring: () => Promise<boolean>): Promise<void> {
    try {
      if (!(await bring())) return;
      this.#pushedKey = key;
      this.#repeats.recovered('push', { channelId: this.#record.channelId }, 'The board of a channel is kept again.');
      this.#notBefore = this.#ports.clock.monotonic() + EDIT_EVERY_MS;
    } catch (error) {
      this.#failed(pushErrorOf(error));
    }
  }

  #failed(error: PushError): void {
    const { reason, message, retryAfterMs = 0 } = error;
    if (reason === 'gone') return this.#leave('was deleted');
    const isTooLarge = reason === 'too_large' && this.#shrink < MOST_SHRUNK;
    if (isTooLarge) this.#shrink = this.#shrink === 0 ? 1 : MOST_SHRUNK;
    const waitMs = isTooLarge || FAILURES[reason].passes !== 'never' ? EDIT_EVERY_MS : REFUSED_MS;
    const isRefused = FAILURES[reason].lastsAs === 'parked';
    this.#notBefore = this.#ports.clock.monotonic() + Math.max(isRefused ? REFUSED_MS : waitMs, retryAfterMs);
    const { channelId } = this.#record;
    this.#repeats.failed('push', { channelId, reason, because: message }, 'The board of a channel cannot be kept; it is tried again.');
  }

  /** The post says that when this resolves, or it is a person's wish that it does not. */
  async #bring(card: Card): Promise<void> {
    const { sink, signal } = this.#ports;
    if (this.#record.postId === undefined && (await this.#found()) === undefined) await this.#create(card);
    else if (await this.#isWanted()) await sink.edit(this.#postId(), this.#body(card), signal);
    else return this.#record.postId === undefined && !this.#closing.signal.aborted ? this.#bring(card) : undefined;
    if (this.#record.isPinned) return;
    await sink.pin(this.#postId(), signal);
    this.#save({ isPinned: true });
  }

  /** Looks for a board of an earlier process: a pinned one, or one that was to be created when that was killed. */
  async #found(): Promise<string | undefined> {
    const { sink, records, signal } = this.#ports;
    const { channelId, createdAt } = this.#record;
    const boardAmong = (posts: readonly FoundPost[]): FoundPost | undefined => posts.find(({ meta }) => isOverview(meta, channelId));
    const pinned = boardAmong(await sink.findPinned(channelId, signal));
    const hasTried = records.get(channelId) !== undefined;
    const own = pinned ?? (hasTried ? boardAmong(await sink.findOwn(channelId, createdAt - CLOCK_SKEW_MS, signal)) : undefined);
    if (own !== undefined) this.#save({ postId: own.postId, isPinned: own.isPinned === true });
    return own?.postId;
  }

  async #create(card: Card): Promise<void> {
    this.#save({}); // on disk before the post exists
    const { channelId, pendingPostId } = this.#record;
    const draft = { target: { channelId }, pendingPostId, ...this.#body(firstVersion(card)) };
    const { postId } = await this.#ports.sink.create(draft, this.#ports.signal);
    this.#isChecked = true;
    this.#save({ postId });
  }

  /** A person unpins or deletes what they do not want; who pins a board again wants it again. Of two gateways, one gets the board that 0.1 made. */
  async #isWanted(): Promise<boolean> {
    const { isPinned, isLeft } = this.#record;
    const post = await this.#ports.sink.read(this.#postId(), this.#ports.signal);
    this.#isChecked = true;
    if (this.#ports.isOfNeighbour(post?.meta)) return this.#begin();
    if (post === undefined) this.#leave('was deleted');
    else if (post.isPinned === true) this.#save({ isPinned: true, isLeft: false });
    else if (isPinned) this.#leave('was unpinned');
    return post !== undefined && (post.isPinned === true || !(isPinned || isLeft));
  }

  /** Another gateway keeps that post: we shall have one of our own. */
  #begin(): false {
    const { postId: _, ...record } = this.#record;
    this.#record = { ...record, isPinned: false, isLeft: false };
    this.#save({});
    return false;
  }

  #leave(what: string): void {
    const { channelId, isLeft } = this.#record;
    if (!isLeft) this.#ports.log.info({ channelId, what }, 'A person does not want the board of a channel: it is left alone.');
    this.#isChecked = true;
    this.#save({ isLeft: true });
  }

  #save(change: Partial<OverviewRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#ports.records.put(this.#record);
  }

  #body(card: Card): PostBody {
    const { encode, instance } = this.#ports;
    return encode(card, { v: 1, overview: this.#record.channelId, instance }, this.#shrink);
  }

  #postId(): string {
    const { postId } = this.#record;
    if (postId === undefined) throw new Error('The board of a channel was to be edited before it had a post.');
    return postId;
  }
}
