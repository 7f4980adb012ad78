// The boxes of folded sessions as people see them, for golden files that a person reviews.

import { renderCard } from '../../../../src/boxes/render/render-card.ts';
import type { Fold } from '../../../../src/core/fold.ts';
import { judge } from '../../../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../../../src/core/tree.ts';
import { OPTIONS } from '../../boxes/render/trees.ts';

const LIMITS = { idleTimeoutMs: 300_000, maxDurationMs: 3_600_000 };
/** Long after everything: so nothing depends on how long a test has run. */
const LATER_MS = 3_600_000;

/** One paragraph per box, oldest first. */
export function drawnBoxes(fold: Fold, asOf: number): string {
  const roots = [...fold.sessionsByKey.values()].filter((session) => !isSubAgent(session));
  const turns = roots.flatMap((session) => session.turns.map((turn) => ({ session, turn })));
  const sorted = turns.toSorted((a, b) => a.turn.startedAt - b.turn.startedAt || (a.session.key < b.session.key ? -1 : 1));
  return `${sorted.map(({ session, turn }) => drawn(fold, session.key, turn.boxId, asOf + LATER_MS)).join('\n\n')}\n`;
}

/** The newest box of one session. */
export function drawnBox(fold: Fold, key: string, asOf: number): string {
  const turn = fold.sessionOf(key).turns.at(-1);
  return turn === undefined ? '' : drawn(fold, key, turn.boxId, asOf);
}

function drawn(fold: Fold, key: string, boxId: string, asOf: number): string {
  const session = fold.sessionOf(key);
  const turn = session.turns.find((one) => one.boxId === boxId);
  if (turn === undefined) return '';
  const tree = treeOf(fold.sessionsByKey, session, turn, asOf);
  const { title, lines } = renderCard(judge(tree, LIMITS), { ...OPTIONS, maxLines: 40 });
  return [`${session.address}`, title, ...lines].join('\n');
}
