// What may happen: agents at work, a server that fails in every way, watchers that die. Arbitraries only; play.ts plays them.

import fc from 'fast-check';
import type { Fault } from '../../../src/stand-in/faults.ts';
import type { Move } from './agent.ts';
import type { Mode } from './network.ts';

export type Step =
  | { do: 'move'; session: number; move: Move; text: number }
  | { do: 'wait'; ms: number }
  | { do: 'fault'; fault: Fault; on: 'all' | 'creates' | 'edits' | 'reads' | 'lists' | 'probes'; times: number }
  | { do: 'mode'; mode: Mode }
  | { do: 'server'; change: 'restart' | 'database_down' | 'database_up' | 'limit_hard' | 'limit_usual' | 'edits_limited' | 'edits_free' }
  | { do: 'token'; change: 'disabled' | 'enabled' | 'rotated' }
  | { do: 'channel'; channel: number; change: 'leave' | 'join' | 'archive' | 'restore' }
  | { do: 'kill'; downMs: number; state: 'kept' | 'deleted' }
  | { do: 'stop'; downMs: number }
  | { do: 'disk'; state: 'full' | 'free' }
  | { do: 'delete_post'; nth: number };

export interface Story {
  steps: Step[];
  latencyMs: number;
  openAfterMs: number;
  maxBoxes: number;
  style: 'attachment' | 'message';
  version: '5.37' | '11.6';
}

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('ask'), from: fc.constantFrom('person', 'person', 'operator', 'schedule', 'heartbeat') }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('work'), calls: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('result'), how: fc.constantFrom('ok', 'ok', 'failed', 'background', 'garbage') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('fail', 'abort', 'compact', 'lock', 'unlock', 'die') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('spawn', 'announce') }) },
);

const SESSIONS = 5; // three with a box of their own, the others are sub-agents once they were spawned

const moves = fc.record({ do: fc.constant('move'), session: fc.nat(SESSIONS - 1), move, text: fc.nat(400) });

const wait = fc.record({
  do: fc.constant('wait'),
  ms: fc.oneof(fc.nat(60), fc.nat(1_000), fc.nat(12_000), fc.nat(75_000)),
});

const STATUSES = [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504];

const status: fc.Arbitrary<Fault> = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    seconds: fc.integer({ min: 1, max: 40 }),
    html: fc.boolean(),
    applied: fc.boolean(),
    afterMs: fc.nat(9_000),
  })
  .map(({ status: code, seconds, html, applied, afterMs }) => ({
    kind: 'status',
    status: code,
    // Whoever refuses has not carried it out; a proxy may say anything of 5xx although the server has.
    applied: applied && code >= 500,
    html: html && code >= 400 && code !== 429,
    ...(code === 429 ? { headers: { 'retry-after': String(seconds) } } : {}),
    ...(code >= 502 ? { afterMs } : {}),
  }));

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: status },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset'), applied: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hang'), applied: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('slow'), ms: fc.integer({ min: 100, max: 25_000 }) }) },
  // The server remembers a create under way for 30 s; one that is held back for longer and lands after all nobody can foresee.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('stall'), ms: fc.integer({ min: 100, max: 25_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncated') }) },
);

const faults = fc.record({
  do: fc.constant('fault'),
  fault,
  on: fc.constantFrom('all', 'creates', 'edits', 'edits', 'reads', 'lists', 'probes'),
  times: fc.integer({ min: 1, max: 5 }),
});

const server: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('mode'), mode: fc.constantFrom('up', 'refusing', 'paused') }),
  fc.record({
    do: fc.constant('server'),
    change: fc.constantFrom('restart', 'database_down', 'database_up', 'limit_hard', 'limit_usual', 'edits_limited', 'edits_free'),
  }),
  fc.record({ do: fc.constant('token'), change: fc.constantFrom('disabled', 'enabled', 'rotated') }),
  fc.record({ do: fc.constant('channel'), channel: fc.nat(1), change: fc.constantFrom('leave', 'join', 'archive', 'restore') }),
);

const watcher: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('kill'),
      downMs: fc.integer({ min: 500, max: 20_000 }),
      state: fc.constantFrom('kept', 'kept', 'kept', 'deleted'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stop'), downMs: fc.integer({ min: 500, max: 60_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disk'), state: fc.constantFrom('full', 'free') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete_post'), nth: fc.nat(3) }) },
);

export const story: fc.Arbitrary<Story> = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: moves },
      { weight: 7, arbitrary: wait },
      { weight: 3, arbitrary: faults },
      { weight: 2, arbitrary: server },
      { weight: 2, arbitrary: watcher },
    ),
    { maxLength: 70, size: 'max' },
  ),
  latencyMs: fc.constantFrom(2, 40, 400),
  openAfterMs: fc.constantFrom(0, 0, 1_500),
  maxBoxes: fc.constantFrom(0, 0, 2),
  style: fc.constantFrom('attachment', 'attachment', 'message'),
  version: fc.constantFrom('5.37', '11.6'),
});
