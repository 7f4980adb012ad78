// Adds a sub-agent to the turn that spawned it. Pure.

import type { EventOf } from './event.ts';
import type { Turn } from './session.ts';
import { withLine } from './turn.ts';

/** The turn with the sub-agent, once, whatever part of its key was told first. */
export function spawnChild(turn: Turn, event: EventOf<'child_spawned'>): Turn {
  const told = toldAs(turn, event.childKey);
  if (told !== undefined) return isPart(event.childKey) ? turn : renameChild(turn, told, event.childKey);
  const label = event.label ?? turn.childrenByKey[event.childKey]?.label;
  const child = { callId: event.callId, ...(label === undefined ? {} : { label }) };
  return withLine(
    { ...turn, childrenByKey: { ...turn.childrenByKey, [event.childKey]: child } },
    { kind: 'child', childKey: event.childKey, at: event.at },
  );
}

/** OpenClaw masks the end of a key by chance, when it looks like a secret. */
const MASKED = '***';

function isPart(key: string): boolean {
  return key.endsWith(MASKED);
}

/** The other form of a key of which only a part was told. */
function toldAs({ childrenByKey }: Turn, key: string): string | undefined {
  const isPartOf = (part: string, whole: string): boolean =>
    isPart(part) && whole !== part && whole.startsWith(part.slice(0, -MASKED.length));
  return Object.keys(childrenByKey).find((other) => isPartOf(other, key) || isPartOf(key, other));
}

/** The sub-agent stays where it is, as what its call has spawned. */
function renameChild(turn: Turn, from: string, to: string): Turn {
  const { [from]: child = {}, ...others } = turn.childrenByKey;
  const lines = turn.lines.map((line) => (line.kind === 'child' && line.childKey === from ? { ...line, childKey: to } : line));
  return { ...turn, childrenByKey: { ...others, [to]: child }, lines };
}
