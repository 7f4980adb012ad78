// The pages of the health server. Pure: each makes its response from what the daemon tells of itself.

import type { OpenTask } from '../core/open-tasks.ts';
import type { CountedSeries } from './counters.ts';
import type { HealthReport } from './health-report.ts';

/** What pages are made of. Each call makes it anew. */
export interface PageParts {
  report(): HealthReport;
  tasks(): readonly OpenTask[];
  counted(): CountedSeries;
}

/** JSON where `type` says nothing else. */
interface PageAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly type?: string;
}

interface Page {
  readonly path: `/${string}`;
  /** Open to everybody who can reach the port; the other pages require the token. */
  readonly isOpen: boolean;
  /** `accept` is what the request takes. */
  answer(parts: PageParts, accept: string | undefined): PageAnswer | Promise<PageAnswer>;
}

/** A new page is a line here, and a file when its response takes more than one. */
export const PAGES: readonly Page[] = [
  // The whole report, 503 when it is `down`.
  { path: '/health', isOpen: false, answer: healthAnswer },
  // 200 as long as the process responds.
  { path: '/livez', isOpen: true, answer: () => ({ status: 200, body: { status: 'alive' } }) },
  // 200 once every source was read and Mattermost has responded; 503 before, and whenever health is `down`, with the reason.
  { path: '/readyz', isOpen: false, answer: readyAnswer },
  // The open tasks of swarms.
  { path: '/tasks', isOpen: false, answer: ({ tasks }) => ({ status: 200, body: { tasks: tasks() } }) },
  // For Prometheus.
  { path: '/metrics', isOpen: false, answer: metricsAnswer },
];

/** The list of pages, for requests of any other one. */
export function describePages(paths: readonly string[]): string {
  return `There are only ${new Intl.ListFormat('en-GB').format(paths.map((path) => `GET ${path}`))} here.`;
}

function healthAnswer({ report }: PageParts): PageAnswer {
  const body = report();
  return { status: body.status === 'down' ? 503 : 200, body };
}

function readyAnswer({ report }: PageParts): PageAnswer {
  const { notReady } = report();
  return notReady === undefined
    ? { status: 200, body: { status: 'ready' } }
    : { status: 503, body: { status: 'waiting', reason: notReady } };
}

/** The writer is loaded by the first reader: most watchers have none. */
async function metricsAnswer({ report, counted }: PageParts, accept: string | undefined): Promise<PageAnswer> {
  const { metricsText } = await import('./metrics-page.ts');
  return { status: 200, ...(await metricsText({ report: report(), counted: counted() }, accept)) };
}
