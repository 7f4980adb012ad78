// What each reason comes to, told by those who act on it: the whole behaviour after a failed push on one page.

import { describe, expect, it } from 'vitest';
import { createAlerts } from '../../../src/app/alerts.ts';
import { gateAfter, OPEN_GATE, openAt } from '../../../src/boxes/publish/gate.ts';
import { planRetry } from '../../../src/boxes/publish/retry-plan.ts';
import { FAILURES, PushError, type Reason } from '../../../src/core/sink.ts';
import { withBreaker } from '../../../src/sinks/resilience/breaker.ts';
import { untilHealthy } from '../../../src/core/until-healthy.ts';
import { createFakeSink, pushThrough } from './fake-sink.ts';
import { FakeClock } from '../../support/clock.ts';

const NOW = 1_000_000;
const MINUTE_MS = 60_000;
const HEADLINE = 'reason         all boxes wait  circuit  the box at first  after a minute   alone after one  search    notice';
const TABLE = `
rate_limited   1500 ms         closed   failing 500       failing 2000     refused 300000   repeated  later
breaker_open   1000 ms         closed   failing 500       failing 2000     refused 300000   repeated  later
auth           30000 ms        closed   failing 500       failing 2000     refused 300000   repeated  later
timed_out      200 ms          open     failing 500       failing 2000     refused 300000   repeated  later
unreachable    200 ms          open     failing 500       failing 2000     refused 300000   repeated  later
server         200 ms          open     failing 500       failing 2000     refused 300000   repeated  later
in_progress    0 ms            closed   failing 500       failing 2000     refused 300000   given up  later
no_access      0 ms            closed   parked 500        parked 60000     parked 60000     given up  never
archived       0 ms            closed   parked 60000      parked 60000     parked 60000     given up  never
root_gone      0 ms            closed   parked 500        parked 60000     parked 60000     given up  never
edit_expired   0 ms            closed   parked 60000      parked 60000     parked 60000     given up  never
edit_forbidden 0 ms            closed   parked 500        parked 60000     parked 60000     given up  never
gone           0 ms            closed   failing 500       refused 300000   refused 300000   given up  never
rejected       0 ms            closed   failing 500       refused 300000   refused 300000   given up  never
too_large      0 ms            closed   refused 300000    refused 300000   refused 300000   given up  never
`;
const REASONS = Object.entries(FAILURES).map(([reason]) => new PushError(reason as Reason, 'said so'));

function waitOfAll({ reason, retryAfterMs }: PushError): string {
  return `${Math.max(0, openAt(gateAfter(OPEN_GATE, { kind: 'failed', reason, retryAfterMs }, NOW, 0.5)) - NOW)} ms`;
}

async function circuitAfter({ reason }: PushError): Promise<string> {
  const sink = createFakeSink();
  const breaker = withBreaker(sink, { threshold: 1, cooldownMs: 5_000, clock: new FakeClock() });
  sink.outcome = reason;
  await pushThrough(breaker);
  const state = breaker.state();
  breaker.stop();
  return state;
}

function boxAfter({ reason }: PushError, lastingMs: number, alone: boolean): string {
  const { kind, waitMs } = planRetry({ reason, count: 1, lastingMs, alone, final: false, random: 0.5 });
  return `${kind} ${waitMs}`;
}

async function searchAfter(failure: PushError): Promise<string> {
  const clock = new FakeClock();
  let asked = 0;
  const search = async (): Promise<void> => {
    asked += 1;
    if (asked === 1) throw failure;
  };
  const [searched] = await Promise.allSettled([untilHealthy(clock, search), clock.advance(5_000)]);
  return searched.status === 'fulfilled' ? 'repeated' : 'given up';
}

async function noticeAfter({ reason }: PushError): Promise<string> {
  const sink = createFakeSink();
  sink.outcome = reason;
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const tell = createAlerts({ sink, log, connected: () => ({ userId: 'me' }) });
  return await tell({ id: 'n', at: 0, text: 'a finding', place: { channelId: 'town' }, isDoubtful: false });
}

describe('a reason', () => {
  it('means the same to everybody who acts on it', async () => {
    const rows = REASONS.map(async (error) => [
      error.reason.padEnd(14),
      waitOfAll(error).padEnd(15),
      (await circuitAfter(error)).padEnd(8),
      boxAfter(error, 0, false).padEnd(17),
      boxAfter(error, MINUTE_MS, false).padEnd(16),
      boxAfter(error, MINUTE_MS, true).padEnd(16),
      (await searchAfter(error)).padEnd(9),
      await noticeAfter(error),
    ]);
    const table = (await Promise.all(rows)).map((row) => row.join(' '));
    expect([HEADLINE, ...table]).toEqual([HEADLINE, ...TABLE.trim().split('\n')]);
  });
});
