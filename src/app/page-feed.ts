// Wires the page: which boxes it shows and what of them, from the board and the posts. Draws a box only when somebody looks, and its end.

import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Board } from '../boxes/board/board.ts';
import { drawn } from '../boxes/publish/drawing.ts';
import type { BoxNews, BoxView } from '../boxes/publish/publisher-ports.ts';
import type { Config } from '../config/config.ts';
import { setBounded } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/error-code.ts';
import type { Logger } from '../core/log.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { cachedByCost } from '../health/cached-by-cost.ts';
import type { Turn } from '../core/session.ts';
import type { HealthReport } from '../health/health-report.ts';
import { judgeHealth } from '../health/judge-health.ts';
import { isDirect, isElsewhere, type PageBox, pageBoxOf, turnsIn, withoutSecrets } from '../page/page-box.ts';
import { pulseOf } from '../page/page-pulse.ts';
import { PastBoxes, type PastRows } from '../page/past-boxes.ts';
import { Picture } from '../page/picture.ts';
import { Tabs } from '../page/tabs.ts';
import { redactFields } from '../process/redact-fields.ts';
import type { Directory } from '../sinks/mattermost/directory.ts';
import type { PostStore } from '../store/post-store.ts';
import { ChannelNames } from './channel-names.ts';
import { type Findings, findingsOf } from './coordinator-wiring.ts';
import { healthFacts, type HealthParts } from './health-facts.ts';
import { pageOffer } from './page-offer.ts';

interface PagePorts {
  clock: Clock;
  log: Logger;
  /** Names this process. */
  instance: string;
  board: Pick<Board, 'drawnTree' | 'entries'>;
  posts: PostStore;
  ended: PastRows;
  findings(): Findings | undefined;
  report(): HealthReport;
  directory: Pick<Directory, 'namesOfChannel'>;
  redact(text: string): string;
}

const MAX_UNDRAWN = 1_000; // views of boxes that nobody looks at

interface PageSetting extends Pick<PagePorts, 'log' | 'instance' | 'ended' | 'redact' | 'findings'> {
  /** The running parts. */
  parts(): HealthParts;
}

/** `undefined` when it is off; the log says why. What was kept for it is dropped then. */
export function createPage(config: Config, { log, parts, ...ports }: PageSetting): Page | undefined {
  const offer = pageOffer(config);
  if (!offer.isOn) {
    log.info({ because: offer.because }, 'The page of all boxes is off.');
    for (const { key } of ports.ended.rows()) ports.ended.put(key, undefined);
    return undefined;
  }
  const { clock, board, posts, chat } = parts();
  const report = cachedByCost(() => judgeHealth(healthFacts(parts())));
  return new Page(config, {
    ...ports,
    log,
    clock,
    board,
    posts,
    directory: chat.directory,
    report,
  });
}

export class Page {
  readonly #config: Pick<Config, 'mmUrl' | 'healthToken' | 'pageDirect'>;
  readonly #ports: PagePorts;
  readonly #picture = new Picture();
  readonly #past: PastBoxes;
  readonly #tabs: Tabs;
  readonly #channelNames: ChannelNames;
  readonly #repeats: RepeatLog;
  /** The newest view of each box that has changed since it was drawn here. */
  readonly #changedById = new Map<string, BoxView | BoxNews>();
  /** The newest view of each box of which nobody knows yet whether it is with a person. */
  readonly #heldBackById = new Map<string, BoxView | BoxNews>();

  /** What each box showed last. */
  readonly #turnsById = new Map<string, readonly Turn[]>();

  constructor(config: Pick<Config, 'mmUrl' | 'healthToken' | 'pageDirect'>, ports: PagePorts) {
    const { clock, instance, ended, directory } = ports;
    this.#channelNames = new ChannelNames({
      now: () => clock.now(),
      namesOfChannel: (channelId) => directory.namesOfChannel(channelId),
      named: (channelId, name) => this.#named(channelId, name),
    });
    this.#config = config;
    this.#ports = ports;
    this.#repeats = createRepeatLog(ports.log, clock);
    this.#past = new PastBoxes(ended, clock.now());
    for (const box of this.#past.restored()) this.#restore(box);
    this.#tabs = new Tabs({
      clock,
      picture: this.#picture,
      epoch: instance,
      refresh: () => this.#guarded(() => this.#refresh()),
      pulse: () => this.#pulse(),
    });
  }

  /** What was allowed when it ended may not be allowed any more. */
  #restore(box: PageBox): void {
    if (box.channel?.includes('/') !== true && !this.#config.pageDirect) this.#past.drop(box.id);
    else this.#picture.put(box);
  }

  /** A box is to be shown, or shown anew. An end is drawn at once: its turn may be forgotten soon. */
  show(view: BoxView | BoxNews): void {
    this.#changedById.set(view.boxId, view);
    if (view.card.final) this.#turnsById.delete(view.boxId);
    if (view.card.final) this.#guarded(() => this.#redraw(view.boxId));
    if (this.#changedById.size > MAX_UNDRAWN) this.#guarded(() => this.#refresh());
    if (this.#tabs.count() === 0) return;
    if (view.card.final || this.#isNews(view.boxId)) this.#tabs.changed();
    else this.#tabs.aged();
  }

  /** Whether it has had an event since it was shown last: else only time has changed it. */
  #isNews(boxId: string): boolean {
    const tree = this.#ports.board.drawnTree(boxId)?.tree;
    const [before, turns] = [this.#turnsById.get(boxId), tree === undefined ? [] : turnsIn(tree)];
    setBounded(this.#turnsById, boxId, turns, MAX_UNDRAWN);
    return turns.length !== before?.length || turns.some((turn, index) => turn !== before[index]);
  }

  /** For the server of `/health`. */
  async addRoutes(server: FastifyInstance, keepOpen: (socket: Socket) => void): Promise<void> {
    const { addPageRoutes } = await import('../page/page-routes.ts');
    const now = (): number => this.#ports.clock.now();
    await addPageRoutes(server, { tabs: this.#tabs, token: this.#config.healthToken, now, keepOpen });
  }

  stop(): void {
    this.#tabs.stop();
  }

  #refresh(): void {
    for (const [boxId, view] of this.#heldBackById) if (!this.#changedById.has(boxId)) this.#changedById.set(boxId, view);
    this.#heldBackById.clear();
    for (const boxId of this.#changedById.keys()) this.#redraw(boxId);
    for (const id of this.#past.prune(this.#ports.clock.now())) this.#picture.remove(id);
    this.#sweep();
  }

  /** Boxes that left their place, and running ones of which nobody knows any more. */
  #sweep(): void {
    const phases = new Map(this.#ports.board.entries().map(({ boxId, phase }) => [boxId, phase]));
    for (const box of this.#picture.boxes()) {
      const { id, final } = box;
      const phase = phases.get(id) ?? (final ? 'placed' : 'withdrawn');
      if (phase !== 'placed') this.#remove(id);
      else if (box.link === undefined) this.#link(box);
    }
  }

  /** The post was written after the box was drawn. */
  #link(box: PageBox): void {
    const link = this.#linkOf(box.id);
    if (link === undefined) return;
    this.#put({ ...box, link });
  }

  #linkOf(boxId: string): string | undefined {
    const postId = this.#ports.posts.postIdOf(boxId);
    return postId === undefined ? undefined : `${this.#config.mmUrl}/_redirect/pl/${postId}`;
  }

  #redraw(boxId: string): void {
    const view = this.#changedById.get(boxId);
    this.#changedById.delete(boxId);
    const box = view === undefined ? undefined : this.#boxOf(view);
    if (box === undefined) return this.#remove(boxId);
    this.#put(box);
  }

  #put(box: PageBox): void {
    if (!this.#picture.put(box)) return;
    if (!box.final) return this.#past.drop(box.id);
    for (const id of this.#past.keep(box, this.#ports.clock.now())) this.#picture.remove(id);
  }

  #named(channelId: string, name: string): void {
    for (const box of this.#picture.boxes()) if (box.channel === channelId) this.#put({ ...box, channel: name });
    this.#tabs.changed();
  }

  #remove(boxId: string): void {
    this.#turnsById.delete(boxId);
    this.#picture.remove(boxId);
    this.#past.drop(boxId);
  }

  /** `undefined` for what may not be seen here. */
  #boxOf(view: BoxView | BoxNews): PageBox | undefined {
    const found = this.#ports.board.drawnTree(view.boxId);
    if (found === undefined) return undefined;
    const { tree, target } = found;
    const isOfTeam = isElsewhere(tree) ? this.#channelNames.isOfTeam(target.channelId) : true;
    if (isOfTeam === undefined) setBounded(this.#heldBackById, view.boxId, view, MAX_UNDRAWN);
    const isPrivate = isOfTeam !== true || isDirect(tree);
    if (isPrivate && !this.#config.pageDirect) return undefined;
    const findings = this.#ports.findings();
    const box = pageBoxOf(tree, drawn(view).card, {
      channel: isPrivate ? undefined : this.#channelNames.nameOf(target.channelId),
      link: this.#linkOf(view.boxId),
      findings: findingsOf(findings, view.boxId),
      isLoop: findings?.isLooping(view.boxId) ?? false,
    });
    return withoutSecrets(box, this.#ports.redact);
  }

  /** A fault of the page ends no watcher. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#repeats.failed('page', { because: errorText(error) }, 'The page of all boxes cannot be brought up to date.');
    }
  }

  /** `undefined` when it cannot be made: the age of what is on the page tells that. */
  #pulse(): unknown {
    let pulse: unknown;
    this.#guarded(() => {
      const { clock, report, redact } = this.#ports;
      pulse = redactFields(pulseOf(report(), this.#picture.boxes(), clock.now()), redact);
    });
    return pulse;
  }
}
