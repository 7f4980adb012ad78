// What health, `status`, `top` and metrics say of the gateways of a fleet.

import { describe, expect, it } from 'vitest';
import type { SeenHealth } from '../../../src/cli/ask-health.ts';
import { healthLines } from '../../../src/cli/status-command.ts';
import { topLines } from '../../../src/cli/top-lines.ts';
import type { TopReport } from '../../../src/cli/top-report.ts';
import type { GatewayHealth } from '../../../src/core/source.ts';
import { FAMILIES } from '../../../src/health/metric-families.ts';
import { reportOf } from './report.ts';

const NOW = Date.parse('2026-11-27T14:30:00Z');
const SINCE = Date.parse('2026-11-27T14:02:30Z');
const HEARD: GatewayHealth = { gateway: 'web-1', version: '1.2.3', boxes: 7 };
const SILENT: GatewayHealth = { gateway: 'web-2', version: '1.2.3', boxes: 2, silentSince: SINCE };
const STOPPED: GatewayHealth = { gateway: 'web-3', stopped: true };
const SESSION = {
  session: 'a',
  agent: 'main',
  gateway: 'web-2',
  state: 'silent',
  activity: 'idle',
  channelId: 'town',
  postId: 'p',
} as const;

const fleet = (gateways: readonly GatewayHealth[]) => reportOf({ now: NOW, gateways, sessions: [SESSION] });
const numbered = (count: number): GatewayHealth[] =>
  Array.from({ length: count }, (_, number) => ({ gateway: `web-${number}`, silentSince: SINCE }));

describe('the gateways of a fleet', () => {
  it('are in the health report, each with its state, and who is silent is a reason for being degraded', () => {
    expect(fleet([HEARD, SILENT, STOPPED])).toMatchObject({
      status: 'degraded',
      reason: 'gateway web-2 silent since 14:02 UTC',
      gateways: [
        { gateway: 'web-1', state: 'heard', version: '1.2.3', boxes: 7 },
        { gateway: 'web-2', state: 'silent', version: '1.2.3', boxes: 2, silentSince: '2026-11-27T14:02:30.000Z' },
        { gateway: 'web-3', state: 'stopped' },
      ],
    });
    expect(fleet([HEARD, STOPPED]).status).toBe('ok');
    expect(reportOf({})).not.toHaveProperty('gateways');
  });

  it('are named with the day when the silence began on another one, and of many only the first', () => {
    const yesterday = { ...SILENT, silentSince: SINCE - 86_400_000 };
    expect(fleet([yesterday]).reason).toBe('gateway web-2 silent since 2026-11-26 14:02 UTC');
    expect(fleet(numbered(6)).reason).toMatch(/^(gateway web-\d silent since 14:02 UTC; ){5}1 more gateway is silent$/);
    expect(fleet(numbered(50)).reason).toMatch(/; 45 more gateways are silent$/);
  });

  it('are counted by `status` and `top`, which say of each box where it is watched', () => {
    const report = fleet([HEARD, HEARD, SILENT, STOPPED]);
    const lines = healthLines({ kind: 'seen', health: JSON.parse(JSON.stringify(report)) as SeenHealth }, 'u');
    expect(lines).toContain('Gateways: 2 heard, 1 silent, 1 stopped.');
    expect(lines.at(-1)).toBe('  main on web-2  idle (silent)  channel town, post p');
    const top = topLines(JSON.parse(JSON.stringify(report)) as TopReport, NOW).map(({ text }) => text);
    expect(top).toContainEqual(expect.stringMatching(/^Gateways +2 heard, 1 silent, 1 stopped$/));
    expect(top.at(-1)).toContain('main on web-2');
  });

  it('are a metric by state, and none without a fleet', () => {
    const family = FAMILIES.find(({ name }) => name === 'live_status_gateways');
    const counts = (gateways: readonly GatewayHealth[]) =>
      family?.read({ report: fleet(gateways), counted: {} }).map(({ labels, value }) => [labels['state'], value]);
    expect(counts([HEARD, HEARD, SILENT])).toEqual([
      ['heard', 2],
      ['silent', 1],
      ['stopped', 0],
    ]);
    expect(counts([])).toEqual([]);
  });
});
