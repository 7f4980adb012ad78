// Adds a sub-agent to the turn that spawned it. Pure.

import type { EventOf } from './event.ts';
import type { Turn } from './session.ts';
import { withLine } from './turn.ts';

/** The turn with the sub-agent, once, whatever part of its key was told first. */
export function spawnChild(turn: Turn, event: EventOf<'child_spawned'>): Turn {
  const { callId, childKey, isPart, isWorker, at } = event;
  const told = toldAs(turn, event);
  if (told !== undefined) return isPart === true ? turn : renameChild(turn, told, childKey);
  const label = event.label ?? turn.childrenByKey[childKey]?.label;
  const child = {
    callId,
    ...(isPart === undefined ? {} : { isPart }),
    ...(isWorker === undefined ? {} : { isWorker }),
    ...(label === undefined ? {} : { label }),
  };
  return withLine({ ...turn, childrenByKey: { ...turn.childrenByKey, [childKey]: child } }, { kind: 'child', childKey, at });
}

/** The other form of a key of which only the beginning was told. */
function toldAs({ childrenByKey }: Turn, { childKey, isPart }: EventOf<'child_spawned'>): string | undefined {
  const isSame = ([other, child]: [string, { isPart?: true }]): boolean =>
    isPart === true ? isBeginning(childKey, other) : child.isPart === true && isBeginning(other, childKey);
  return Object.entries(childrenByKey).find(isSame)?.[0];
}

function isBeginning(part: string, whole: string): boolean {
  return whole.startsWith(part);
}

/** The sub-agent stays where it is, as what its call has spawned. */
function renameChild(turn: Turn, from: string, to: string): Turn {
  const { [from]: { isPart: _isPart, ...child } = {}, ...others } = turn.childrenByKey;
  const lines = turn.lines.map((line) => (line.kind === 'child' && line.childKey === from ? { ...line, childKey: to } : line));
  return { ...turn, childrenByKey: { ...others, [to]: child }, lines };
}
