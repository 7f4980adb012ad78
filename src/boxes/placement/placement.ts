// Decides where a turn's box goes: routing, privacy and threads. Asks the chat server through a port; holds no state.

import type { Placement } from '../board/box-entry.ts';
import type { Clock } from '../../core/clock.ts';
import type { Audience, Route } from '../../core/event.ts';
import { homeOf, isPublic } from '../../core/home.ts';
import { isListed, type NameList } from '../../core/name-list.ts';
import { openclawAddress, unrouted } from '../../core/route-rule.ts';
import type { TurnTree } from '../../core/session.ts';
import { isRefusal } from '../../core/sink.ts';
import { untilAnswered } from '../../core/until-healthy.ts';
import { type OwnThreads, placeInThread } from './own-thread.ts';

/** What placement asks the chat server. Every call throws `PushError`. */
export interface ChannelDirectory {
  /** Names of a channel: its id, its name, `team/name`. */
  namesOfChannel(channelId: string): Promise<string[]>;
  /** Our own direct channel with that person. */
  directChannelWith(userId: string): Promise<string>;
  /** Whether this token's account belongs to the channel. */
  isMember(channelId: string): Promise<boolean>;
  /** Whether that person wrote in the channel between the two instants (milliseconds since the epoch). */
  hasPostBy(userId: string, channelId: string, fromAt: number, toAt: number): Promise<boolean>;
  threadReplies(rootId: string): Promise<number>;
  /** The first post of the thread that a post stands in (itself, if it stands in none), and its channel. */
  rootOf(postId: string): Promise<{ rootId: string; channelId: string }>;
}

/** Where the rules of ROUTES send sessions with an address. `because`: it is this rule's turn, but its target cannot be used. */
export type RoutedTo = { kind: 'unrouted' } | { kind: 'channel'; channelId: string } | { kind: 'impossible'; because: string };

/** What placement needs of the rules of ROUTES. */
export interface RoutePorts {
  /** Throws `PushError` while the server does not say it. */
  channelFor(address: string): Promise<RoutedTo>;
  threads: OwnThreads;
}

export interface PlacementOptions {
  placement: 'auto' | 'channel' | 'reply';
  channels: NameList;
  direct: 'off' | 'own';
  /** Resolved at start. */
  defaultChannelId?: string;
  defaultChannelDirect: boolean;
  /** Whether edits in a thread of that many replies are expensive for this server. Without it they are not. */
  isExpensive?: (replies: number) => boolean;
  /** Absent without ROUTES. */
  routes?: RoutePorts;
}

const ASKED_BEFORE_MS = 120_000; // the person's post came at most this long before the turn was written down
const ASKED_AFTER_MS = 30_000; // clocks of the two servers may differ

/** The same directory; each request first waits for `turn`. */
export function queued(directory: ChannelDirectory, turn: () => Promise<void>): ChannelDirectory {
  const after =
    <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await turn();
      return ask(...args);
    };
  return {
    namesOfChannel: after((channelId) => directory.namesOfChannel(channelId)),
    directChannelWith: after((userId) => directory.directChannelWith(userId)),
    isMember: after((channelId) => directory.isMember(channelId)),
    hasPostBy: after((userId, channelId, fromAt, toAt) => directory.hasPostBy(userId, channelId, fromAt, toAt)),
    threadReplies: after((rootId) => directory.threadReplies(rootId)),
    rootOf: after((postId) => directory.rootOf(postId)),
  };
}

/** The `place` port of the board. While the server is unreachable, it waits instead of refusing. */
export function createPlacement(
  directory: ChannelDirectory,
  options: PlacementOptions,
  clock: Clock,
): (tree: TurnTree) => Promise<Placement> {
  return async (tree) =>
    untilAnswered(clock, () => {
      const { address } = tree.session;
      return address === undefined ? place(tree, directory, options) : toRoute(tree, address, { directory, options, clock });
    });
}

interface RoutingParts {
  directory: ChannelDirectory;
  options: PlacementOptions;
  clock: Clock;
}

/** A session without a channel of its own goes where a rule sends it, and nowhere else. */
async function toRoute(tree: TurnTree, address: string, { directory, options, clock }: RoutingParts): Promise<Placement> {
  const { routes } = options;
  const routed: RoutedTo = (await routes?.channelFor(address)) ?? { kind: 'unrouted' };
  if (routes === undefined || routed.kind === 'unrouted') return { refused: unrouted(address) };
  if (routed.kind === 'impossible') return { refused: routed.because };
  const { channelId } = routed;
  if (options.placement === 'channel') return { target: { channelId } };
  const isExpensive = async (rootId: string): Promise<boolean> => !(await fits(rootId, directory, options));
  return placeInThread(tree, channelId, {
    threads: routes.threads,
    server: { rootOf: (postId) => directory.rootOf(postId), isExpensive },
    clock,
  });
}

/** Where the conversation of an OpenClaw agent goes. */
async function place(tree: TurnTree, directory: ChannelDirectory, options: PlacementOptions): Promise<Placement> {
  const home = homeOf(tree.turn);
  switch (home?.kind) {
    case undefined:
      return toDefault('untold', options);
    case 'elsewhere':
      return (
        (isPublic(home.audience) ? await toAgentRoute(tree.session.agentId, options) : undefined) ??
        toDefault(home.audience === 'direct' && tree.turn.route?.kind === 'direct' ? 'shared' : home.audience, options)
      );
    case 'direct':
      return toDirect(home, tree, directory, options);
    case 'channel':
      if (home.otherwise !== undefined && !(await wasAskedIn(home.channelId, tree, directory))) return toDefault('unknown', options);
      return toChannel(home, tree, directory, options);
    default:
      return home satisfies never;
  }
}

/** A rule for the agent, if there is one: it stands before DEFAULT_CHANNEL, and like that only for what is proven to be public. */
async function toAgentRoute(agentId: string, { routes }: PlacementOptions): Promise<Placement | undefined> {
  const routed = await routes?.channelFor(openclawAddress(agentId));
  if (routed === undefined || routed.kind === 'unrouted') return undefined;
  return routed.kind === 'channel' ? { target: { channelId: routed.channelId } } : { refused: routed.because };
}

/**
 * The channel of a shared session's last message proves nothing about this turn. It counts only when the turn's own post is there, or a
 * post of its person at that time.
 */
async function wasAskedIn(channelId: string, { turn }: TurnTree, directory: ChannelDirectory): Promise<boolean> {
  const { trigger, startedAt } = turn;
  if (trigger.kind !== 'person') return false;
  try {
    if (trigger.postId !== undefined) return (await directory.rootOf(trigger.postId)).channelId === channelId;
    return trigger.userId !== undefined && (await wroteAbout(startedAt, trigger.userId, channelId, directory));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

function wroteAbout(askedAt: number, userId: string, channelId: string, directory: ChannelDirectory): Promise<boolean> {
  return directory.hasPostBy(userId, channelId, askedAt - ASKED_BEFORE_MS, askedAt + ASKED_AFTER_MS);
}

/** Why a session is private. `untold`: no source has reported a route. `shared`: several people share it, and the turn's person is unknown. */
const PRIVATE: Record<Exclude<Audience, 'public' | 'own'> | 'untold' | 'shared', string> = {
  untold:
    'no session index and no row of a gateway names it, so it counts as private; let its sessions.json lie readable beside its transcript (or set SESSIONS_JSON), or set GATEWAY_URL',
  unknown: 'nothing in its key, its row and its lines proves that more than one person may read it, so it counts as private',
  disputed: 'its key, its rows and its lines contradict each other about who may read it, so it counts as private',
  direct: 'it is a direct conversation and DEFAULT_CHANNEL_DIRECT is not set',
  shared:
    'it is a direct conversation in a session that several people share, and nothing says which of them wrote; give each a session of their own in OpenClaw (session.dmScope)',
};

/** Only a session that is proven to be public falls back to the default channel, unless DEFAULT_CHANNEL_DIRECT allows the others. */
function toDefault(audience: Audience | 'untold' | 'shared', { defaultChannelId, defaultChannelDirect }: PlacementOptions): Placement {
  if (audience !== 'public' && audience !== 'own' && (!defaultChannelDirect || defaultChannelId === undefined)) {
    const switches = defaultChannelId === undefined ? 'DEFAULT_CHANNEL and DEFAULT_CHANNEL_DIRECT=1' : 'DEFAULT_CHANNEL_DIRECT=1';
    const refused = `${PRIVATE[audience]}; to show all private sessions in one channel, set ${switches}`;
    return audience === 'direct' || audience === 'shared' || defaultChannelId === undefined ? { refused } : { refused, isUnproven: true };
  }
  if (defaultChannelId !== undefined) return { target: { channelId: defaultChannelId } };
  return { refused: 'it did not come from Mattermost and DEFAULT_CHANNEL is not set; set it to the channel for such sessions' };
}

/** The conversation itself when our account is in it; otherwise our own direct channel with that person, when DIRECT=own. */
async function toDirect(
  route: Route & { kind: 'direct' },
  tree: TurnTree,
  directory: ChannelDirectory,
  options: PlacementOptions,
): Promise<Placement> {
  if (route.channelId !== undefined && (await directory.isMember(route.channelId))) return { target: { channelId: route.channelId } };
  if (route.userId === undefined) return { refused: 'it is a direct conversation with somebody unknown, for whom there is no channel' };
  const channelId = await directory.directChannelWith(route.userId);
  const isOurs = await wroteAbout(tree.turn.startedAt, route.userId, channelId, directory);
  if (isOurs || options.direct === 'own') return { target: { channelId } };
  return { refused: "it is another bot's direct conversation and DIRECT=off; DIRECT=own shows it in ours with that person" };
}

async function toChannel(
  route: Route & { kind: 'channel' },
  tree: TurnTree,
  directory: ChannelDirectory,
  options: PlacementOptions,
): Promise<Placement> {
  const { channelId } = route;
  if (!(await isWanted(channelId, directory, options.channels)))
    return { refused: `channel ${channelId} is not in CHANNELS; add it there to show it` };
  const postId = rootFor(route, tree, options.placement);
  const rootId = postId === undefined ? undefined : await topOf(postId, channelId, directory);
  if (rootId === undefined || !(await fits(rootId, directory, options))) return { target: { channelId } };
  return { target: { channelId, rootId } };
}

async function isWanted(channelId: string, directory: ChannelDirectory, channels: NameList): Promise<boolean> {
  if (channels.allow.length === 0 && channels.deny.length === 0) return true;
  return isListed(channels, await directory.namesOfChannel(channelId));
}

function rootFor(route: Route & { kind: 'channel' }, tree: TurnTree, placement: PlacementOptions['placement']): string | undefined {
  const { trigger } = tree.turn;
  switch (placement) {
    case 'channel':
      return undefined;
    case 'auto':
      return route.rootId;
    case 'reply':
      return route.rootId ?? (trigger.kind === 'person' ? (trigger.rootId ?? trigger.postId) : undefined);
    default:
      return placement satisfies never;
  }
}

/**
 * The answered post may be a reply itself. Mattermost takes only the first post of a thread as a root, in the same channel. A post that
 * cannot be read is used as it is: posting shows whether it is a root.
 */
async function topOf(postId: string, channelId: string, directory: ChannelDirectory): Promise<string | undefined> {
  try {
    const top = await directory.rootOf(postId);
    return top.channelId === channelId ? top.rootId : undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return postId;
  }
}

/** A thread that cannot be read is used all the same: posting shows whether it takes the post. */
async function fits(rootId: string, directory: ChannelDirectory, { placement, isExpensive }: PlacementOptions): Promise<boolean> {
  if (placement === 'reply') return true;
  try {
    const replies = await directory.threadReplies(rootId);
    return isExpensive?.(replies) !== true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return true;
  }
}
