// What is done with one real gateway, and what its boxes must show. The order counts: later parts stop and kill the gateway.

import { turnsTellTheTruth } from './part-turns.ts';
import { nothingLoops } from './part-loops.ts';
import { crashMidTurn, restartMidTurn } from './part-restarts.ts';
import type { Report } from './report.ts';
import { Rig, type RigPlan } from './rig.ts';

/** Runs all parts. Rejects only when the gateway cannot be brought up at all. */
export async function runSuite(report: Report, plan: RigPlan, onRig: (rig: Rig) => void): Promise<void> {
  const { version } = plan.installation;
  report.note(`OpenClaw ${version}, streaming.mode ${plan.streaming}`);
  const rig = await Rig.start(plan, (words) => report.note(`${version}: ${words}`));
  onRig(rig);
  try {
    await turnsTellTheTruth(report, rig);
    await nothingLoops(report, rig);
    await restartMidTurn(report, rig);
    await crashMidTurn(report, rig);
    await report.check(`${version}: the stand-in knows every request of the plugin`, () => {
      const unknown = rig.room.unknownRequests();
      if (unknown.length > 0) throw new Error(unknown.join('\n'));
    });
  } finally {
    await rig.close();
  }
}
