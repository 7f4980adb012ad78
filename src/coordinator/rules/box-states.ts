// Keeps what a rule knows of each box: a fixed number of them, the oldest forgotten first. Pure.

const MAX_BOXES = 100;

export function withBox<S>(states: Readonly<Record<string, S>>, boxId: string, state: S): Readonly<Record<string, S>> {
  if (boxId in states) return { ...states, [boxId]: state };
  return Object.fromEntries([...Object.entries(states).slice(-(MAX_BOXES - 1)), [boxId, state]]);
}
