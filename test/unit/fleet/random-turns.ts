// Turns in which anything happened, with sub-agents, as the fold has them; and what a box says of a turn.

import fc from 'fast-check';
import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { renderCard } from '../../../src/boxes/render/render-card.ts';
import type { Card } from '../../../src/core/card.ts';
import type { SessionEvent } from '../../../src/core/event.ts';
import { Fold } from '../../../src/core/fold.ts';
import type { TurnTree } from '../../../src/core/session.ts';
import { judge } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { recordOf, type RecordMarks, type TurnRecord } from '../../../src/fleet/turn-record.ts';
import { CHILD, LIMITS, MAIN, T0 } from '../core/scenario.ts';
import { introduction } from '../core/introduced.ts';

type Fact = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source' | 'namesRuns'> : never) : never;

const id = fc.nat(12).map((n) => `id${n}`);
const someText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 60, unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.nat(6_000).map((length) => 'long \u{1F600} text '.repeat(length / 10)) },
);

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    type: fc.constant('turn_started'),
    trigger: fc.constantFrom({ kind: 'person', postId: 'asked' } as const, { kind: 'operator' } as const),
    messageId: id,
  }),
  fc.record({
    type: fc.constant('message'),
    messageId: fc.uuid(),
    text: someText,
    stop: fc.constantFrom('tools', 'tools', 'stop', 'error'),
  }),
  fc.record({
    type: fc.constant('tool_started'),
    callId: id,
    tool: fc.constantFrom('exec', 'read', 'odd tool'),
    args: fc.record({ command: someText }),
  }),
  fc.record({
    type: fc.constant('tool_ended'),
    callId: id,
    outcome: fc.oneof(
      fc.constant({ kind: 'ok' } as const),
      fc.record({ kind: fc.constant('failed'), exitCode: fc.nat(3), detail: someText }),
    ),
  }),
  fc.record({ type: fc.constant('child_spawned'), callId: id, childKey: fc.nat(40).map((n) => `${CHILD}-${n}`) }),
  fc.record({ type: fc.constant('waiting_started'), waitId: id, on: fc.constantFrom('approval', 'answer'), text: someText, who: someText }),
  fc.record({ type: fc.constant('waiting_ended'), waitId: id }),
  fc.record({ type: fc.constant('retry_scheduled'), reason: someText }),
  fc.record({ type: fc.constant('noted'), noteId: id, text: someText, severity: fc.constantFrom('info', 'critical') }),
  fc.record({ type: fc.constant('meter_changed'), name: id, used: fc.nat(90), of: fc.constant(100) }),
  fc.record({
    type: fc.constant('plan_changed'),
    steps: fc.array(fc.record({ step: someText, status: fc.constantFrom('pending', 'completed') }), { maxLength: 40 }),
  }),
  fc.record({ type: fc.constant('run_started'), runId: id }),
  fc.record({ type: fc.constant('run_ended'), runId: id, outcome: fc.constantFrom('done', 'failed', 'timed_out'), reason: someText }),
  fc.record({ type: fc.constant('watcher_stopped') }),
);

type Step = readonly [sessionKey: string, fact: Fact, laterMs: number];

/** What happens in a session and two of its sub-agents. */
export const someSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom(MAIN, MAIN, MAIN, `${CHILD}-1`, `${CHILD}-2`), fact, fc.nat(20_000)),
  { maxLength: 120, size: 'max' },
);

/** Calls `look` with the newest turn of the session after each step. */
export function play(steps: readonly Step[], look: (tree: TurnTree) => void): void {
  const fold = new Fold();
  let at = T0;
  const treeNow = (): TurnTree => {
    const session = fold.sessionOf(MAIN);
    const turn = session.turns.at(-1);
    if (turn === undefined) throw new Error('a session that was asked has a turn');
    return treeOf(fold.sessionsByKey, session, turn);
  };
  for (const key of [MAIN, `${CHILD}-1`, `${CHILD}-2`]) fold.apply(introduction(key, at));
  const trigger = { kind: 'person' } as const;
  fold.apply({ type: 'turn_started', trigger, messageId: 'first', sessionKey: MAIN, at, source: 'transcripts' });
  look(treeNow());
  for (const [sessionKey, happened, laterMs] of steps) {
    fold.apply({ ...happened, sessionKey, at: (at += laterMs), source: 'transcripts' });
    look(treeNow());
  }
}

/** The newest turn after any steps. */
export const someTree: fc.Arbitrary<TurnTree> = someSteps.map((steps) => {
  let newest: TurnTree | undefined;
  play(steps, (tree) => (newest = tree));
  if (newest === undefined) throw new Error('nothing was played');
  return newest;
});

const FACTS = { gateway: 'web-1', epoch: T0, seq: 7, redact: (text: string) => text };

export function recordFor(tree: TurnTree, marks: RecordMarks = {}, redact = FACTS.redact, seq = FACTS.seq): TurnRecord {
  return recordOf(tree, { ...FACTS, seq, marks, redact });
}

/** The turn that a record is about, as a publisher has it that knows nothing else. */
export function treeIn({ sessions }: TurnRecord): TurnTree {
  const [session] = sessions;
  const turn = session.turns[0];
  if (turn === undefined) throw new Error('a record without a turn');
  return treeOf(new Map(sessions.map((each) => [each.key, each])), session, turn);
}

/** What the box of that turn says `laterMs` after the newest event. */
export function cardOf(tree: TurnTree, laterMs = 0): Card {
  const asOf = tree.session.asOf + laterMs;
  const judged = judge({ ...tree, session: { ...tree.session, asOf } }, LIMITS);
  return renderCard(judged, { verbosity: 'detail', maxLines: 15, labels: BUILT_IN_LABELS, redact: (text) => text });
}
