// A real server of the page over a picture that tests paint themselves.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHealthServer, type HealthServer } from '../../../src/health/health-server.ts';
import type { HealthReport } from '../../../src/health/health-report.ts';
import { accessPolicy } from '../../../src/health/page-access.ts';
import type { PageBox } from '../../../src/page/page-box.ts';
import { pulseOf } from '../../../src/page/page-pulse.ts';
import { addPageRoutes } from '../../../src/page/page-routes.ts';
import { Picture } from '../../../src/page/picture.ts';
import { Tabs } from '../../../src/page/tabs.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { healthyReport } from './sample-report.ts';

export interface ServedPage {
  readonly url: string;
  readonly port: number;
  readonly picture: Picture;
  readonly tabs: Tabs;
  put(...boxes: readonly PageBox[]): void;
  remove(...ids: readonly string[]): void;
  report(report: HealthReport): void;
  stop(): Promise<void>;
}

export interface PageSetup {
  readonly token?: string;
  readonly port?: number;
  readonly boxes?: readonly PageBox[];
}

export async function servePage({ token, port = 0, boxes = [] }: PageSetup = {}): Promise<ServedPage> {
  const picture = new Picture();
  for (const box of boxes) picture.put(box);
  let report = healthyReport;
  const tabs = new Tabs({
    clock: systemClock,
    picture,
    epoch: randomUUID(),
    refresh: () => undefined,
    pulse: () => pulseOf(report, picture.boxes(), Date.now()),
  });
  const serve = (): HealthServer =>
    createHealthServer({
      host: '127.0.0.1',
      port,
      access: accessPolicy('127.0.0.1', token),
      parts: { report: () => report, tasks: () => [], counted: () => ({}) },
      redact: (text) => text,
      more: (scope, keepOpen) => addPageRoutes(scope, { tabs, token, now: () => Date.now(), keepOpen }),
    });
  const { server, url } = await listening(serve);
  return {
    url: url.href,
    port: Number(url.port),
    picture,
    tabs,
    put(...changed) {
      for (const box of changed) picture.put(box);
      tabs.changed();
    },
    remove(...ids) {
      for (const id of ids) picture.remove(id);
      tabs.changed();
    },
    report(next) {
      report = next;
    },
    async stop() {
      tabs.stop();
      await server.stop();
    },
  };
}

/** A port that was ours a moment ago may be that of somebody's connection for another moment. */
async function listening(serve: () => HealthServer): Promise<{ server: HealthServer; url: URL }> {
  for (let attempt = 1; ; attempt += 1) {
    const server = serve();
    const started = await server.start();
    if (started.kind === 'listening') return { server, url: new URL('/', started.url) };
    if (attempt === 100) throw new Error(started.problem);
    await sleep(100);
  }
}
