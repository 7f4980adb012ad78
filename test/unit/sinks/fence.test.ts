import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldBack } from '../../../src/core/sink.ts';
import { createMattermostSink } from '../../../src/sinks/mattermost/mattermost.ts';
import { createHttpTransport } from '../../../src/sinks/mattermost/transport.ts';
import { withFence } from '../../../src/sinks/resilience/fence.ts';
import { SAMPLE } from '../../../src/stand-in/sample-seed.ts';
import { draft, type Ground, openGround } from './layers.ts';

describe('the fence', () => {
  it('lets a write leave only after what must survive is safe', async () => {
    const ground = await openGround();
    const safe = Promise.withResolvers<void>();
    const sink = withFence(ground.mattermost, { isActive: () => true, safe: () => safe.promise });
    const creating = sink.create(draft());
    expect(await sink.read('x'.repeat(26))).toBeUndefined(); // reads wait for nothing
    expect(ground.arrived()).toEqual(['read']);
    safe.resolve();
    await creating;
    expect(ground.arrived()).toEqual(['create']);
  });

  it('sends no write when somebody has taken over while it was waited for', async () => {
    const ground = await openGround();
    let isActive = true;
    const sink = withFence(ground.mattermost, { isActive: () => isActive, safe: async () => void (isActive = false) });
    await expect(sink.create(draft())).rejects.toBeInstanceOf(HeldBack);
    await expect(sink.edit('x'.repeat(26), draft())).rejects.toBeInstanceOf(HeldBack);
    expect(ground.arrived()).toEqual([]);
  });

  it('sends no write when it cannot be known whether it is safe', async () => {
    const ground = await openGround();
    const sink = withFence(ground.mattermost, { isActive: () => true, safe: () => Promise.reject(new Error('the bus is away')) });
    for (const write of [sink.create(draft()), sink.edit('x', draft()), sink.pin('x'), sink.react('x', 'eyes'), sink.unreact('x', 'eyes')])
      await expect(write).rejects.toBeInstanceOf(HeldBack);
    expect(ground.arrived()).toEqual([]);
  });
});

describe('a request that waits for a connection', () => {
  function sinkAsking(ground: Ground, mayLeave: () => boolean) {
    const transport = createHttpTransport({ baseUrl: ground.url, token: () => SAMPLE.botToken, version: '0', mayLeave });
    onTestFinished(() => transport.close());
    return createMattermostSink({ transport: transport.send, userId: () => SAMPLE.botId });
  }

  it('does not leave when it may not any more by the time it gets one', async () => {
    const ground = await openGround();
    ground.standIn.faults.add({ match: {}, times: 4, fault: { kind: 'slow', ms: 300 } });
    let isActive = true;
    const sink = sinkAsking(ground, () => isActive);
    const first = Array.from({ length: 4 }, () => sink.create(draft()));
    await expect.poll(() => ground.standIn.requests.length).toBe(4); // all connections are taken
    const queued = Array.from({ length: 4 }, () => sink.create(draft()));
    const outcomes = Promise.allSettled(queued);
    isActive = false;
    await Promise.all(first);
    expect((await outcomes).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'));
    expect(ground.standIn.requests).toHaveLength(4);
    isActive = true;
    await sink.create(draft());
    expect(ground.standIn.requests).toHaveLength(5);
  });
});
