// Owns how often each finding was made and which lines each box shows of it. Knows no rule.

import type { Finding, Severity } from './rules/rule.ts';

/** One line of a box. */
interface BoxLine {
  severity: Severity;
  sentence: string;
  count: number;
}

/** Plain data for the checkpoint. */
export interface StoredTally {
  countsByKey: Record<string, number>;
  linesByBox: Record<string, Record<string, BoxLine>>;
  countsByRule: Record<string, number>;
}

const MAX_KEYS = 2_000;
const MAX_BOXES = 500;
const MAX_LINES_PER_BOX = 12; // more would push everything else out of the post

export class Tally {
  readonly #countsByKey: Map<string, number>;
  readonly #linesByBox: Map<string, Record<string, BoxLine>>;
  readonly #countsByRule: Record<string, number>;

  constructor(stored: StoredTally | undefined) {
    this.#countsByKey = new Map(Object.entries(stored?.countsByKey ?? {}));
    this.#linesByBox = new Map(Object.entries(stored?.linesByBox ?? {}));
    this.#countsByRule = { ...stored?.countsByRule };
  }

  stored(): StoredTally {
    return {
      countsByKey: Object.fromEntries(this.#countsByKey),
      linesByBox: Object.fromEntries(this.#linesByBox),
      countsByRule: { ...this.#countsByRule },
    };
  }

  /** Counts a finding; the same one of a conversation again is a repeat, shown with the number of times. */
  add(finding: Finding): { isNew: boolean } {
    const key = `${finding.conversation}|${finding.rule}|${finding.sameAs}`;
    const count = (this.#countsByKey.get(key) ?? 0) + 1;
    renew(this.#countsByKey, key, count, MAX_KEYS);
    this.#countsByRule[finding.rule] = (this.#countsByRule[finding.rule] ?? 0) + 1;
    this.#show(finding, key, count);
    return { isNew: count === 1 };
  }

  #show({ boxId, severity, sentence }: Finding, key: string, count: number): void {
    const lines = { ...this.#linesByBox.get(boxId) };
    if (key in lines || Object.keys(lines).length < MAX_LINES_PER_BOX) lines[key] = { severity, sentence, count };
    renew(this.#linesByBox, boxId, lines, MAX_BOXES);
  }

  /** The sentences of one severity for a box, oldest first: `… (×3)`. */
  linesOf(boxId: string, severity: Severity): string[] {
    const lines = Object.values(this.#linesByBox.get(boxId) ?? {});
    return lines
      .filter((line) => line.severity === severity)
      .map(({ sentence, count }) => (count === 1 ? sentence : `${sentence} (×${count})`));
  }

  countsByRule(): Record<string, number> {
    return { ...this.#countsByRule };
  }
}

/** Puts a key last; the first ones are given up beyond `most`. */
function renew<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
