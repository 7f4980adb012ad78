// Keeps what a rule knows of each box: a fixed number of them, the oldest forgotten first. Pure.

const MAX_BOXES = 100;

export function withBox<S>(states: Readonly<Record<string, S>>, boxId: string, state: S): Readonly<Record<string, S>> {
  const [oldest] = Object.keys(states);
  const isFull = !(boxId in states) && Object.keys(states).length >= MAX_BOXES;
  return { ...(isFull && oldest !== undefined ? withoutBox(states, oldest) : states), [boxId]: state };
}

export function withoutBox<S>(states: Readonly<Record<string, S>>, boxId: string): Readonly<Record<string, S>> {
  const { [boxId]: _gone, ...others } = states;
  return others;
}
