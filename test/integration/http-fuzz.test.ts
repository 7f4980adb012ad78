import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectToWithstand } from './attack-checks.ts';
import { createRig, type Rig } from './harness.ts';
import { type FuzzRequest, fuzzRequest, randomOf, send } from './http-fuzz.ts';

const REQUESTS = 10_000;
const AT_ONCE = 16; // far below the limit of connections, which closes the oldest

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

/** What is wrong with an answer; nothing where there is none, because the request was none. */
function faultOf({ mayGetPage }: FuzzRequest, answer: string): string | undefined {
  if (answer === '') return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
  if (status === 0) return 'no answer of HTTP';
  if (status >= 500 && status !== 505) return `a failure of the server: ${status}`;
  if (status === 200 && !mayGetPage) return 'a page for somebody who may not have it';
  return /\bat .*\.(?:ts|js):\d|node_modules|\/src\//.test(answer) ? 'a stack' : undefined;
}

it('ten thousand requests of every kind are answered in their own terms, and the watcher stays at its work', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomOf(seed);
  const faults: string[] = [];
  const statuses = new Map<string, number>();
  const watcher = await expectToWithstand(
    rig,
    async ({ healthUrl }) => {
      const port = Number(new URL(healthUrl).port);
      let left = REQUESTS;
      const sender = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const request = fuzzRequest(random);
          const answer = await send(port, request.bytes);
          const fault = faultOf(request, answer);
          if (fault !== undefined) faults.push(`${fault} (seed ${seed})\n${request.told}\n→ ${answer.slice(0, 300)}`);
          const status = answer.slice(9, 12);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, sender));
    },
    { env: { PAGE: 'on' } },
  );
  expect(faults.slice(0, 5)).toEqual([]);
  for (const status of ['200', '400', '403', '404', '431']) expect([...statuses.keys()]).toContain(status);
  expect(watcher.isRunning).toBe(true);
  expect((await watcher.health()).status).toBe('ok');
  expect(watcher.output).not.toMatch(/"level":(?:50|60|"error"|"fatal")/);
});
