import { expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/core/event.ts';
import { type OpenPorts, untilStopped } from '../../../src/core/until-stopped.ts';
import { FakeClock } from '../../support/clock.ts';

const LOST: SessionEvent = { type: 'source_lost', at: 0, sessionKey: 'a', source: 'test' };

function setUp() {
  const clock = new FakeClock();
  const said: string[] = [];
  const ports = { clock, emit: ({ type }: SessionEvent) => void said.push(type), onProgress: (path: string) => void said.push(path) };
  let inner: OpenPorts<typeof ports> | undefined;
  const say = (): void => {
    inner?.emit(LOST);
    inner?.onProgress('/log');
  };
  const source = untilStopped(ports, (open) => {
    inner = open;
    return {
      id: 'test',
      capabilities: { agents: 'test', namesRuns: false },
      start: () => Promise.resolve(),
      // What it was reading when it was stopped.
      stop: () => Promise.resolve(say()),
      health: () => ({
        condition: { state: 'readable' },
        wasRead: true,
        lastEventAt: open.lastEventAt(),
        unknownKinds: {},
        problems: {},
      }),
    };
  });
  return { clock, said, say, source };
}

it('lets through what a source says and how far it has read, and knows when it said something last', () => {
  const { clock, said, say, source } = setUp();
  expect(source.health().lastEventAt).toBeUndefined();
  clock.pass(5);
  say();
  expect(said).toEqual(['source_lost', '/log']);
  expect(source.health().lastEventAt).toBe(clock.now());
});

it('lets nothing through from the stop on, not even while the source stops', async () => {
  const { clock, said, say, source } = setUp();
  say();
  const before = [...said];
  const saidAt = clock.now();
  clock.pass(5);
  await source.stop();
  say();
  expect(said).toEqual(before);
  expect(source.health().lastEventAt).toBe(saidAt);
});
