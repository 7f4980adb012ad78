import { describe, expect, it } from 'vitest';
import { request, standInAt } from './requests.ts';

const ping = request('GET', '/system/ping');

describe('the optional limiter', () => {
  it('lets burst + 1 requests through at once, then the sustained rate', () => {
    const { standIn, clock } = standInAt({ rateLimit: { perSecond: 10, burst: 100, by: 'address' } });
    const passed = () => Array.from({ length: 150 }, () => standIn.handle(ping).status).filter((status) => status === 200).length;
    expect(passed()).toBe(101);
    clock.time += 1000;
    expect(passed()).toBe(10);
  });

  it('tells the earliest time in whole seconds, and keeps it', () => {
    const { standIn, clock } = standInAt({ rateLimit: { perSecond: 0.25, burst: 0, by: 'address' } });
    standIn.handle(ping);
    expect(standIn.handle(ping)).toMatchObject({ status: 429, headers: { 'retry-after': '4' } });
    clock.time += 3999;
    expect(standIn.handle(ping)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    clock.time += 1;
    expect(standIn.handle(ping).status).toBe(200);
  });

  it('by user counts each token alone and sends its headers twice', () => {
    const { standIn } = standInAt({ rateLimit: { perSecond: 1, burst: 0, by: 'user' } });
    const statuses = ['a', 'a', 'b'].map((token) => standIn.handle(request('GET', '/system/ping', undefined, token)).status);
    expect(statuses).toEqual([200, 429, 200]);
    expect(standIn.handle(request('GET', '/system/ping', undefined, 'c')).headers['x-ratelimit-limit']).toEqual(['1', '1']);
  });
});
