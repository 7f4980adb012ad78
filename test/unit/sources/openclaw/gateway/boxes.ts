// What a person would have seen: every box a stream of events makes, at each change of its state, as text.

import { decideBox } from '../../../../../src/boxes/board/box-policy.ts';
import { BUILT_IN_LABELS } from '../../../../../src/boxes/render/tool-labels.ts';
import { renderCard } from '../../../../../src/boxes/render/render-card.ts';
import { orphanLinks } from '../../../../../src/core/orphans.ts';
import { Fold } from '../../../../../src/core/fold.ts';
import type { Route, SessionEvent, Trigger } from '../../../../../src/core/event.ts';
import type { TurnTree } from '../../../../../src/core/session.ts';
import { judge, statusOf } from '../../../../../src/core/status.ts';
import { type RootTurn, treeOf } from '../../../../../src/core/tree.ts';
import { openWaits } from '../../../../../src/core/turn.ts';

const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const POLICY = { openAfterMs: 0, schedule: 'all', allowsAgent: () => true } as const;
const OPTIONS = { verbosity: 'normal', maxLines: 30, labels: BUILT_IN_LABELS, redact: (text: string) => text } as const;
const SETTLED_MS = 11_000; // after this long nothing is awaited any more

interface Shown {
  name: string;
  lastState: string;
  text: string[];
}

/** The boxes in the order they open. `endedAt` is when the capture ended. */
export function describeBoxes(events: readonly SessionEvent[], endedAt: number): string {
  const fold = new Fold();
  const shownById = new Map<string, Shown>();
  const startedAt = Math.min(endedAt, ...events.map(({ at }) => at));

  function draw(root: RootTurn, asOf: number, isLast: boolean): void {
    const session = fold.sessionsByKey.get(root.session.key);
    const turn = session?.turns.find(({ boxId }) => boxId === root.turn.boxId);
    if (session === undefined || turn === undefined) return;
    const tree = treeOf(fold.sessionsByKey, session, turn, asOf);
    const shown = shownById.get(turn.boxId) ?? { name: `box ${shownById.size + 1}`, lastState: '', text: [] };
    shownById.set(turn.boxId, shown);
    const state = stateKey(tree);
    if (state === shown.lastState && !isLast) return;
    shown.lastState = state;
    shown.text.push(`${isLast ? 'at last' : seconds(tree.session.asOf - startedAt)} ${cardText(tree)}`);
  }

  // Boxes are drawn after a burst of events, never in the middle of what one frame told.
  const touched = new Map<string, RootTurn>();
  for (const [index, event] of events.entries()) {
    for (const root of rootsAfter(event)) touched.set(root.turn.boxId, root);
    if (events[index + 1]?.at === event.at) continue;
    for (const root of touched.values()) draw(root, event.at, false);
    touched.clear();
  }
  for (const session of fold.sessionsByKey.values()) {
    for (const turn of session.turns) if (shownById.has(turn.boxId)) draw({ session, turn }, endedAt + SETTLED_MS, true);
  }
  return [...shownById.entries()].map(([boxId, shown]) => `${heading(shown.name, boxId)}\n${shown.text.join('\n')}\n`).join('\n');

  function rootsAfter(event: SessionEvent): RootTurn[] {
    const { roots } = fold.apply(event);
    return [...roots, ...orphanLinks(fold.sessionsByKey, event.at).flatMap((link) => fold.apply(link).roots)];
  }

  function heading(name: string, boxId: string): string {
    const turn = [...fold.sessionsByKey.values()].flatMap(({ turns }) => turns).find((other) => other.boxId === boxId);
    return turn === undefined ? name : `${name}: ${triggerText(turn.trigger)}, ${routeText(turn.route)}`;
  }
}

function stateKey(tree: TurnTree): string {
  const status = statusOf(tree, LIMITS);
  return `${status.state} ${status.retry?.attempt ?? ''} ${openWaits(tree.turn, tree.session.asOf).at(-1)?.text ?? ''}`;
}

function cardText(tree: TurnTree): string {
  const judged = judge(tree, LIMITS);
  const decision = decideBox(judged, POLICY);
  if (decision.kind !== 'open') return `no post${decision.kind === 'never' ? `: ${decision.why}` : ' yet'}`;
  const card = renderCard(judged, OPTIONS);
  return [card.title, ...card.lines.map((line) => `    ${line}`)].join('\n');
}

function triggerText(trigger: Trigger): string {
  const { kind, ...facts } = trigger;
  return [kind, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(' ');
}

function routeText(route: Route | undefined): string {
  if (route === undefined) return 'nowhere known';
  const { kind, ...facts } = route;
  return [kind, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(' ');
}

function seconds(ms: number): string {
  return `+${(ms / 1000).toFixed(1)}s`;
}
