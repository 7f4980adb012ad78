// Every recorded gateway without a single row: what its frames say of routes is in their keys alone, and nothing private appears (P14).

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../../../src/core/event.ts';
import { createPlacement } from '../../../../../src/boxes/placement/placement.ts';
import { BoardHarness } from '../../../boxes/board/board-harness.ts';
import { readScenario } from '../../../both-sources/recorded.ts';
import { captureNames, readCapture } from './captures.ts';
import { Decoding } from './decoding.ts';
import { HOME, emptyServer } from '../../../boxes/placement/empty-server.ts';
import { FakeClock } from '../../../../support/clock.ts';

type Frame = { event: string; payload: Record<string, unknown> };

const ROW_FIELDS = [
  'session',
  'deliveryContext',
  'lastChannel',
  'lastTo',
  'lastThreadId',
  'chatType',
  'origin',
  'route',
  'createdVia',
  'sessionId',
];

const withoutRow = (payload: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(payload).filter(([name]) => !ROW_FIELDS.includes(name)));

/** Where everything was shown that the frames told. */
async function shownBy(
  frames: readonly Frame[],
  strip: (payload: Record<string, unknown>) => Record<string, unknown>,
): Promise<BoardHarness> {
  const decoding = new Decoding();
  for (const { event, payload } of frames) decoding.event(event, strip(payload));
  const clock = new FakeClock();
  const place = createPlacement({ ...emptyServer(), isMember: async () => true }, HOME, clock);
  const desk = new BoardHarness({ clock, policy: { openAfterMs: 0, schedule: 'all' }, maxBoxes: 0, place });
  for (const event of decoding.all as readonly SessionEvent[]) desk.path.apply(event);
  await desk.pass(20);
  return desk;
}

const homeless = (desk: BoardHarness): string[] =>
  desk.board
    .entries()
    .filter(({ target, sessionKey }) => target?.channelId === 'home' && !sessionKey.includes(':cron:'))
    .map(({ sessionKey }) => sessionKey);

const OLDER = ['2026.2.26', '2026.7.35'].flatMap((version) =>
  readdirSync(new URL(`../../../../fixtures/openclaw-${version}/captures/`, import.meta.url)).map((name): [string, string] => [
    version,
    name,
  ]),
);

describe('recorded gateways without rows', () => {
  it.each(OLDER)('%s %s: only scheduled runs are public', async (version, name) => {
    expect(homeless(await shownBy(readScenario(version, name).frames, withoutRow))).toEqual([]);
  });

  it.each(captureNames())('2026.9.6 %s: only scheduled runs are public', async (name) => {
    const frames = [...readCapture(name).values()].flat().flatMap(({ dir, frame: { event, payload = {} } }) => {
      return dir === 'in' && event !== undefined ? [{ event, payload }] : [];
    });
    expect(homeless(await shownBy(frames, withoutRow))).toEqual([]);
  });

  it('with their rows the operator’s sessions are public, so the rows were what proved it', async () => {
    const frames = readScenario('2026.7.35', 's2-errors').frames;
    expect(homeless(await shownBy(frames, (payload) => payload)).length).toBeGreaterThan(0);
  });
});
