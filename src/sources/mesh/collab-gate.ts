// Whether a collaboration stands before a gate that only a person opens. Events say so; the record alone shows it too, by what does not
// happen any more. Pure.

import { type Collab, latestReflectionAt } from './collab-record.ts';

const SETTLED_MS = 5_000; // without a gate the next step begins within milliseconds after the last result

/** Where a collaboration stands: while that is the same, it stands before the same gate. */
export function placeOf({ statusName, round, stage }: Collab): string {
  return [statusName, round, stage.phase, stage.subround, stage.step].join('/');
}

/** `gateAt`: the place at which an event told of a gate. */
export function isAtGate(collab: Collab, gateAt: string | undefined, now: number): boolean {
  if (collab.status !== 'active') return false;
  if (gateAt === placeOf(collab) || collab.stage.phase === 'complete') return !isDecided(collab);
  return (
    collab.stage.phase !== undefined && haveAllReflected(collab) && now - latestReflectionAt(collab) >= SETTLED_MS && !isDecided(collab)
  );
}

/** A decision after the last result lets the work go on. */
function isDecided(collab: Collab): boolean {
  return (collab.gateDecision?.at ?? 0) > latestReflectionAt(collab);
}

function haveAllReflected({ members, reflections }: Collab): boolean {
  return members.length > 0 && members.every(({ nodeId }) => reflections.some((one) => one.nodeId === nodeId));
}
