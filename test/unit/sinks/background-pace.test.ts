import { describe, expect, it } from 'vitest';
import { withBackgroundPace } from '../../../src/sinks/mattermost/background-pace.ts';
import type { TransportRequest } from '../../../src/sinks/mattermost/transport.ts';
import { FakeClock } from '../../support/clock.ts';

const QUESTION: TransportRequest = { method: 'GET', path: '/q', background: true };
const PUSH: TransportRequest = { method: 'PUT', path: '/p' };

function start(perSecond: number) {
  const clock = new FakeClock();
  const sentAt: { path: string; at: number }[] = [];
  const transport = withBackgroundPace(
    async ({ path }) => {
      sentAt.push({ path, at: clock.monotonic() });
      return { status: 200, headers: {}, retryAfterMs: undefined, body: '' };
    },
    clock,
    perSecond,
  );
  const begunAt = clock.monotonic();
  const within = (path: string, ms: number) => sentAt.filter((sent) => sent.path === path && sent.at - begunAt < ms).length;
  return { clock, transport, within };
}

describe('questions nobody waits for', () => {
  it('keep to the budget, however many are asked at once', async () => {
    const { clock, transport, within } = start(5);
    for (let question = 0; question < 500; question++) void transport(QUESTION);
    await clock.advance(30_000);
    expect(within('/q', 30_000)).toBeGreaterThan(100);
    expect(within('/q', 30_000)).toBeLessThanOrEqual(5 * 30 + 6);
  });

  it('take what the others leave, and one a second where they leave nothing', async () => {
    const { clock, transport, within } = start(5);
    for (let question = 0; question < 500; question++) void transport(QUESTION);
    for (let tick = 0; tick < 150; tick++) {
      void transport(PUSH);
      await clock.advance(200);
    }
    expect(within('/p', 30_000)).toBe(150);
    expect(within('/q', 30_000)).toBeGreaterThanOrEqual(25);
    expect(within('/q', 30_000)).toBeLessThanOrEqual(45);
  });

  it('never hold up a request somebody waits for', async () => {
    const { clock, transport, within } = start(1);
    for (let question = 0; question < 50; question++) void transport(QUESTION);
    void transport(PUSH);
    await clock.advance(0);
    expect(within('/p', 1)).toBe(1);
  });
});
