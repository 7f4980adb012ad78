import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../src/core/meter.ts';
import { Counters } from '../../../src/health/counters.ts';
import type { HealthReport, SessionRow } from '../../../src/health/health-report.ts';
import { DECODE_FAILURES, FAMILIES } from '../../../src/health/metric-families.ts';
import { metricsText } from '../../../src/health/metrics-page.ts';
import { ROOT, trackedPaths } from '../ground/repository.ts';
import { hasPromtool, PROMTOOL_TITLE, promtool } from '../../support/promtool.ts';
import { reportOf } from './report.ts';

const row = (parts: Partial<SessionRow>): SessionRow => ({
  session: 's',
  agent: 'main',
  source: 'transcripts',
  state: 'active',
  activity: 'active',
  ...parts,
});

async function textOf(report: HealthReport, counters = new Counters(), accept?: string): Promise<string> {
  return (await metricsText({ report, counted: counters.all() }, accept)).body;
}

/** The samples alone: `name{labels} value`. */
function samplesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const samples = async (report: HealthReport, counters?: Counters): Promise<string[]> => samplesOf(await textOf(report, counters));

describe('the metrics of Prometheus', () => {
  it('tell the state of a breaker, of the token and of a source by one series for each state, of which one is 1', async () => {
    const found = await samples(reportOf({ sink: { breaker: 'open', reach: { state: 'failing', because: 'x' } } }));
    expect(found.filter((line) => line.startsWith('live_status_breaker'))).toEqual([
      'live_status_breaker{state="closed"} 0',
      'live_status_breaker{state="open"} 1',
      'live_status_breaker{state="half_open"} 0',
    ]);
    for (const line of ['live_status_mattermost{state="failing"} 1', 'live_status_source{source="transcripts",state="readable"} 1'])
      expect(found).toContain(line);
  });

  it('count boxes by source and state', async () => {
    const sessions = [row({}), row({}), row({ state: 'done' }), row({ source: 'codex' })];
    const found = await samples(reportOf({ sessions }));
    expect(found.filter((line) => line.startsWith('live_status_boxes{'))).toEqual([
      'live_status_boxes{source="transcripts",state="active"} 2',
      'live_status_boxes{source="transcripts",state="done"} 1',
      'live_status_boxes{source="codex",state="active"} 1',
    ]);
  });

  it('tell how many wait for people, and for how long the first of them', async () => {
    const waits = [
      { on: 'approval', forMs: 5_000 },
      { on: 'gate', forMs: 601_500, leftMs: 1 },
    ] as const;
    const found = await samples(reportOf({ sessions: [row({ waits }), row({ waits: [waits[0]] })] }));
    for (const line of [
      'live_status_waits{on="approval"} 2',
      'live_status_waits{on="answer"} 0',
      'live_status_waits{on="gate"} 1',
      'live_status_oldest_wait_age_seconds 601.5',
    ])
      expect(found).toContain(line);
    expect(await samples(reportOf({}))).toContain('live_status_oldest_wait_age_seconds 0');
  });

  it('tell pushes by result and reason', async () => {
    const found = await samples(
      reportOf({ sink: { failuresByReason: { server: 2 } }, edits: { sent: 7, conflated: 3, skipped: 1, perSecond: 5 } }),
    );
    expect(found.filter((line) => line.startsWith('live_status_push_results'))).toEqual([
      'live_status_push_results_total{result="ok",reason=""} 7',
      'live_status_push_results_total{result="failed",reason="server"} 2',
    ]);
  });

  it('have every count of the meter', async () => {
    const counters = new Counters();
    counters.count('edits_conflated');
    counters.count('pushes', { need: 'edit', reason: 'progress' });
    counters.add('tokens', 1_200, { agent: 'main', kind: 'input' });
    counters.add('cost_usd', 0.25, { agent: 'main' });
    const found = await samples(reportOf({}), counters);
    for (const line of [
      'live_status_edits_conflated_total 1',
      'live_status_edits_skipped_total 0',
      'live_status_pushes_total{need="edit",reason="progress"} 1',
      'live_status_tokens_total{agent="main",kind="input"} 1200',
      'live_status_cost_usd_total{agent="main"} 0.25',
    ])
      expect(found).toContain(line);
    const names = new Set(FAMILIES.map(({ name }) => name));
    const missing = Object.keys(METRICS).filter((name) => !names.has(`live_status_${name}_total`));
    expect(missing).toEqual(['edits_sent', 'push_failures']); // live_status_push_results_total has both
  });

  it('tell what a source could not decode by names that we know, and whatever else only as a sum', async () => {
    const source = {
      name: 'mesh',
      condition: { state: 'readable' },
      wasRead: true,
      unknownKinds: { 'ask-bob': 2, other: 1, 'invalid-json': 4 },
      problems: { 'not-json': 3, 'memory-the boss fired me': 1 },
      lagP99Ms: 250,
    } as const;
    const text = await textOf(reportOf({ sources: [source] }));
    const found = samplesOf(text);
    for (const line of [
      'live_status_unknown_kinds_total{source="mesh"} 3',
      'live_status_decode_failures_total{source="mesh",problem="not-json"} 3',
      'live_status_decode_failures_total{source="mesh",problem="invalid-json"} 4',
      'live_status_source_lag_seconds{source="mesh"} 0.25',
    ])
      expect(found).toContain(line);
    expect(text).not.toMatch(/ask-bob|boss/);
  });

  it('know the failures of decoding by names that sources give them', () => {
    const sources = trackedPaths().filter((path) => /^src\/(?:sources|files)\/.*\.ts$/.test(path));
    const code = sources.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
    expect(DECODE_FAILURES.filter((name) => !new RegExp(`['{ ]${name}[',: ]`).test(code))).toEqual([]);
  });

  it('tell findings by rule, and nothing of what has not happened yet', async () => {
    const coordinator = { findingsByRule: { loop: 4 } } as unknown as NonNullable<HealthReport['coordinator']>;
    expect(await samples({ ...reportOf({}), coordinator })).toContain('live_status_findings_total{rule="loop"} 4');
    const fresh = await textOf(reportOf({ sink: { lastSuccessAt: undefined } }));
    expect(samplesOf(fresh).filter((line) => /findings|last_success|last_event/.test(line))).toEqual([]);
  });

  it('say nothing of a session: no id, name, channel, post or reason', async () => {
    const secret = 'zebra';
    const hidden = row({ session: secret, agent: secret, project: secret, channelId: secret, postId: secret, why: secret });
    const text = await textOf({ ...reportOf({ sessions: [hidden] }), reason: secret, notReady: secret, sourcesChosen: [secret] });
    expect(text).not.toContain(secret);
  });

  it('stay in their line, whatever an agent is called', async () => {
    const counters = new Counters();
    counters.add('cost_usd', 1, { agent: 'a"} 9\nlive_status_boxes_parked 9\\' });
    const lines = (await textOf(reportOf({}), counters)).split('\n');
    expect(lines).toContain(String.raw`live_status_cost_usd_total{agent="a\"} 9\nlive_status_boxes_parked 9\\"} 1`);
    expect(lines).toContain('live_status_boxes_parked 0');
  });
});

describe('the form of the metrics', () => {
  it.each([
    ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3', 'application/openmetrics-text'],
    ['text/plain, application/openmetrics-text; version=1.0.0', 'application/openmetrics-text'],
    ['application/openmetrics-text;q=0', 'text/plain'],
    ['*/*', 'text/plain'],
    [undefined, 'text/plain'],
  ])('for a reader of %s is %s', async (accept, type) => {
    const { type: given, body } = await metricsText({ report: reportOf({}), counted: {} }, accept);
    expect(given.startsWith(`${type};`)).toBe(true);
    expect(body.endsWith('# EOF\n')).toBe(type === 'application/openmetrics-text');
  });

  it.each(FAMILIES)('$name is named as OpenMetrics wants it, and explained', ({ name, help, type, labels }) => {
    expect(name).toMatch(/^(?:live_status|process)(?:_[a-z]+)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(?:ms|milliseconds|kb|percent|count|sum|bucket|created)(?:_|$)/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(help).toMatch(/^[A-Z\d].*\.$/);
  });

  it('has each metric once', () => {
    const names = FAMILIES.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.runIf(hasPromtool)(`is what ${PROMTOOL_TITLE} accepts`, async () => {
    const counters = new Counters();
    counters.add('tokens', 5, { agent: 'main', kind: 'input' });
    const input = await textOf(reportOf({ sessions: [row({})] }), counters);
    expect(promtool(['check', 'metrics'], input)).toBe('');
  });
});
