// The boxes that are left when a scenario is over, as text.

import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { renderCard } from '../../../src/boxes/render/render-card.ts';
import type { Fold } from '../../../src/core/fold.ts';
import type { Card } from '../../../src/core/card.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import type { Session } from '../../../src/core/session.ts';
import { judge, statusOf } from '../../../src/core/status.ts';
import { isSubAgent, treeOf } from '../../../src/core/tree.ts';
import { play, type Way } from './play.ts';
import type { Scenario } from './recorded.ts';

const LIMITS = { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 };
const LATER_MS = 600_000; // long enough after the last event for every deadline to have passed

export interface FinalBox {
  sessionKey: string;
  startedAt: number;
  trigger: string;
  state: string;
  isFinal: boolean;
  card: Card;
}

/** Sessions keep only their newest turns, so the turns are collected while they are there. */
export function finalBoxes(scenario: Scenario, way: Way): FinalBox[] {
  const drawById = new Map<string, () => FinalBox & { isRoot: boolean }>();
  const collect = (event: SessionEvent, fold: Fold): void => {
    const session = fold.sessionsByKey.get(event.sessionKey);
    for (const turn of session?.turns ?? []) if (session !== undefined) drawById.set(turn.boxId, () => draw(fold, session, turn));
  };
  play(scenario, way, collect);
  const boxes = [...drawById.values()].map((drawBox) => drawBox()).filter(({ isRoot }) => isRoot);
  return boxes.toSorted((a, b) => (a.sessionKey === b.sessionKey ? a.startedAt - b.startedAt : a.sessionKey < b.sessionKey ? -1 : 1));
}

function draw(fold: Fold, session: Session, turn: Session['turns'][number]): FinalBox & { isRoot: boolean } {
  const tree = treeOf(fold.sessionsByKey, session, turn, turn.lastEventAt + LATER_MS);
  const status = statusOf(tree, LIMITS);
  const card = renderCard(judge(tree, LIMITS), {
    verbosity: 'normal',
    maxLines: 40,
    labels: BUILT_IN_LABELS,
    redact: (text) => text,
  });
  return {
    sessionKey: session.key,
    startedAt: turn.startedAt,
    trigger: turn.trigger.kind,
    state: status.state,
    isFinal: status.final,
    card,
    isRoot: !isSubAgent(session),
  };
}
