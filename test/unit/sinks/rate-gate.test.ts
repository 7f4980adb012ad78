import { describe, expect, it } from 'vitest';
import { withRateGate } from '../../../src/sinks/rate-gate.ts';
import type { TransportResponse } from '../../../src/sinks/transport.ts';
import { createFakeClock } from './fake-clock.ts';

const GET = { method: 'GET', path: '/users/me' } as const;
const OK: TransportResponse = { status: 200, headers: {}, body: '{}' };
const limited = (seconds: string): TransportResponse => ({ status: 429, headers: { 'retry-after': seconds }, body: '' });

function setUp(...answers: TransportResponse[]) {
  const clock = createFakeClock();
  const sentAt: number[] = [];
  const send = withRateGate(async () => {
    sentAt.push(clock.monotonic());
    return answers.shift() ?? OK;
  }, clock);
  return { clock, sentAt, send };
}

describe('the rate gate', () => {
  it('sends nothing until the waiting time is over, and says how long that is', async () => {
    const { clock, sentAt, send } = setUp(limited('3'));
    expect((await send(GET)).status).toBe(429);
    await clock.advance(1_000);
    await expect(send(GET)).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 2_000 });
    await clock.advance(2_000);
    expect((await send(GET)).status).toBe(200);
    expect(sentAt).toEqual([0, 3_000]);
  });

  it('keeps the later end of two waiting times', async () => {
    const { clock, send } = setUp(limited('9'), limited('1'));
    await Promise.all([send(GET), send(GET)]);
    await clock.advance(8_000);
    await expect(send(GET)).rejects.toMatchObject({ retryAfterMs: 1_000 });
  });

  it('holds nothing back after a 429 that names no time', async () => {
    const { sentAt, send } = setUp({ status: 429, headers: {}, body: '' });
    await send(GET);
    await send(GET);
    expect(sentAt).toHaveLength(2);
  });
});
