import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../../src/health/metric-families.ts';
import { metricsText } from '../../../src/health/metrics-page.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { documents } from '../docs/documents.ts';
import { ROOT } from '../ground/repository.ts';
import { hasPromtool, PROMTOOL_TITLE, promtool } from '../../support/promtool.ts';
import { reportOf } from './report.ts';

const ALERTS = join(ROOT, 'deploy/alerts.yaml');
const alerts = readFileSync(ALERTS, 'utf8');
const dashboard = readFileSync(join(ROOT, 'deploy/grafana-dashboard.json'), 'utf8');

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}
const { panels, templating } = JSON.parse(dashboard) as Dashboard;

const alertNames = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
const EXPRESSIONS: readonly (readonly [string, string])[] = [
  ...[...alerts.matchAll(/- alert: (\w+)\n\s+expr: (.+)/g)].map(([, name = '', expr = '']) => [name, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...templating.list.map(({ query }) => ['a variable', query] as const),
];
const metricNames = new Set(FAMILIES.map(({ name }) => name));
const labelsByName = new Map(FAMILIES.map(({ name, labels }) => [name, labels]));

/** The metrics that an expression names, with what it wants of their labels. */
function selectors(expression: string): { name: string; matchers: string[][] }[] {
  return [...expression.matchAll(/\b((?:live_status|process)_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', inside = '']) => ({
    name,
    matchers: [...inside.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
  }));
}

describe('the alerts and the dashboard', () => {
  it('are found by this test', () => {
    expect(alertNames).toHaveLength(6);
    expect(EXPRESSIONS.length).toBeGreaterThan(30);
    expect(selectors('sum(live_status_a{state=~"b|c"}) + process_d')).toEqual([
      { name: 'live_status_a', matchers: [['state', 'b|c']] },
      { name: 'process_d', matchers: [] },
    ]);
  });

  it.each(EXPRESSIONS)('%s asks only for metrics that there are: %s', (_title, expression) => {
    expect(selectors(expression).filter(({ name }) => !metricNames.has(name))).toEqual([]);
  });

  it.each(EXPRESSIONS)('%s asks only for labels and states that there are: %s', async (_title, expression) => {
    const { body } = await metricsText({ report: reportOf({}), counted: {} }, undefined);
    for (const { name, matchers } of selectors(expression))
      for (const [label = '', value = ''] of matchers.filter(([one]) => one !== 'job' && one !== 'instance')) {
        expect(labelsByName.get(name)).toContain(label);
        for (const state of value.split('|')) expect(body).toMatch(new RegExp(`^${name}\\{.*${label}="${state}"`, 'm'));
      }
  });

  it.each(EXPRESSIONS.filter(([, expression]) => expression.includes(' by (')))(
    '%s groups by labels that there are',
    (_title, expression) => {
      const by = [...expression.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
      const known = new Set(['job', 'instance', ...selectors(expression).flatMap(({ name }) => labelsByName.get(name) ?? [])]);
      expect(by.filter((label) => !known.has(label))).toEqual([]);
    },
  );

  it('take a counter only by its increase', () => {
    const counters = FAMILIES.filter(({ type }) => type === 'counter').map(({ name }) => name);
    const bare = EXPRESSIONS.filter(([, expression]) =>
      selectors(expression).some(({ name }) => counters.includes(name) && !/\b(?:rate|increase)\(/.test(expression)),
    );
    expect(bare).toEqual([]);
  });

  it('have panels that no other panel hides', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('and the metrics are all in their document', () => {
    const text = documents().find(({ path }) => path === 'docs/METRICS.md')?.text ?? '';
    expect([...metricNames, ...alertNames].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    const named = [...text.matchAll(/`((?:live_status|process)_\w+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !metricNames.has(name))).toEqual([]);
  });
});

/** Each alert: what is measured every minute, and after how many minutes it must not, and must, have fired. */
const FIRES: readonly [alert: string, series: string, values: string, quietAt: number, firesAt: number][] = [
  ['LiveStatusDown', 'up{job="live-status", instance="a"}', '1 0x9', 2, 4],
  ['LiveStatusTokenRefused', 'live_status_token{state="refused"}', '0 1x9', 1, 3],
  ['LiveStatusMattermostUnreached', 'live_status_mattermost{state="failing"}', '0 1x9', 5, 7],
  ['LiveStatusNothingRead', 'live_status_source{job="j", instance="a", source="codex", state="readable"}', '1 0x9', 2, 4],
  ['LiveStatusEndUnsent', 'live_status_oldest_unsent_end_age_seconds', '0 60 61x9', 1, 2],
  ['LiveStatusSomebodyWaits', 'live_status_oldest_wait_age_seconds', '0 599 600x9', 1, 2],
];

describe.runIf(hasPromtool)(`${PROMTOOL_TITLE}`, () => {
  it('accepts the alerts', () => expect(promtool(['check', 'rules', '--lint-fatal', ALERTS])).toContain('6 rules found'));

  it('finds that each alert fires when it should and not before', () => {
    expect(FIRES.map(([alert]) => alert)).toEqual(alertNames);
    const tests = FIRES.map(([alert, series, values, quietAt, firesAt]) => ({
      interval: '1m',
      input_series: [{ series, values }],
      promql_expr_test: [quietAt, firesAt].map((minute) => ({
        expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
        eval_time: `${minute}m`,
        exp_samples: minute === quietAt ? [] : [{ labels: '{}', value: 1 }],
      })),
    }));
    const path = join(tempFolder('alerts'), 'tests.json'); // JSON is YAML
    writeFileSync(path, JSON.stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
    expect(promtool(['test', 'rules', path])).toContain('SUCCESS');
  });
});
