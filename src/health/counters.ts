// Counts for the meter since the start. Does not know what the numbers mean.

import type { Meter, MetricName } from '../core/meter.ts';

type Labels = Readonly<Record<string, string>>;

/** One number of a metric, for one set of labels. */
export interface Series {
  readonly labels: Labels;
  value: number;
}

/** The series of each metric, by its name. */
export type CountedSeries = Readonly<Record<string, readonly Readonly<Series>[]>>;

export class Counters implements Meter {
  readonly #seriesByName = new Map<MetricName, Map<string, Series>>();

  count(name: MetricName, labels: Labels = {}): void {
    this.add(name, 1, labels);
  }

  add(name: MetricName, amount: number, labels: Labels = {}): void {
    const seriesByLabels = this.#seriesByName.get(name) ?? new Map<string, Series>();
    this.#seriesByName.set(name, seriesByLabels);
    const key = JSON.stringify(labels);
    const series = seriesByLabels.get(key) ?? { labels, value: 0 };
    seriesByLabels.set(key, series);
    series.value += Math.max(0, amount);
  }

  /** The series that were counted at least once, the oldest first. */
  series(name: MetricName): readonly Readonly<Series>[] {
    return [...(this.#seriesByName.get(name)?.values() ?? [])];
  }

  /** All of them, by their metrics. */
  all(): CountedSeries {
    return Object.fromEntries([...this.#seriesByName.keys()].map((name) => [name, this.series(name)]));
  }

  /** The sum of a metric over all labels. */
  total(name: MetricName): number {
    return this.series(name).reduce((sum, { value }) => sum + value, 0);
  }

  /** A metric by the values of one of its labels. */
  by(name: MetricName, label: string): Record<string, number> {
    const numbers: Record<string, number> = {};
    for (const { labels, value } of this.series(name)) {
      const of = labels[label] ?? '';
      numbers[of] = (numbers[of] ?? 0) + value;
    }
    return numbers;
  }
}
