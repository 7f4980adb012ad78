// The board of one channel over a server that keeps a few posts, beside the board of boxes whose turns it lists.

import { budgetLimits } from '../../../../src/boxes/publish/budget.ts';
import { RequestBudget } from '../../../../src/boxes/publish/request-budget.ts';
import { ChannelOverview, type OverviewPorts } from '../../../../src/boxes/overview/channel-overview.ts';
import type { OverviewRecord } from '../../../../src/boxes/overview/overview-record.ts';
import { BUILT_IN_LABELS } from '../../../../src/boxes/render/tool-labels.ts';
import type { Card } from '../../../../src/core/card.ts';
import type { Route } from '../../../../src/core/event.ts';
import { homeOf } from '../../../../src/core/home.ts';
import { type FoundPost, type PostBody, PushError, type Reason } from '../../../../src/core/sink.ts';
import { BoardHarness } from '../board/board-harness.ts';

export const TOWN = 'town';
const LATENCY_MS = 20;
const LOOK_MS = 2_000; // as the daemon does

interface ServedPost extends FoundPost {
  isDeleted: boolean;
  body: PostBody;
}

/** What becomes of a request: `lost` is carried out, but nobody is told. */
export type Fate = 'ok' | 'lost' | Reason;

export class OverviewRig {
  readonly house: BoardHarness;
  readonly posts: ServedPost[] = [];
  readonly asked: { at: number; what: string }[] = [];
  readonly log: string[] = [];
  fateOf: (what: string) => Fate = () => 'ok';
  /** Called right after a card reached the post. */
  onCard: (card: Card) => void = () => undefined;
  overview: ChannelOverview;
  budget!: RequestBudget;
  readonly #disk = new Map<string, OverviewRecord>();
  #stopLooking: () => void = () => undefined;

  constructor() {
    this.house = new BoardHarness({ maxBoxes: 0, place: async ({ turn }) => ({ target: { channelId: channelOf(homeOf(turn)) } }) });
    this.overview = this.#begin();
  }

  get clock() {
    return this.house.clock;
  }

  /** A session of that agent, and where it talks. */
  session(agentId: string, route: Route = { kind: 'channel', channelId: TOWN }): void {
    this.house.tell({ type: 'session_seen', agentId, route }, agentId);
  }

  /** Kills the process that keeps the board, and starts the next. */
  kill(): void {
    this.#stopLooking();
    this.overview = this.#begin();
  }

  /** Posts of boards that nobody has deleted. */
  get boards(): ServedPost[] {
    return this.posts.filter(({ isDeleted }) => !isDeleted);
  }

  /** What people read on the board. */
  get card(): Card | undefined {
    return cardIn(this.boards[0]?.body);
  }

  count(what: string): number {
    return this.asked.filter((request) => request.what === what).length;
  }

  #begin(): ChannelOverview {
    const { clock } = this;
    const say = (_: object, text: string): void => void this.log.push(text);
    this.budget = new RequestBudget(() => budgetLimits(5, 20), clock.monotonic());
    const overview = new ChannelOverview(TOWN, {
      clock,
      log: { debug: say, info: say, warn: say, error: say },
      sink: this.#sink(),
      budget: this.budget,
      render: { verbosity: 'quiet', maxLines: 0, labels: BUILT_IN_LABELS, redact: (text) => text },
      encode: (card, meta) => ({ props: { card, livestatus: meta } }),
      treesIn: (channelId) => this.house.board.treesIn(channelId),
      records: {
        get: (channelId) => structuredClone(this.#disk.get(channelId)),
        put: (record) => void this.#disk.set(record.channelId, structuredClone(record)),
      },
      newPendingId: (channelId) => `pending ${channelId}`,
      instance: 'me',
      isOfNeighbour,
      signal: new AbortController().signal,
      dayOf: (at) => new Date(at).toISOString().slice(0, 10),
    });
    this.#stopLooking = this.#every(LOOK_MS, () => void overview.look());
    return overview;
  }

  #every(ms: number, run: () => void): () => void {
    let isOver = false;
    const again = (): void => {
      if (isOver) return;
      run();
      this.clock.after(ms, again);
    };
    this.clock.after(ms, again);
    return () => void (isOver = true);
  }

  #sink(): OverviewPorts['sink'] {
    return {
      create: (draft) =>
        this.#answer('create', () => {
          const known = this.posts.find(({ meta }) => meta === draft.props['livestatus']);
          const post = known ?? {
            postId: `post${this.posts.length}`,
            target: draft.target,
            createdAt: this.clock.now(),
            meta: draft.props['livestatus'],
            isDeleted: false,
            body: draft,
          };
          if (known === undefined) this.posts.push(post);
          return { postId: post.postId };
        }),
      edit: (postId, body) =>
        this.#answer('edit', () => {
          this.#at(postId, (post) => (post.body = body));
          const card = cardIn(body);
          if (card !== undefined) this.onCard(card);
        }),
      read: (postId) => this.#answer('read', () => this.boards.find((post) => post.postId === postId)),
      findOwn: (_, sinceAt) =>
        this.#answer('findOwn', () => this.boards.filter(({ createdAt, meta }) => createdAt >= sinceAt && !isOfNeighbour(meta))),
      findPinned: () => this.#answer('findPinned', () => this.boards.filter(({ isPinned, meta }) => isPinned && !isOfNeighbour(meta))),
      pin: (postId) => this.#answer('pin', () => this.#at(postId, (post) => (post.isPinned = true))),
    };
  }

  #at(postId: string, change: (post: ServedPost) => void): void {
    const post = this.boards.find((each) => each.postId === postId);
    if (post === undefined) throw new PushError('gone', 'deleted');
    change(post);
  }

  async #answer<T>(what: string, apply: () => T): Promise<T> {
    this.asked.push({ at: this.clock.monotonic(), what });
    const fate = this.fateOf(what);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.after(LATENCY_MS, resolve);
    await promise;
    if (fate !== 'ok' && fate !== 'lost') throw new PushError(fate, `said ${fate}`);
    const answer = apply();
    if (fate === 'lost') throw new PushError('timed_out', 'no answer');
    return answer;
  }
}

function isOfNeighbour(meta: unknown): boolean {
  return (meta as { gateway?: string } | undefined)?.gateway === 'neighbour';
}

/** A board on which these agents work. */
export async function working(...agents: string[]): Promise<OverviewRig> {
  const rig = new OverviewRig();
  for (const agent of agents) {
    rig.session(agent);
    rig.house.ask(agent);
    rig.house.call(`call of ${agent}`, agent);
  }
  await rig.house.pass(16);
  return rig;
}

function cardIn(body: PostBody | undefined): Card | undefined {
  return body?.props['card'] as Card | undefined;
}

/** Even direct conversations are put into the channel, as DEFAULT_CHANNEL_DIRECT does. */
function channelOf(home: Route | undefined): string {
  return home?.kind === 'channel' ? home.channelId : TOWN;
}
