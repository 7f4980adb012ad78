// The pages of the health server. Pure: each makes its response from the report.

import type { HealthReport } from './health-report.ts';

interface Page {
  readonly path: `/${string}`;
  /** Open to everybody who can reach the port; the other pages require the token. */
  readonly isOpen: boolean;
  /** `report()` makes a new report. */
  answer(report: () => HealthReport): { readonly status: number; readonly body: unknown };
}

/** A new page is a line here, and a file when its response takes more than one. */
export const PAGES: readonly Page[] = [
  // The whole report, 503 when it is `down`.
  { path: '/health', isOpen: false, answer: healthAnswer },
  // 200 as long as the process responds.
  { path: '/livez', isOpen: true, answer: () => ({ status: 200, body: { status: 'alive' } }) },
  // 200 once every source was read and Mattermost has responded; 503 before, and whenever health is `down`, with the reason.
  { path: '/readyz', isOpen: false, answer: readyAnswer },
];

/** The list of pages, for requests of any other page. */
export function describePages(pages: readonly Page[]): string {
  const paths = new Intl.ListFormat('en-GB').format(pages.map(({ path }) => `GET ${path}`));
  return `There are only ${paths} here.`;
}

function healthAnswer(report: () => HealthReport): ReturnType<Page['answer']> {
  const body = report();
  return { status: body.status === 'down' ? 503 : 200, body };
}

function readyAnswer(report: () => HealthReport): ReturnType<Page['answer']> {
  const { notReady } = report();
  return notReady === undefined
    ? { status: 200, body: { status: 'ready' } }
    : { status: 503, body: { status: 'waiting', reason: notReady } };
}
