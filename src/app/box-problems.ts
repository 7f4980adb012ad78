// Describes for the health page why boxes are not shown: cause, cure and the agent of the box. Pure.

import type { BoardRow } from '../boxes/board/board-rows.ts';
import type { BoxTrouble, PublisherStats } from '../boxes/publish/publisher-ports.ts';
import type { Config } from '../config/config.ts';
import type { FAILURES, Reason } from '../core/sink.ts';

type Troubles = Pick<PublisherStats, 'parked' | 'refused' | 'gone'>;

/** Reasons that a person can remove. A post that a person deleted is none. */
type Curable = { [R in Reason]: (typeof FAILURES)[R]['lastsAs'] extends 'failing' ? never : Exclude<R, 'gone'> }[Reason];

const CURES: Partial<Record<Reason, string>> = {
  no_access: 'add the account to the team and to the channel, and let it post there',
  archived: 'restore the channel',
  root_gone: 'with ROOT_GONE=channel such a box goes on in the channel',
  edit_expired: 'its end will be shown in a new post',
  edit_forbidden: 'its end will be shown in a new post',
  too_large: 'lower MAX_STATUS_LINES, or raise what a proxy before Mattermost lets through',
  rejected: 'it is tried again; the server log of Mattermost says more',
} satisfies Record<Curable, string>;

/** Why that box is not shown, or not fully; `undefined` when the publisher has no trouble with it. */
export function whyNotShown(boxId: string, { parked, refused, gone }: Troubles): string | undefined {
  const trouble = [...parked, ...refused, ...gone].find((other) => other.boxId === boxId);
  return trouble === undefined ? undefined : describeTrouble(trouble);
}

/** Every problem that a person can solve, one sentence for all boxes of a channel that fail alike. A deleted post is no problem. */
export function boxProblems(rows: readonly BoardRow[], { parked, refused }: Troubles): string[] {
  const agentsByBox = new Map(rows.map(({ boxId, agentId }) => [boxId, agentId]));
  const alike = Map.groupBy([...parked, ...refused], (trouble) => `${trouble.channelId} ${describeTrouble(trouble)}`);
  return [...alike.values()].flatMap((troubles) => {
    const [first] = troubles;
    const agents = new Set(troubles.map(({ boxId }) => agentsByBox.get(boxId) ?? boxId));
    const boxes = troubles.length === 1 ? 'the box' : `${troubles.length} boxes`;
    return first === undefined ? [] : [`${boxes} of ${[...agents].join(', ')} in channel ${first.channelId}: ${describeTrouble(first)}`];
  });
}

/** One sentence for each channel whose boxes are updated more rarely than a reader expects. */
export function slowChannels(
  { slowChannels: slow }: Pick<PublisherStats, 'slowChannels'>,
  { channelEditsPerHour }: Pick<Config, 'channelEditsPerHour'>,
): string[] {
  return slow.map(
    ({ channelId, everyMs }) =>
      `each box in channel ${channelId} is updated every ${Math.round(everyMs / 1_000)} s, because a channel gets ${channelEditsPerHour} ordinary edits an hour: raise CHANNEL_EDITS_PER_HOUR, or show fewer sessions there (CHANNELS, AGENTS)`,
  );
}

function describeTrouble({ reason, because }: BoxTrouble): string {
  const cure = CURES[reason];
  return cure === undefined || because.includes('ROOT_GONE') ? because : `${because}: ${cure}`;
}
