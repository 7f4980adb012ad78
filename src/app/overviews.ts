// Keeps a board in each of BOARD_CHANNELS: finds these channels, and looks at the turns every few seconds.

import { ChannelOverview, type OverviewPorts } from '../boxes/overview/channel-overview.ts';
import { decodeRecord, type OverviewRecord } from '../boxes/overview/overview-record.ts';
import { BUILT_IN_LABELS } from '../boxes/render/tool-labels.ts';
import type { RenderOptions } from '../boxes/render/render-options.ts';
import type { Config } from '../config/config.ts';
import { type ChannelName, channelText } from '../config/name-forms.ts';
import { errorText } from '../core/error-code.ts';
import { createRepeatLog, type RepeatLog } from '../core/repeat-log.ts';
import { Timers } from '../core/timers.ts';
import { wait } from '../core/wait.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';
import { cachedRedactor } from '../text/redact-cache.ts';

const PREFIX = 'board of '; // of the key of each of its rows
const LOOK_MS = 2_000;
const FIND_AGAIN_MS = 60_000; // a channel may be created, or we are invited

/** The boards of this and earlier processes, among the stored facts. */
export function overviewRecords(facts: ImmediateRows): OverviewPorts['records'] & { keepOnly(channelIds: readonly string[]): void } {
  return {
    get: (channelId) => decodeRecord(facts.get(`${PREFIX}${channelId}`)),
    put: (record: OverviewRecord) => facts.put(`${PREFIX}${record.channelId}`, record),
    keepOnly: (channelIds) => {
      const kept = new Set(channelIds.map((channelId) => `${PREFIX}${channelId}`));
      for (const { key: name } of facts.rows()) if (name.startsWith(PREFIX) && !kept.has(name)) facts.put(name, undefined);
    },
  };
}

/** What only titles of boxes need. */
export function overviewOptions(redact: (text: string) => string): RenderOptions {
  return { verbosity: 'quiet', maxLines: 0, labels: BUILT_IN_LABELS, redact: cachedRedactor(redact) };
}

interface OverviewsPorts extends Omit<OverviewPorts, 'records' | 'signal'> {
  records: ReturnType<typeof overviewRecords>;
  /** The channel's id. Throws `PushError`. */
  channelOf(name: ChannelName): Promise<string>;
}

export class Overviews {
  readonly #ports: OverviewsPorts;
  readonly #names: readonly ChannelName[];
  readonly #overviewsByName = new Map<string, ChannelOverview>();
  readonly #repeats: RepeatLog;
  readonly #timers: Timers<'look'>;
  readonly #stopped = new AbortController();
  #findAt = Number.NEGATIVE_INFINITY;

  constructor({ board, boardChannels = [] }: Pick<Config, 'board' | 'boardChannels'>, ports: OverviewsPorts) {
    this.#names = board === 'channel' ? boardChannels : [];
    this.#ports = ports;
    this.#repeats = createRepeatLog(ports.log, ports.clock);
    this.#timers = new Timers(ports.clock);
  }

  /** Call once Mattermost has answered and the sources have caught up. */
  start(): void {
    if (this.#names.length === 0) return this.#ports.records.keepOnly([]);
    this.#timers.repeat(
      'look',
      () => LOOK_MS,
      () => this.look(),
    );
  }

  /** Never throws. */
  async look(): Promise<void> {
    if (this.#overviewsByName.size < this.#names.length) await this.#find();
    await Promise.all([...this.#overviewsByName.values()].map((overview) => overview.look()));
  }

  /** The boards say that nobody keeps them any more, as far as they can within that time. Never throws. */
  async close(deadlineMs: number): Promise<void> {
    const closeAll = (): Promise<unknown> => Promise.all([...this.#overviewsByName.values()].map((overview) => overview.close()));
    // At first those that are kept: a look may wait for its turn. Then also one that this look has just found.
    const looked = this.#timers.stop();
    const closing = closeAll().then(() => looked.then(closeAll));
    const inTime = new AbortController();
    await Promise.race([closing.finally(() => inTime.abort()), wait(this.#ports.clock, deadlineMs, inTime.signal)]);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#timers.stop();
  }

  async #find(): Promise<void> {
    const now = this.#ports.clock.monotonic();
    if (now < this.#findAt) return;
    this.#findAt = now + FIND_AGAIN_MS;
    const channelIds = await Promise.all(this.#names.map((name) => this.#channelOf(name)));
    const found = channelIds.filter((channelId) => channelId !== undefined);
    if (found.length === this.#names.length) this.#ports.records.keepOnly(found);
  }

  async #channelOf(name: ChannelName): Promise<string | undefined> {
    const text = channelText(name);
    try {
      const channelId = await this.#ports.channelOf(name);
      if (!this.#overviewsByName.has(text))
        this.#overviewsByName.set(text, new ChannelOverview(channelId, { ...this.#ports, signal: this.#stopped.signal }));
      this.#repeats.recovered(text, { what: text }, 'A channel of BOARD_CHANNELS can be used again.');
      return channelId;
    } catch (error) {
      this.#repeats.failed(
        text,
        { what: text, because: errorText(error) },
        'A channel of BOARD_CHANNELS cannot be used; it is asked for again.',
      );
      return undefined;
    }
  }
}
