// Ten kills and ten stops of the active publisher, in two fleets on one bus. `npm run torture-fleet` does two hundred of each and prints what it
// saw; how long a takeover may take is for it to judge, since nobody knows how slow the machine of a test is.

import { expect, it, onTestFinished } from 'vitest';
import { NatsServer } from './nats-server.ts';
import { tortureFleet } from './fleet-torture.ts';

const LANES = 2;
const EACH = 5;

it('ten kills and ten stops of the active publisher: no turn has two posts, no box goes back, no end is lost', {
  timeout: 1_200_000,
}, async () => {
  const { url } = await NatsServer.start();
  const lanes = Array.from({ length: LANES }, (_, lane) => ({
    url,
    server: `lane${lane}`,
    kills: EACH,
    stops: EACH,
    seed: 20_261_127 + lane,
  }));
  const results = await Promise.all(lanes.map((lane) => tortureFleet({ ...lane, atEnd: onTestFinished })));
  expect(results.flatMap(({ broken }) => broken)).toEqual([]);
  // It would prove nothing if nobody had followed, and if there had been nothing to write.
  expect(results.flatMap(({ takeoversMs }) => takeoversMs)).toHaveLength(LANES * EACH);
  expect(results.some(({ replaced }) => replaced > 0)).toBe(true);
  for (const { posts, turns, edits } of results) expect([posts, edits > posts]).toEqual([turns, true]);
  process.stdout.write(`takeovers after kills: ${results.flatMap(({ takeoversMs }) => takeoversMs).join(', ')} ms\n`);
});
