// The names of the channels that boxes are in, and whether those are channels of a team. Asks for each once, when it is needed first; until
// then its id stands for it.

import { setBounded } from '../core/bounded-map.ts';

const MAX_NAMES = 1_000;
const ASK_AGAIN_MS = 60_000;

interface ChannelNamesPorts {
  now(): number;
  namesOfChannel(channelId: string): Promise<readonly string[]>;
  /** The name of a channel is known now: `team/name` when it is one of a team, and no conversation between people. */
  named(channelId: string, name: string): void;
}

export class ChannelNames {
  readonly #ports: ChannelNamesPorts;
  readonly #nameById = new Map<string, string>();
  readonly #askedAtById = new Map<string, number>();

  constructor(ports: ChannelNamesPorts) {
    this.#ports = ports;
  }

  nameOf(channelId: string): string {
    if (!this.#nameById.has(channelId)) void this.#ask(channelId);
    return this.#nameById.get(channelId) ?? channelId;
  }

  /** Whether it is a channel of a team; `undefined` while nobody knows. */
  isOfTeam(channelId: string): boolean | undefined {
    const name = this.nameOf(channelId);
    return this.#nameById.has(channelId) ? name.includes('/') : undefined;
  }

  async #ask(channelId: string): Promise<void> {
    const now = this.#ports.now();
    if (now - (this.#askedAtById.get(channelId) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_MS) return;
    setBounded(this.#askedAtById, channelId, now, MAX_NAMES);
    const names = await this.#ports.namesOfChannel(channelId).catch(() => []);
    const name = names.find((each) => each.includes('/')) ?? names.find((each) => each !== channelId);
    if (name === undefined) return;
    setBounded(this.#nameById, channelId, name, MAX_NAMES);
    this.#ports.named(channelId, name);
  }
}
