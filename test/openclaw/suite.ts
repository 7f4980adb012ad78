// What is done with one real gateway, and what its boxes must show. The order counts: later parts stop and kill the gateway.

import { turnsTellTheTruth } from './part-turns.ts';
import { nothingLoops } from './part-loops.ts';
import { crashMidTurn, restartMidTurn } from './part-restarts.ts';
import { specialTurns } from './part-special.ts';
import type { Report } from './report.ts';
import { Rig, type RigPlan } from './rig.ts';

const PARTS: Record<string, (report: Report, rig: Rig) => Promise<void>> = {
  turns: turnsTellTheTruth,
  special: specialTurns,
  loops: nothingLoops,
  restart: restartMidTurn,
  crash: crashMidTurn,
};

/** Runs all parts, or `only` one. Rejects only when the gateway cannot be brought up at all. */
export async function runSuite(report: Report, plan: RigPlan, onRig: (rig: Rig) => void, only?: string): Promise<void> {
  const { version } = plan.installation;
  report.note(`OpenClaw ${version}, streaming.mode ${plan.streaming}`);
  const rig = await Rig.start(plan, (words) => report.note(`${version}: ${words}`));
  onRig(rig);
  try {
    for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only === name) await part(report, rig);
    await report.check(`${version}: the stand-in knows every request of the plugin`, () => {
      const unknown = rig.room.unknownRequests();
      if (unknown.length > 0) throw new Error(unknown.join('\n'));
    });
  } finally {
    await rig.close();
  }
}
