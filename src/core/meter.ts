// The port for counters, and their catalogue.

interface Metric {
  readonly help: string;
  /** Members of closed sets, or names of ours, or a bounded number of agents' names: never anything else that an agent or a server wrote. */
  readonly labels: readonly string[];
}

/** A new metric is a line here, and `meter.count(…)` or `meter.add(…)` where it happens. All are counted since the start. */
export const METRICS = {
  edits_sent: { help: 'Creates and edits that the server confirmed.', labels: [] },
  edits_conflated: { help: 'States that a newer one replaced before they were sent.', labels: [] },
  edits_skipped: { help: 'States that changed nothing and cost no request.', labels: [] },
  pushes: { help: 'Requests for boxes that were begun, by what they do and why.', labels: ['need', 'reason'] },
  push_failures: { help: 'Requests for boxes that failed.', labels: ['reason'] },
  reactions: {
    help: 'Requests for reactions on the posts that asked, by what they change and how they ended.',
    labels: ['change', 'outcome'],
  },
  turns_lost_without_post: { help: 'Lost turns without any output that got no post, because there were too many.', labels: [] },
  tokens: { help: 'Tokens that agents used, by what they were.', labels: ['agent', 'kind'] },
  cost_usd: { help: 'What agents used cost in US dollars, as far as that is known.', labels: ['agent'] },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
type LabelOf<Name extends MetricName> = (typeof METRICS)[Name]['labels'][number];
type LabelsOf<Name extends MetricName> = [LabelOf<Name>] extends [never] ? [] : [Readonly<Record<LabelOf<Name>, string>>];

export interface Meter {
  /** Counts one more. */
  count<Name extends MetricName>(name: Name, ...labels: LabelsOf<Name>): void;
  /** Counts so much more; less than nothing counts as nothing. */
  add<Name extends MetricName>(name: Name, amount: number, ...labels: LabelsOf<Name>): void;
}
