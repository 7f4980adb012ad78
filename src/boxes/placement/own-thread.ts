// Puts the boxes of a session into one thread of its own: the first is a post, later ones reply to it. Asks the chat server and the store
// of threads through ports.

import type { Placement } from '../board/box-entry.ts';
import type { Clock } from '../../core/clock.ts';
import type { TurnTree } from '../../core/session.ts';
import { isRefusal } from '../../core/sink.ts';
import { untilAnswered } from '../../core/until-healthy.ts';
import { wait } from '../../core/wait.ts';

/** What is remembered of a session's thread. */
export interface KnownThread {
  readonly channelId: string;
  readonly firstBoxId: string;
  readonly rootId?: string;
  readonly boxIds: readonly string[];
  /** Wall clock. */
  readonly activeAt: number;
}

export interface OwnThreads {
  of(sessionKey: string): KnownThread | undefined;
  begin(sessionKey: string, channelId: string, boxId: string, activeAt: number): void;
  join(sessionKey: string, boxId: string, activeAt: number): void;
  /** Looks on the server for the thread of a session of which nothing is remembered, and remembers it. Throws `PushError`. */
  find(sessionKey: string, channelId: string, activeAt: number): Promise<void>;
  /** Whether that box has no post yet and will get one: its session's later boxes wait for it. */
  awaitsPost(boxId: string): boolean;
  /** A session that goes on within this time of its last activity stays in its thread. Milliseconds. */
  readonly lifeMs: number;
}

export interface ThreadServer {
  rootOf(postId: string): Promise<{ rootId: string; channelId: string }>;
  /** Whether edits in that thread cost this server too much. */
  isExpensive(rootId: string): Promise<boolean>;
}

const GONE_STEPS_MS = [500, 1_500]; // one answer "gone" may come from a replica that lags; three do not
const LOOK_AGAIN_MS = 200; // the first post of a thread usually takes less

export interface ThreadPorts {
  threads: OwnThreads;
  server: ThreadServer;
  clock: Clock;
}

/** Where the turn's box goes in that channel. Throws `PushError`; asking again for the same box gives the same answer. */
export async function placeInThread(tree: TurnTree, channelId: string, ports: ThreadPorts): Promise<Placement> {
  const { threads, clock } = ports;
  const { session, turn } = tree;
  if (threads.of(session.key) === undefined) await threads.find(session.key, channelId, turn.startedAt);
  for (;;) {
    const thread = threads.of(session.key);
    if (thread === undefined || thread.channelId !== channelId || isOver(thread, tree, threads.lifeMs)) break;
    if (thread.firstBoxId === turn.boxId) return { target: { channelId } };
    const rootId = thread.rootId === undefined ? undefined : await usableRoot(thread.rootId, channelId, ports);
    if (rootId !== undefined) {
      threads.join(session.key, turn.boxId, turn.startedAt);
      return { target: { channelId, rootId, isOwnThread: true } };
    }
    if (thread.rootId === undefined && threads.awaitsPost(thread.firstBoxId)) await wait(clock, LOOK_AGAIN_MS);
    else if (threads.of(session.key) === thread) break; // else another box has begun a new thread meanwhile
  }
  threads.begin(session.key, channelId, turn.boxId, turn.startedAt);
  return { target: { channelId } };
}

/** Whether the session was silent for too long before this turn began. */
function isOver({ activeAt, boxIds }: KnownThread, { session, turn }: TurnTree, lifeMs: number): boolean {
  const before = session.turns.filter(({ boxId, startedAt }) => boxId !== turn.boxId && startedAt <= turn.startedAt);
  const lastActiveAt = Math.max(activeAt, ...before.map(({ lastEventAt }) => lastEventAt));
  return !boxIds.includes(turn.boxId) && turn.startedAt - lastActiveAt > lifeMs;
}

/** The first post of the thread, unless it was deleted, is elsewhere, or its thread has become too expensive. */
async function usableRoot(postId: string, channelId: string, { server, clock }: ThreadPorts): Promise<string | undefined> {
  try {
    const top = await untilAnswered(clock, () => server.rootOf(postId), GONE_STEPS_MS);
    return top.channelId === channelId && !(await server.isExpensive(top.rootId)) ? top.rootId : undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}
