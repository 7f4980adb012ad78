// Finds the post that asked for a turn, and has its sign show what the turn does, as far as SIGNS, AGENTS and CHANNELS want one there.

import { markOf } from '../boxes/signs/mark.ts';
import { type AskedTurn, decodeSign } from '../boxes/signs/sign.ts';
import type { SignRecords, Signs } from '../boxes/signs/signs.ts';
import type { Config } from '../config/config.ts';
import { setBounded } from '../core/bounded-map.ts';
import { homeOf } from '../core/home.ts';
import { isListed } from '../core/name-list.ts';
import type { JudgedTree } from '../core/status.ts';
import { fingerprint } from '../core/turn.ts';
import type { ImmediateRows } from '../store/immediate-rows.ts';

const PREFIX = 'sign '; // of the key of each of its rows
const MAX_CHANNELS = 1_000;

/** The signs of this and earlier processes, among the stored facts. */
export function signRecords(facts: ImmediateRows): SignRecords {
  return {
    stored: () =>
      facts.rows().flatMap(({ key: name, value }) => {
        const record = name.startsWith(PREFIX) ? decodeSign(value) : undefined;
        return record === undefined ? [] : [{ postId: name.slice(PREFIX.length), record }];
      }),
    put: (postId, record) => facts.put(`${PREFIX}${postId}`, record),
  };
}

export interface AskedPostsPorts {
  signs: Pick<Signs, 'show'>;
  /** The channel's id, its name, and `team/name`. */
  namesOfChannel(channelId: string): Promise<string[]>;
}

/** Whether CHANNELS has the channel, or the turns that wait for the answer. */
type Wanted = boolean | Map<string, JudgedTree>;

export class AskedPosts {
  readonly #config: Pick<Config, 'signs' | 'agents' | 'channels'>;
  readonly #ports: AskedPostsPorts;
  readonly #wantedByChannel = new Map<string, Wanted>();

  constructor(config: Pick<Config, 'signs' | 'agents' | 'channels'>, ports: AskedPostsPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** Takes the newest state of a turn. */
  note(tree: JudgedTree): void {
    const { signs, agents, channels } = this.#config;
    const asked = askedBy(tree);
    if (!signs || asked === undefined || !isListed(agents, [tree.session.agentId])) return;
    if (channels.allow.length + channels.deny.length === 0 || asked.channelId === undefined) return this.#show(asked.turn, tree);
    this.#showIfWanted(asked.channelId, asked.turn, tree);
  }

  #show(turn: AskedTurn, tree: JudgedTree): void {
    this.#ports.signs.show(turn, markOf(tree.status));
  }

  #showIfWanted(channelId: string, turn: AskedTurn, tree: JudgedTree): void {
    const wanted = this.#wantedByChannel.get(channelId);
    if (wanted === true) return this.#show(turn, tree);
    if (wanted === false) return;
    const waiting = wanted ?? new Map<string, JudgedTree>();
    waiting.set(turn.boxId, tree);
    if (wanted === undefined) void this.#ask(channelId, waiting);
  }

  /** A channel whose names are not to be had gets no signs until the next turn asks again. */
  async #ask(channelId: string, waiting: Map<string, JudgedTree>): Promise<void> {
    setBounded<Wanted>(this.#wantedByChannel, channelId, waiting, MAX_CHANNELS);
    const names = await this.#ports.namesOfChannel(channelId).catch(() => undefined);
    this.#wantedByChannel.delete(channelId);
    if (names === undefined) return;
    setBounded<Wanted>(this.#wantedByChannel, channelId, isListed(this.#config.channels, names), MAX_CHANNELS);
    for (const tree of waiting.values()) this.note(tree);
  }
}

/** The turn with the post that asked for it, and its channel where that is a shared one. Nothing is asked of a person in a sub-agent. */
function askedBy({ turn, session }: JudgedTree): { turn: AskedTurn; channelId: string | undefined } | undefined {
  const { trigger, boxId } = turn;
  if (trigger.kind !== 'person' || trigger.postId === undefined) return undefined;
  const home = homeOf(turn);
  const channelId = home?.kind === 'channel' || home?.kind === 'direct' ? home.channelId : undefined;
  const place = channelId ?? fingerprint(session.key);
  return { turn: { boxId, postId: trigger.postId, place }, channelId: home?.kind === 'channel' ? channelId : undefined };
}
