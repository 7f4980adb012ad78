import { expect, it } from 'vitest';
import { renderCard } from '../../../src/boxes/render/render-card.ts';
import type { Route, SessionEvent } from '../../../src/core/event.ts';
import { newSession, reduce } from '../../../src/core/reduce.ts';
import type { Turn } from '../../../src/core/session.ts';
import { judge, type JudgedTree } from '../../../src/core/status.ts';
import { treeOf } from '../../../src/core/tree.ts';
import { isDirect, isElsewhere, isPageBox, type PageBox, pageBoxOf, turnsIn, withoutSecrets } from '../../../src/page/page-box.ts';
import { BUILT_IN_LABELS } from '../../../src/boxes/render/tool-labels.ts';
import { asked, at, called, CHILD, fold, LIMITS, MAIN, said, T0, treeAt } from '../core/scenario.ts';
import { boxOf as sampleBox } from './sample-boxes.ts';

function judgedAt(events: readonly SessionEvent[], seconds: number): JudgedTree {
  return judge(treeAt(events, seconds), LIMITS);
}

function boxOf(events: readonly SessionEvent[], seconds: number): PageBox {
  const tree = judgedAt(events, seconds);
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

it('the turns in a box are the very same ones when only time has changed it, and others after any event in it or in a sub-agent', () => {
  const spawned = at(1, { type: 'child_spawned', callId: 'c', childKey: CHILD });
  const inChild = at(2, { type: 'turn_started', trigger: { kind: 'person' }, messageId: 'in child' }, CHILD);
  const sessions = fold([asked(0), spawned, inChild]);
  const turns = (): readonly Turn[] => {
    const main = sessions.get(MAIN) ?? newSession(MAIN);
    return turnsIn(judge(treeOf(sessions, main, main.turns.at(-1) ?? expect.fail()), LIMITS));
  };
  const happened = (event: SessionEvent): boolean => {
    const before = turns();
    sessions.set(event.sessionKey, reduce(sessions.get(event.sessionKey) ?? newSession(event.sessionKey), event));
    const after = turns();
    return after.length !== before.length || after.some((turn, index) => turn !== before[index]);
  };
  expect(turns()).toHaveLength(2);
  expect(happened(at(40, { type: 'clock_ticked' }))).toBe(false);
  expect(happened(at(41, { type: 'clock_ticked' }, CHILD))).toBe(false);
  expect(happened(at(0, { type: 'message', messageId: 'late', stop: 'tools', text: 'late' }))).toBe(true);
  expect(happened(at(3, { type: 'message', messageId: 'm', stop: 'tools', text: 'text' }, CHILD))).toBe(true);
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
  const tree = judgedAt([asked(0)], 1);
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

it('a box of a fleet names the gateway that watches it, and another one names none', () => {
  const tree = judgedAt([asked(0)], 1);
  const card = renderCard(tree, { verbosity: 'detail', maxLines: 20, labels: BUILT_IN_LABELS, redact: (text) => text });
  const around = { channel: 'lab/agents', link: undefined, findings: 0, isLoop: false };
  expect(pageBoxOf(tree, card, around)).not.toHaveProperty('gateway');
  expect(pageBoxOf({ ...tree, session: { ...tree.session, gateway: 'web-1' } }, card, around).gateway).toBe('web-1');
});
