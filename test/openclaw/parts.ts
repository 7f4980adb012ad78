// The parts of a run, by name. The order counts: later parts stop and kill the gateway.

import { answersAreTaken } from './part-answers.ts';
import { hookStartsWatcher } from './part-hook.ts';
import { nothingLoops } from './part-loops.ts';
import { crashMidTurn, restartMidTurn } from './part-restarts.ts';
import { sevenTurns } from './part-seven-turns.ts';
import { signsStartNothing } from './part-signs.ts';
import { specialTurns } from './part-special.ts';
import { turnsTellTheTruth } from './part-turns.ts';
import type { Report } from './report.ts';
import type { Rig } from './gateway-rig.ts';
import type { OpenClawVersion } from './versions.ts';

/** Runs checks; never rejects for what a check found. */
export type Part = (report: Report, rig: Rig) => Promise<void>;

export const PARTS: Readonly<Record<string, Part>> = {
  turns: turnsTellTheTruth,
  special: specialTurns,
  answers: answersAreTaken,
  loops: nothingLoops,
  signs: signsStartNothing,
  restart: restartMidTurn,
  crash: crashMidTurn,
  hook: hookStartsWatcher,
  seven: sevenTurns,
};

const SEVEN = ['seven'];

/** The parts of a run in which nothing else is asked for. */
export function partsByDefault({ byDefault }: OpenClawVersion): readonly string[] {
  switch (byDefault) {
    case 'every part':
      return Object.keys(PARTS).filter((name) => !SEVEN.includes(name));
    case 'seven turns':
      return SEVEN;
    case 'nothing':
      return [];
    default:
      return byDefault satisfies never;
  }
}

/** What is done with a version that is asked for by its name. */
export function partsOf(version: OpenClawVersion): readonly string[] {
  return version.byDefault === 'nothing' ? SEVEN : partsByDefault(version);
}
