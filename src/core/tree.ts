// Joins the sessions of sub-agents to the turns that spawned them.

import type { Session, SessionsByKey, Turn, TurnTree } from './session.ts';
import type { Usage } from './event.ts';
import { addUsage, isBare, usageOf } from './turn.ts';

/** A turn, with its session, that has a box of its own. */
export interface RootTurn {
  session: Session;
  turn: Turn;
}

const MAX_DEPTH = 8; // deeper nesting would not be readable, and a loop in forged parents must end

/** The turn with everything below it, all as of the same moment: the newest any of the sessions knows. */
export function treeOf(sessionsByKey: SessionsByKey, session: Session, turn: Turn, asOf = 0): TurnTree {
  const tree = grow(sessionsByKey, session, turn, MAX_DEPTH);
  return withAsOf(tree, Math.max(asOf, newestAsOf(tree)));
}

function grow(sessionsByKey: SessionsByKey, session: Session, turn: Turn, depth: number): TurnTree {
  const childrenByKey: Record<string, TurnTree> = {};
  for (const [key, { isWorker }] of depth === 0 ? [] : Object.entries(turn.childrenByKey)) {
    const child = sessionsByKey.get(key);
    const childTurn = child === undefined ? undefined : shownTurnOf(isWorker === true ? hostedBy(session.key, child) : child.turns);
    if (child !== undefined && childTurn !== undefined && key !== session.key)
      childrenByKey[key] = grow(sessionsByKey, child, childTurn, depth - 1);
  }
  return { session, turn, childrenByKey };
}

/** The turns of a session with a box of its own that belong in the box of another one. */
function hostedBy(hostKey: string, { turns }: Session): Turn[] {
  return turns.filter((turn) => turn.hostKey === hostKey);
}

/** The sub-agent's newest turn; one that only has signs of life so far does not hide an earlier one. */
function shownTurnOf(turns: readonly Turn[]): Turn | undefined {
  return turns.findLast((turn) => !isBare(turn)) ?? turns.at(-1);
}

function newestAsOf(tree: TurnTree): number {
  return Math.max(tree.session.asOf, ...Object.values(tree.childrenByKey).map(newestAsOf));
}

function withAsOf(tree: TurnTree, asOf: number): TurnTree {
  const childrenByKey = Object.fromEntries(Object.entries(tree.childrenByKey).map(([key, child]) => [key, withAsOf(child, asOf)]));
  return { session: { ...tree.session, asOf }, turn: tree.turn, childrenByKey };
}

/** The session and turn whose box shows this session's turn: its own, or that of the topmost parent known. */
export function rootOf(sessionsByKey: SessionsByKey, session: Session, turn: Turn): RootTurn | undefined {
  let current = { session, turn };
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const host = hostOf(sessionsByKey, current);
    if (host === undefined && !isSubAgent(current.session)) return current;
    const parent = host ?? parentTurnOf(sessionsByKey, current.session);
    if (parent === undefined) return undefined;
    current = parent;
  }
  return undefined;
}

/** Everything that the turn and its sub-agents used. What a turn says to have used includes what its workers did. */
export function usageOfTree({ turn, childrenByKey }: TurnTree): Usage {
  const hasOwn = Object.keys(turn.usageById).length > 0;
  const counted = Object.entries(childrenByKey).filter(([key]) => !hasOwn || turn.childrenByKey[key]?.isWorker !== true);
  return counted.map(([, child]) => usageOfTree(child)).reduce(addUsage, usageOf(turn));
}

/** Whether this session's turns belong in another session's box. */
export function isSubAgent(session: Session): boolean {
  return session.parentKey !== undefined || session.isSubAgent === true;
}

/** The turn in whose box that turn is drawn though it is none of a sub-agent; one that is forgotten hosts nobody. */
function hostOf(sessionsByKey: SessionsByKey, { session: { key }, turn: { hostKey = '' } }: RootTurn): RootTurn | undefined {
  const session = sessionsByKey.get(hostKey);
  const turn = session?.turns.findLast((other) => key in other.childrenByKey);
  return session === undefined || turn === undefined ? undefined : { session, turn };
}

function parentTurnOf(sessionsByKey: SessionsByKey, child: Session): RootTurn | undefined {
  const candidates = child.parentKey === undefined ? [...sessionsByKey.values()] : [sessionsByKey.get(child.parentKey)];
  for (const session of candidates) {
    const turn = session?.turns.findLast((other) => child.key in other.childrenByKey);
    if (session !== undefined && turn !== undefined && session.key !== child.key) return { session, turn };
  }
  return undefined;
}
