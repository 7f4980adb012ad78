// One line that a task's box should have now. Pure.

/** `rank`: the lower ones stay when there are too many. */
export interface Note {
  id: string;
  text: string;
  severity: 'info' | 'warning' | 'critical';
  rank: number;
  /** When it began to be true, by the writer's clock; `undefined` for now. */
  at: number | undefined;
  /** It is told again only when this changes; by default that is its text. */
  version?: string;
}

const MAX_NOTES = 11; // a turn keeps twelve
const WEIGHT = { critical: 0, warning: 1, info: 2 } as const;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** The notes that matter most: the lowest rank, then severity, then the newest. */
export function chosenNotes(notes: readonly Note[]): Note[] {
  return notes
    .toSorted(
      (a, b) => a.rank - b.rank || WEIGHT[a.severity] - WEIGHT[b.severity] || (b.at ?? NEWEST) - (a.at ?? NEWEST) || (a.id < b.id ? -1 : 1),
    )
    .slice(0, MAX_NOTES);
}
