// Turns for the renderer's tests, built by hand: only what a test names differs from an ordinary turn.

import { BUILT_IN_LABELS } from '../../../../src/boxes/render/tool-labels.ts';
import type { RenderOptions } from '../../../../src/boxes/render/render-options.ts';
import { renderCard } from '../../../../src/boxes/render/render-card.ts';
import type { Card, TurnStatus } from '../../../../src/core/card.ts';
import type { JudgedTree } from '../../../../src/core/status.ts';
import type { Call, Line, Session, Turn, TurnTree } from '../../../../src/core/session.ts';
import { newTurn } from '../../../../src/core/turn.ts';

export const START = 1_700_000_000_000;

export const OPTIONS: RenderOptions = { verbosity: 'normal', maxLines: 15, labels: BUILT_IN_LABELS, redact: (text) => text };

export interface TreeParts {
  turn?: Partial<Turn>;
  session?: Partial<Session>;
  /** Milliseconds since the turn's start. */
  afterMs?: number;
  calls?: Call[];
  children?: Record<string, { tree?: TurnTree; label?: string; callId?: string }>;
}

/** A turn of the agent `main`, 38 s old, with a line for every call and child that has none. */
export function treeOf({ turn = {}, session = {}, afterMs = 38_000, calls = [], children = {} }: TreeParts = {}): TurnTree {
  const whole: Session = { key: 'agent:main:main', agentId: 'main', turns: [], asOf: START + afterMs, ...session };
  const lines: Line[] = [
    ...calls.map((call): Line => ({ kind: 'call', callId: call.callId })),
    ...Object.keys(children).map((childKey): Line => ({ kind: 'child', childKey })),
  ];
  const childrenByKey = Object.fromEntries(
    Object.entries(children).map(([key, { label, callId }]) => [
      key,
      { ...(label === undefined ? {} : { label }), ...(callId === undefined ? {} : { callId }) },
    ]),
  );
  const built: Turn = {
    ...newTurn(whole, { kind: 'person' }, { at: START }),
    lines,
    callsById: Object.fromEntries(calls.map((call) => [call.callId, call])),
    childrenByKey,
    ...turn,
  };
  const trees = Object.entries(children).flatMap(([key, { tree }]): [string, TurnTree][] => (tree === undefined ? [] : [[key, tree]]));
  return { session: whole, turn: built, childrenByKey: Object.fromEntries(trees) };
}

/** A call that started with the turn and, unless `parts` says otherwise, ended well one second later. */
export function callOf(callId: string, tool: string, args: Record<string, string>, parts: Partial<Call> = {}): Call {
  return { callId, tool, args, startedAt: START, endedAt: START + 1_000, outcome: { kind: 'ok' }, ...parts };
}

/** The same call, still running. */
export function runningCall(callId: string, tool: string, args: Record<string, string>, startedAt = START): Call {
  return { callId, tool, args, startedAt };
}

export const ACTIVE: TurnStatus = { state: 'active', final: false };

export function doneAfter(ms: number): TurnStatus {
  return { state: 'done', final: true, endedAt: START + ms };
}

export function said(id: string, words: string): Line {
  return { kind: 'text', id, text: words };
}

/** The card of a tree whose nodes are in these states. */
export function drawTree(tree: TurnTree, statusOf: (node: TurnTree) => TurnStatus, options: RenderOptions): Card {
  return renderCard(withStatus(tree, statusOf), options);
}

function withStatus(tree: TurnTree, statusOf: (node: TurnTree) => TurnStatus): JudgedTree {
  const children = Object.entries(tree.childrenByKey).map(([key, child]) => [key, withStatus(child, statusOf)] as const);
  return { ...tree, status: statusOf(tree), childrenByKey: Object.fromEntries(children), holdsUntil: Number.POSITIVE_INFINITY };
}
