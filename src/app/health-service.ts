// Serves `/health` when the configuration has a port for it.

import type { Config } from '../config/config.ts';
import type { Logger } from '../core/log.ts';
import type { HealthServerOptions } from '../health/health-server.ts';
import type { PageParts } from '../health/pages.ts';
import { accessPolicy } from '../health/page-access.ts';
import { judgeHealth } from '../health/judge-health.ts';
import { healthFacts, type HealthParts, tasksOf } from './health-facts.ts';
import type { Page } from './page-feed.ts';
import type { Release } from '../process/releases.ts';

export interface HealthPorts {
  log: Logger;
  redact(text: string): string;
  /** Called at each request. */
  parts(): HealthParts;
  /** Absent when it is off. */
  page: Page | undefined;
}

/** Resolves with a function that stops it. A port that is taken is only logged: boxes matter more than health. */
export async function serveHealth(config: Config, { log, redact, parts, page }: HealthPorts): Promise<Release> {
  const pages = { report: () => judgeHealth(healthFacts(parts())), tasks: () => tasksOf(parts()), counted: () => parts().counters.all() };
  const stop = await servePages(config, { log, redact, pages, more: page === undefined ? undefined : page.addRoutes.bind(page) });
  return async () => {
    page?.stop();
    await stop();
  };
}

interface PagesPorts extends Pick<HealthPorts, 'log' | 'redact'> {
  pages: PageParts;
  more?: HealthServerOptions['more'];
}

/** The same for what is no daemon. */
export async function servePages(config: Config, { log, redact, pages, more }: PagesPorts): Promise<Release> {
  const { healthHost: host, healthPort: port, healthToken } = config;
  if (port === 0) return () => undefined;
  const { createHealthServer } = await import('../health/health-server.ts'); // a third of what a start loads
  const access = accessPolicy(host, healthToken);
  const server = createHealthServer({ host, port, access, redact, parts: pages, more });
  const start = await server.start();
  if (start.kind === 'failed') log.error({ host, port }, start.problem);
  else log.info({ url: start.url }, 'Health endpoint listening.');
  return () => server.stop();
}
