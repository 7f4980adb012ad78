// Writes the metrics for Prometheus and whatever reads its formats. Does not know where the numbers come from.

import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration, Registry, type RegistryContentType } from 'prom-client';
import type { Series } from './counters.ts';
import { FAMILIES, type MetricFamily, type MetricParts } from './metric-families.ts';

const OPEN_METRICS = /^application\/openmetrics-text\b/;

/** OpenMetrics for those who ask for it, the older text format for all others. */
export async function metricsText(parts: MetricParts, accept: string | undefined): Promise<{ type: string; body: string }> {
  const type = wantsOpenMetrics(accept) ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const registry = new Registry<RegistryContentType>(); // a new one: numbers of sessions that are gone must not stay
  registry.setContentType(type);
  for (const family of FAMILIES) register(registry, family, parts);
  return { type, body: await registry.metrics() };
}

function wantsOpenMetrics(accept = ''): boolean {
  return accept.split(',').some((range) => OPEN_METRICS.test(range.trim()) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(range));
}

/** A metric without numbers is left out, since one without labels would be 0. */
function register(registry: Registry<RegistryContentType>, { name, help, type, labels, read }: MetricFamily, parts: MetricParts): void {
  const all = read(parts);
  if (all.length === 0) return;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  const write = type === 'gauge' ? gaugeOf(options) : counterOf(options);
  for (const series of all) write(series);
}

function gaugeOf(options: GaugeConfiguration<string>): (series: Series) => void {
  const gauge = new Gauge(options);
  return ({ labels, value }) => gauge.set(labels, value);
}

function counterOf(options: CounterConfiguration<string>): (series: Series) => void {
  const counter = new Counter(options);
  return ({ labels, value }) => counter.inc(labels, value);
}
