import { describe, expect, it } from 'vitest';
import { type Meter, METRICS } from '../../../src/core/meter.ts';
import { Counters } from '../../../src/health/counters.ts';

describe('the counters', () => {
  it('are zero before anything happens', () => {
    const counters = new Counters();
    expect([counters.total('edits_sent'), counters.by('push_failures', 'reason'), counters.series('edits_sent')]).toEqual([0, {}, []]);
  });

  it('count each metric for itself, and each combination of labels for itself', () => {
    const counters = new Counters();
    const meter: Meter = counters;
    meter.count('edits_sent');
    meter.count('edits_sent');
    for (const reason of ['server', 'gone', 'server']) meter.count('push_failures', { reason });
    expect(counters.total('edits_sent')).toBe(2);
    expect(counters.total('push_failures')).toBe(3);
    expect(counters.by('push_failures', 'reason')).toEqual({ server: 2, gone: 1 });
    expect(counters.series('push_failures')).toEqual([
      { labels: { reason: 'server' }, value: 2 },
      { labels: { reason: 'gone' }, value: 1 },
    ]);
  });
});

describe('the catalogue of metrics', () => {
  it.each(Object.entries(METRICS))('%s has a name and labels that any reader of metrics takes, and a sentence of help', (name, metric) => {
    for (const word of [name, ...metric.labels]) expect(word).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(metric.help).toMatch(/^[A-Z].*\.$/);
  });
});
