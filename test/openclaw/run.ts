/**
 * `npm run test-openclaw`: real OpenClaw gateways, installed from npm, watched by real watchers; each box is compared with what
 * really happened. `-- --only 2026.9.6` runs one version, `-- --watcher both` one way of watching, `-- --part crash` one
 * part, `-- --streaming progress` with that preview of OpenClaw's plugin, `-- --cache <folder>` with the installations there.
 * Exits with 1 unless all is well.
 */

import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { CACHE, type Installation, installOpenClaw } from './install.ts';
import { Report } from './report.ts';
import type { Rig, RigPlan, WatcherPlan } from './rig.ts';
import { runSuite } from './suite.ts';

const option = { type: 'string' } as const;
const { values } = parseArgs({ options: { only: option, watcher: option, part: option, streaming: option, cache: option } });
const report = new Report();
const rigs: Rig[] = [];

/** The newest version is seen through its gateway alone, named or found; the last one with files also through those, and both. */
const WATCHERS: Record<string, readonly WatcherPlan[]> = {
  '2026.9.6': [
    { name: 'gateway', sources: 'gateway', env: { BOX_STYLE: 'message', DIRECT: 'own' } },
    { name: 'found', sources: 'found' },
  ],
  '2026.7.35': [
    { name: 'files', sources: 'files', env: { DIRECT: 'own' } },
    { name: 'gateway', sources: 'gateway', env: { BOX_STYLE: 'message', DIRECT: 'own' } },
    { name: 'both', sources: 'both' },
  ],
};

function planOf(installation: Installation): RigPlan {
  const watchers = (WATCHERS[installation.version] ?? []).filter(({ name }) => values.watcher === undefined || values.watcher === name);
  // The newest version with its own preview on, as it is by default; the older one without.
  return { installation, watchers, streaming: values.streaming ?? (installation.version === '2026.9.6' ? 'partial' : 'off') };
}

async function main(): Promise<void> {
  const installed: Installation[] = [];
  await report.check('the real OpenClaw can be installed', async () => {
    installed.push(...(await installOpenClaw(resolve(values.cache ?? CACHE), (words) => report.note(words))));
  });
  for (const installation of installed.filter(({ version }) => values.only === undefined || values.only === version)) {
    await report.check(`${installation.version}: the gateway could be watched to the end`, () =>
      runSuite(report, planOf(installation), (rig) => void rigs.push(rig), values.part),
    );
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.allSettled(rigs.map((rig) => rig.close())).then(() => process.exit(1)));
}
await main();
report.close(process.env['TEST_RESULTS']);
process.exit(report.failures === 0 ? 0 : 1);
