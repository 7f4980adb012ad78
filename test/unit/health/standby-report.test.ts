import { expect, it } from 'vitest';
import type { HealthReport } from '../../../src/health/health-report.ts';
import { FAMILIES } from '../../../src/health/metric-families.ts';
import { type StandbyFacts, standbyReport } from '../../../src/health/standby-report.ts';
import { healthShape } from '../../../src/cli/ask-health.ts';
import { healthLines } from '../../../src/cli/status-command.ts';
import { reportOf } from './report.ts';

const FACTS: StandbyFacts = {
  version: '1.2.3',
  pid: 7,
  startedAt: 0,
  now: 60_000,
  active: 'web-2/4711',
  because: undefined,
  process: { rssBytes: 50_000_000, eventLoopDelayP99Ms: 2 },
};

/** As `status` prints it of what it was answered. */
function linesOf(facts: Partial<StandbyFacts>): string[] {
  const health: unknown = JSON.parse(JSON.stringify(standbyReport({ ...FACTS, ...facts })));
  return healthLines({ kind: 'seen', health: healthShape.parse(health) }, 'u');
}

it('who stands by is well and ready, and says who is active', () => {
  const report = standbyReport(FACTS);
  expect(report).toMatchObject({ status: 'ok', reason: 'it stands by; web-2/4711 is active', uptimeMs: 60_000 });
  expect(report.notReady).toBeUndefined();
  expect(linesOf({})).toContain('Publisher of a fleet: it stands by, and web-2/4711 is active.');
});

it('who could not take over is degraded and not ready, with the cause', () => {
  const report = standbyReport({ ...FACTS, active: undefined, because: 'refused' });
  expect(report).toMatchObject({ status: 'degraded', notReady: 'the bus of the fleet is not reached: refused' });
  expect(linesOf({ active: undefined })).toContain('Publisher of a fleet: it stands by, and nobody is active.');
});

it('metrics tell an active publisher from one that stands by, and from who is none', () => {
  const family = FAMILIES.find(({ name }) => name === 'live_status_publisher');
  const valuesOf = (report: HealthReport) =>
    family?.read({ report, counted: {} }).map(({ labels, value }) => `${labels['state']} ${value}`);
  expect(valuesOf(standbyReport(FACTS))).toEqual(['active 0', 'standing_by 1']);
  expect(valuesOf(reportOf({ publisher: { state: 'active', active: 'web-1/1' } }))).toEqual(['active 1', 'standing_by 0']);
  expect(valuesOf(reportOf({}))).toEqual([]);
});
