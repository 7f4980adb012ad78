import { expect, it } from 'vitest';
import { explainPlaces, type PlaceSettings } from '../../../src/app/explain-places.ts';
import type { Session } from '../../../src/core/session.ts';

it('names a session of a coding agent by the tag in its box', () => {
  const session: Session = { key: 'k', agentId: 'codex', address: 'codex:/code/shop', sessionId: '01a2-7f11', turns: [], asOf: 0 };
  const settings: PlaceSettings = { routes: [], defaultChannel: undefined, defaultChannelDirect: false, direct: 'off' };
  expect(explainPlaces([{ session, entries: [] }], [], settings)[0]).toMatch(/^codex:\/code\/shop, session #7f11, goes nowhere: /);
});
