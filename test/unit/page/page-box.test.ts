import { expect, it } from 'vitest';
import { renderCard } from '../../../src/boxes/render/render-card.ts';
import type { Route, SessionEvent } from '../../../src/core/event.ts';
import { judge, type JudgedTree } from '../../../src/core/status.ts';
import { isDirect, isElsewhere, isPageBox, type PageBox, pageBoxOf, withoutSecrets } from '../../../src/page/page-box.ts';
import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { asked, at, called, LIMITS, said, T0, treeAt } from '../core/scenario.ts';
import { boxOf as sampleBox } from './sample-boxes.ts';

function treeOf(events: readonly SessionEvent[], seconds: number): JudgedTree {
  return judge(treeAt(events, seconds), LIMITS);
}

function boxOf(events: readonly SessionEvent[], seconds: number): PageBox {
  const tree = treeOf(events, seconds);
  const card = renderCard(tree, { verbosity: 'detail', maxLines: 20, labels: BUILT_IN_LABELS, redact: (text) => text });
  return pageBoxOf(tree, card, { channel: 'lab/agents', link: undefined, findings: 0, isLoop: false });
}

const waits = at(2, {
  type: 'waiting_started',
  waitId: 'w',
  on: 'approval',
  callId: 'c',
  text: 'rm -rf /',
  until: T0 + 60_000,
  link: 'https://x.example/1',
});

it('a wait is told without its words: those are in the card, as far as the chat shows them', () => {
  const box = boxOf([asked(0), called(1, 'c'), waits], 3);
  expect(box.waits).toEqual([{ on: 'approval', since: T0 + 2_000, until: T0 + 60_000, link: 'https://x.example/1' }]);
  expect(box).toMatchObject({ state: 'waiting', final: false, lastEventAt: T0 + 2_000 });
});

it('an ended turn waits for nobody and says when it ended', () => {
  const box = boxOf([asked(0), said(4, 'stop')], 5);
  expect(box).toMatchObject({ state: 'done', final: true, endedAt: T0 + 4_000, waits: [] });
  expect(isPageBox(JSON.parse(JSON.stringify(box)))).toBe(true);
});

const person = { channelId: 'd', userId: 'u' };
it.each<[string, Route | undefined, boolean]>([
  ['a channel', { kind: 'channel', channelId: 'c' }, false],
  ['elsewhere, public', { kind: 'elsewhere', audience: 'public' }, false],
  ['a direct conversation', { kind: 'direct', ...person }, true],
  ['elsewhere, direct', { kind: 'elsewhere', audience: 'direct' }, true],
  ['elsewhere, disputed', { kind: 'elsewhere', audience: 'disputed' }, true],
  ['elsewhere, unknown', { kind: 'elsewhere', audience: 'unknown' }, true],
  ['not known yet', undefined, true],
])('whether a turn at home in %s is private', (_home, route, isPrivate) => {
  const tree = treeOf([asked(0)], 1);
  const { route: _route, ...turn } = tree.turn;
  const moved = { ...tree, turn: route === undefined ? turn : { ...turn, route } };
  expect(isDirect(moved)).toBe(isPrivate);
  expect(isElsewhere(moved)).toBe(route?.kind !== 'channel');
  expect(isElsewhere({ ...moved, session: { ...moved.session, address: 'codex:/home/alice/shop' } })).toBe(true);
  expect(isDirect({ ...moved, session: { ...moved.session, address: 'codex:/home/alice/shop' } })).toBe(false);
});

it('names and links are redacted, and a link that had a secret is none', () => {
  const redact = (text: string): string => text.replaceAll('hush', '***');
  const link = 'https://openclaw.example/approve';
  const box = sampleBox('a', {
    agent: 'hush',
    name: 'hush #a1b2',
    waits: [
      { on: 'approval', since: 1, link: `${link}?token=hush` },
      { on: 'answer', since: 2, link },
    ],
  });
  expect(withoutSecrets(box, redact)).toMatchObject({ agent: '***', name: '*** #a1b2' });
  expect(withoutSecrets(box, redact).waits).toEqual([
    { on: 'approval', since: 1 },
    { on: 'answer', since: 2, link },
  ]);
});
