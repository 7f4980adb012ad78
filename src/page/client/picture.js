// What the server has told: its boxes by id. Knows no element.

const PATIENCE_MS = 2_000;

export class Picture {
  boxesById = new Map();

  /** Returns the boxes that are new or another than before, with what they were. The others stay the very same objects. */
  take({ isWhole, boxes, gone }) {
    const told = boxes.map((box) => ({ box, before: this.boxesById.get(box.id) }));
    const changes = isWhole ? told.filter(({ box, before }) => JSON.stringify(box) !== JSON.stringify(before)) : told;
    if (isWhole) this.#keepOnly(new Set(boxes.map(({ id }) => id)));
    for (const { box } of changes) this.boxesById.set(box.id, box);
    for (const id of gone) this.boxesById.delete(id);
    return changes;
  }

  #keepOnly(ids) {
    for (const id of this.boxesById.keys()) if (!ids.has(id)) this.boxesById.delete(id);
  }

  boxes() {
    return [...this.boxesById.values()];
  }
}

/**
 * All boxes as they are when the page opens, which it asks for while its scripts load: so they need not wait for the stream. `undefined` when
 * they do not come soon: the stream tells the same, and what is wrong.
 */
export async function firstPicture() {
  try {
    const answer = await fetch('/boxes', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? { kind: 'news', isWhole: true, ...(await answer.json()) } : undefined;
  } catch {
    return undefined;
  }
}

/** From top to bottom. */
export const PARTS = ['waiting', 'working', 'silent', 'ended'];

/** In which part of the page a box is. */
export function partOf(box) {
  if (box.final) return 'ended';
  if (box.waits.length > 0 || box.state === 'waiting') return 'waiting';
  return box.state === 'silent' ? 'silent' : 'working';
}

const FAILED = new Set(['error', 'timeout', 'stopped', 'lost', 'rejected']);

export function hasFailed({ state }) {
  return FAILED.has(state);
}

/** Who has waited longest stands first; of the others, who started last. */
export function inOrder(boxes) {
  const since = (box) => Math.min(...box.waits.map((wait) => wait.since), box.lastEventAt);
  const rank = { waiting: since, working: (box) => -box.startedAt, silent: (box) => -box.startedAt, ended: (box) => -box.endedAt };
  return boxes
    .map((box) => ({ box, part: partOf(box) }))
    .map(({ box, part }) => ({ box, part, by: rank[part](box) }))
    .toSorted(
      (one, other) => PARTS.indexOf(one.part) - PARTS.indexOf(other.part) || one.by - other.by || (one.box.id < other.box.id ? -1 : 1),
    )
    .map(({ box }) => box);
}

/** `waiting`, `working`, `silent`, `failed` within the last hour. */
export function countsOf(boxes, now) {
  const counts = { waiting: 0, working: 0, silent: 0, failed: 0 };
  for (const box of boxes) {
    const part = partOf(box);
    if (part !== 'ended') counts[part] += 1;
    else if (hasFailed(box) && now - box.endedAt < 3_600_000) counts.failed += 1;
  }
  return counts;
}
