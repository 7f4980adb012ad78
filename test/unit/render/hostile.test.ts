import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAttachment } from '../../../src/boxes/attachment.ts';
import { decodeToolLabels } from '../../../src/boxes/labels.ts';
import { encodeMessage } from '../../../src/boxes/message.ts';
import { propsLength } from '../../../src/boxes/props-length.ts';
import { renderCard } from '../../../src/boxes/render.ts';
import type { BoxState, TurnStatus } from '../../../src/core/card.ts';
import { createRedactor } from '../../../src/core/redact.ts';
import type { Call, TurnTree } from '../../../src/core/session.ts';
import { countCodePoints } from '../../../src/core/text.ts';
import { createDice, KEY_SHAPES, longestLeak } from '../redact/corpus.ts';
import { boxOf } from './box-of.ts';
import { hostileText } from './hostile.ts';
import { harmsOf } from './judge.ts';
import { START, treeOf } from './trees.ts';

const STATES: BoxState[] = [
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
];
const META = { v: 1, box: 'b' };

/** A turn with a sub-agent in which every text is one of `texts`, taken in turns. */
function hostileTree(texts: readonly string[]): { tree: TurnTree; violations: string[]; label: string; reason: string } {
  let next = 0;
  const take = () => texts[next++ % texts.length] ?? '';
  const call = (callId: string, parts: Partial<Call>): Call => ({
    callId,
    tool: take(),
    args: { command: take(), [take()]: take() },
    startedAt: START,
    endedAt: START + 9_000,
    ...parts,
  });
  const calls = (prefix: string) => [
    call(`${prefix}1`, { outcome: { kind: 'ok' } }),
    call(`${prefix}2`, { outcome: { kind: 'failed', exitCode: 1, detail: take() } }),
    { ...call(`${prefix}3`, {}), tool: 'exec' },
  ];
  const child = treeOf({
    session: { agentId: take(), label: take() },
    calls: calls('c'),
    turn: {
      waiting: [{ waitId: 'w', on: 'answer', text: take() }],
      lines: [
        { kind: 'text', id: 't', text: take() },
        { kind: 'call', callId: 'c1' },
        { kind: 'call', callId: 'c2' },
      ],
    },
  });
  const base = treeOf({
    session: { agentId: take(), model: take(), contextTokens: 95, contextWindow: 100 },
    calls: calls('p'),
    children: { kid: { tree: child, ...(next % 2 === 0 ? { label: take() } : {}) } },
    turn: {
      trigger: { kind: 'schedule', name: take() },
      plan: [
        { step: take(), status: 'completed' },
        { step: take(), status: 'pending' },
      ],
    },
  });
  const lines = [
    { kind: 'text' as const, id: 'a', text: take() },
    ...base.turn.lines,
    { kind: 'note' as const, id: 'n', text: `[${take()}]` },
    { kind: 'text' as const, id: 'z', text: take() },
  ];
  const waiting = [{ waitId: 'v', on: 'approval' as const, text: take() }];
  return { tree: { ...base, turn: { ...base.turn, lines, waiting } }, violations: [take(), take()], label: take(), reason: take() };
}

function textsOf(
  texts: readonly string[],
  state: BoxState,
  verbosity: 'quiet' | 'normal' | 'detail',
  redact: (text: string) => string,
): string[] {
  const { tree, violations, label, reason } = hostileTree(texts);
  const status: TurnStatus = { state, final: false, reason, waitingOn: 'approval', retry: { attempt: 1, reason, at: START } };
  const { labels } = decodeToolLabels({ exec: { label } });
  const card = renderCard(tree, () => status, { verbosity, maxLines: 30, labels, redact, violations });
  const attachment = encodeAttachment(card, META, { maxPropsChars: 7_500 });
  const message = encodeMessage(card, META, { maxMessageChars: 15_000 });
  expect(propsLength(attachment.props)).toBeLessThanOrEqual(7_500);
  expect(countCodePoints(message.message ?? '')).toBeLessThanOrEqual(15_000);
  const box = boxOf(attachment);
  return [message.message ?? '', box.title, box.fallback, box.lines.join('\n')];
}

describe('a box made of hostile texts', () => {
  it('pings nobody, links nothing, embeds nothing and opens nothing, in either encoding', { timeout: 60_000 }, () => {
    const redact = createRedactor([]);
    const inputs = fc.tuple(
      fc.array(hostileText, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...STATES),
      fc.constantFrom('quiet' as const, 'normal' as const, 'detail' as const),
    );
    fc.assert(
      fc.property(inputs, ([texts, state, verbosity]) => {
        for (const markdown of textsOf(texts, state, verbosity, redact)) expect(harmsOf(markdown), markdown).toEqual([]);
      }),
      { numRuns: 2_500, seed: 2 },
    );
  });

  it('is the same box for the same arguments', () => {
    const texts = ['a @all', '`b`', 'https://c.example'];
    expect(textsOf(texts, 'active', 'detail', (text) => text)).toEqual(textsOf(texts, 'active', 'detail', (text) => text));
  });
});

describe('a box made of secrets', () => {
  const dice = createDice(99);

  it.each(Object.entries(KEY_SHAPES))('shows no %s, whichever text it came in', (_, build) => {
    const redact = createRedactor([]);
    const secrets = [build(dice), build(dice), build(dice)];
    const texts = secrets.flatMap((secret) => [
      `use ${secret} now`,
      `${'word '.repeat(24)}${secret} end`,
      `${'x'.repeat(70)} ${secret}`,
      `${secret.slice(0, 20)}\n${secret.slice(20)}`,
    ]);
    for (const verbosity of ['normal', 'detail'] as const) {
      for (const markdown of textsOf(texts, 'error', verbosity, redact)) {
        for (const secret of secrets) expect(longestLeak(secret.slice(4), markdown), markdown).toBeLessThanOrEqual(6);
      }
    }
  });
});
