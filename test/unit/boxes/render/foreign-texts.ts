// A box with a foreign text in every place that text can come from.

import { encodeAttachment } from '../../../../src/boxes/render/encode-attachment.ts';
import { decodeToolLabels } from '../../../../src/boxes/render/tool-labels.ts';
import { manualCard } from '../../../../src/boxes/render/manual-card.ts';
import { encodeMessage } from '../../../../src/boxes/render/encode-message.ts';
import type { RenderOptions } from '../../../../src/boxes/render/render-options.ts';
import { OperatorAlerts } from '../../../../src/coordinator/operator-alerts.ts';
import { type BoxState, type Card, firstVersion, type TurnStatus } from '../../../../src/core/card.ts';
import type { Call, TurnTree } from '../../../../src/core/session.ts';
import { boxOf } from './box-of.ts';
import { drawTree, START, treeOf } from './trees.ts';

export const STATES = [
  'active',
  'quiet',
  'retry',
  'waiting',
  'done',
  'done_unseen',
  'error',
  'aborted',
  'timeout',
  'interrupted',
  'lost',
  'released',
  'cancelled',
  'rejected',
  'stopped',
] as const satisfies BoxState[];

const LIMITS = { maxPropsChars: 200_000 };
const META = { v: 1, box: 'b' };
const END = { final: true, endedAt: START + 38_000 };

/** How many texts `treeWith` takes. */
export const PLACES = 59;

export interface Drawn {
  card: Card;
  /** Everything that Mattermost is given, as it is first and later; the lines of a post are in one text. */
  first: string[];
  later: string[];
}

/** A turn with a sub-agent in which every text is one of `texts`, taken in turns. */
function treeWith(take: () => string, note: string): TurnTree {
  const call = (callId: string, tool: string, parts: Partial<Call>): Call => ({
    callId,
    tool,
    args: { command: take(), path: take(), [take()]: take() },
    startedAt: START,
    endedAt: START + 9_000,
    ...parts,
  });
  const calls = (prefix: string) => [
    call(`${prefix}1`, take(), { outcome: { kind: 'ok' } }),
    call(`${prefix}2`, 'read', { outcome: { kind: 'failed', exitCode: 1, detail: take() } }),
    { ...call(`${prefix}3`, 'labelled', {}), args: { action: take(), target: take() } },
  ];
  const child = treeOf({
    session: { agentId: take() },
    calls: calls('c'),
    turn: {
      lines: [{ kind: 'text', id: 't', text: take() }, ...['c1', 'c2', 'c3'].map((callId) => ({ kind: 'call' as const, callId }))],
      waiting: [{ waitId: 'w', on: 'review', text: take() }],
      notes: [{ noteId: 'n', text: take(), severity: 'info' }],
    },
  });
  const base = treeOf({
    session: { agentId: take(), model: take(), contextTokens: 95, contextWindow: 100 },
    calls: calls('p'),
    children: { kid: { tree: child, label: take() } },
    turn: {
      trigger: { kind: 'schedule', name: take() },
      plan: [step(take(), 'completed'), step(take(), 'pending')],
      notes: (['info', 'warning', 'critical'] as const).map((severity) => ({ noteId: severity, text: take(), severity })),
      meters: [
        { name: take(), used: 9, of: 10, unit: take() },
        { name: take(), used: 9 },
      ],
    },
  });
  const lines = [
    { kind: 'text' as const, id: 'a', text: take() },
    ...base.turn.lines,
    { kind: 'note' as const, id: 'n', text: `[${note}]` },
    { kind: 'text' as const, id: 'z', text: take() },
  ];
  const waiting = { waitId: 'v', on: 'approval' as const, text: take(), who: take(), copy: [take()], link: `https://ui.example/${take()}` };
  return { ...base, turn: { ...base.turn, lines, waiting: [waiting] } };
}

function step(text: string, status: 'completed' | 'pending') {
  return { step: text, status };
}

/** What Mattermost gets of such a turn in a state: in both styles, at first and later. `own` stands where only our words can. */
export function drawWith(
  texts: readonly string[],
  state: BoxState,
  options: Pick<RenderOptions, 'verbosity' | 'redact'>,
  own?: string,
): Drawn {
  let next = 0;
  const take = () => texts[next++ % texts.length] ?? '';
  const tree = treeWith(take, own ?? take());
  const reason = take();
  const isFinal = !['active', 'quiet', 'retry', 'waiting'].includes(state);
  const status: TurnStatus = {
    state,
    final: false,
    reason,
    waitingOn: 'approval',
    retry: { attempt: 1, reason, at: START },
    ...(isFinal ? END : {}),
  };
  const { labels } = decodeToolLabels({ labelled: { label: own ?? take(), args: ['action'], to: ['target'] } });
  const findings = { violations: [take()], notices: [take()], badge: take() };
  const card = drawTree(tree, () => status, { maxLines: 99, labels, ...options, ...findings });
  return { card, first: textsOf(firstVersion(card)), later: textsOf(card) };
}

function textsOf(card: Card): string[] {
  const box = boxOf(encodeAttachment(card, META, LIMITS));
  const { message = '' } = encodeMessage(card, META, { maxMessageChars: 200_000 });
  return [message, box.title, box.fallback, ...(card === firstVersion(card) ? [box.lines.join('\n')] : [])];
}

/** What Mattermost gets of a box that somebody writes by hand, as it is first and later. */
export function byHandWith(text: string): string[] {
  const card = manualCard('active', text, (same) => same);
  return [...textsOf(firstVersion(card)), ...textsOf(card)];
}

/** The short post that tells operators of a finding about an agent of that name. */
export function alertWith(text: string): string {
  const operators = new OperatorAlerts({ people: [], hasChannel: true, perHour: 1, changed: () => undefined }, undefined);
  const finding = { rule: 'sequence', finding: 'skipped', severity: 'violation', sentence: `${text} answered`, sameAs: 'skipped' } as const;
  operators.add({ ...finding, at: 1, boxId: 'b', conversation: 'c', sessionKey: 's' });
  operators.markSafe();
  const alert = operators.next(1);
  if (alert === undefined) throw new Error('there is no alert');
  return alert.text;
}
