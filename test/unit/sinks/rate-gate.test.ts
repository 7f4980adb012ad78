import { describe, expect, it } from 'vitest';
import { withRateGate } from '../../../src/sinks/mattermost/rate-gate.ts';
import type { TransportResponse } from '../../../src/sinks/mattermost/transport.ts';
import { FakeClock } from '../../support/clock.ts';

const GET = { method: 'GET', path: '/users/me' } as const;
const OK: TransportResponse = { status: 200, headers: {}, retryAfterMs: undefined, body: '{}' };
const limited = (seconds: number): TransportResponse => ({ status: 429, headers: {}, retryAfterMs: seconds * 1_000, body: '' });

/** Processes of one machine: each has a gate of its own, and they have one disk. */
function setUp(...answers: TransportResponse[]) {
  const clock = new FakeClock();
  let blockedUntil: number | undefined;
  const disk = { blockedUntil: () => blockedUntil, setBlockedUntil: (until: number) => void (blockedUntil = until) };
  const sentAt: number[] = [];
  const transport = async (): Promise<TransportResponse> => {
    sentAt.push(clock.monotonic());
    return answers.shift() ?? OK;
  };
  const start = () => withRateGate(transport, clock, disk);
  return { clock, sentAt, disk, start, send: start() };
}

describe('the rate gate', () => {
  it('sends nothing until the waiting time is over, and says how long that is', async () => {
    const { clock, sentAt, send } = setUp(limited(3));
    expect((await send(GET)).status).toBe(429);
    await clock.advance(1_000);
    await expect(send(GET)).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 2_000 });
    await clock.advance(2_000);
    expect((await send(GET)).status).toBe(200);
    expect(sentAt).toEqual([0, 3_000]);
  });

  it('keeps the later end of two waiting times', async () => {
    const { clock, send } = setUp(limited(9), limited(1));
    await Promise.all([send(GET), send(GET)]);
    await clock.advance(8_000);
    await expect(send(GET)).rejects.toMatchObject({ retryAfterMs: 1_000 });
  });

  it('holds nothing back after a 429 that names no time', async () => {
    const { sentAt, send } = setUp({ status: 429, headers: {}, retryAfterMs: undefined, body: '' });
    await send(GET);
    await send(GET);
    expect(sentAt).toHaveLength(2);
  });

  it('keeps a waiting time over a restart', async () => {
    const { clock, sentAt, start, send } = setUp(limited(9));
    await send(GET);
    await clock.advance(4_000);
    const restarted = start();
    await expect(restarted(GET)).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 5_000 });
    await clock.advance(5_000);
    expect((await restarted(GET)).status).toBe(200);
    expect(sentAt).toEqual([0, 9_000]);
  });

  it('does not believe a waiting time of more than an hour: the clock was set back since', async () => {
    const { clock, disk, start } = setUp();
    disk.setBlockedUntil(clock.now() + 365 * 24 * 3_600_000);
    const send = start();
    await clock.advance(3_600_000);
    expect((await send(GET)).status).toBe(200);
  });
});
