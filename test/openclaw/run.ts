/**
 * `npm run test-openclaw`: real OpenClaw gateways, installed from npm, watched by real watchers; each box is compared with what
 * really happened. `-- --help` tells what can be asked for. Exits with 1 unless all is well, with 64 when an option is wrong.
 */

import { resolve } from 'node:path';
import { answer, closeOnSignal } from './command.ts';
import { decodeArguments, HELP, type Run, type Wishes } from './arguments.ts';
import { CACHE, type Installation, installOpenClaw } from './install.ts';
import { Report } from './report.ts';
import type { Rig } from './gateway-rig.ts';
import { runSuite } from './suite.ts';
import { watchersOf } from './watchers.ts';

const rigs: Rig[] = [];
process.exit(await answer(decodeArguments(process.argv.slice(2)), HELP, runAll));

async function runAll(wishes: Wishes): Promise<number> {
  closeOnSignal(rigs);
  const report = new Report();
  for (const run of wishes.runs) await runOne(report, wishes, run);
  report.close(process.env['TEST_RESULTS']);
  return report.failures === 0 ? 0 : 1;
}

async function runOne(report: Report, { cache, watcher, streaming, record }: Wishes, { wanted, parts }: Run): Promise<void> {
  const installed: Installation[] = [];
  await report.timed(`${wanted.version} installation`, () =>
    report.check(`${wanted.version}: the real OpenClaw can be installed`, async () => {
      installed.push(await installOpenClaw(resolve(cache ?? CACHE), wanted, (words) => report.note(words)));
    }),
  );
  const watchers = watchersOf(wanted, parts).filter(({ name }) => watcher === undefined || watcher === name);
  for (const installation of installed) {
    const plan = { installation, watchers, streaming: streaming ?? wanted.preview, record };
    await report.check(`${wanted.version}: the gateway could be watched to the end`, () =>
      runSuite(report, plan, parts, (rig) => void rigs.push(rig)),
    );
  }
}
