import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FreshTimes } from '../../../src/demo/fresh-times.ts';

const RECORDED = '2026-11-21T09:00:04.000Z';
const at = Date.parse(RECORDED);

describe('the instants of one round', () => {
  it('stay what they were told as, however long a busy chat took before they are told again', async () => {
    const times = new FreshTimes(8);
    const first = times.asIfNow(RECORDED, at);
    await sleep(20);
    expect(times.asIfNow(`began ${RECORDED}`, at + 4_000)).toBe(`began ${first}`);
    expect(times.asIfNow(String(at), at + 8_000)).toBe(String(Date.parse(first)));
  });

  it('are nearer to each other by the speed of the replay', () => {
    const times = new FreshTimes(8);
    const [began, ended] = times
      .asIfNow(`${at} ${at + 8_000}`, at)
      .split(' ')
      .map(Number);
    expect((ended ?? 0) - (began ?? 0)).toBe(1_000);
  });
});
