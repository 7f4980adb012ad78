// What is done with one real gateway, and what its boxes must show.

import { PARTS } from './parts.ts';
import type { Report } from './report.ts';
import { Rig, type RigPlan } from './gateway-rig.ts';

/** Runs the named parts. Rejects only when the gateway cannot be brought up at all. `onRig` gets the rig before it runs anything. */
export async function runSuite(report: Report, plan: RigPlan, parts: readonly string[], onRig: (rig: Rig) => void): Promise<void> {
  const { version } = plan.installation;
  report.note(`OpenClaw ${version}, streaming.mode ${plan.streaming}`);
  const progress = (words: string): void => report.note(`${version}: ${words}`);
  const rig = await report.timed(`${version} start`, () => Rig.start(plan, progress, onRig));
  try {
    for (const name of parts) await report.timed(`${version} ${name}`, async () => PARTS[name]?.(report, rig));
    await report.check(`${version}: the stand-in knows every request of the plugin`, () => {
      const unknown = rig.room.unknownRequests();
      if (unknown.length > 0) throw new Error(unknown.join('\n'));
    });
  } finally {
    await rig.close();
  }
}
