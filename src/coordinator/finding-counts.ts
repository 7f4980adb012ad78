// Counts how often each finding was made, and keeps the lines that each box shows. Knows no rule.

import { setBounded } from '../core/bounded-map.ts';
import { type Finding, type Severity, type SeverityName, severityName } from './rules/rule.ts';

/** One line of a box. */
interface BoxLine {
  severity: SeverityName;
  sentence: string;
  count: number;
  /** Absent in checkpoints of earlier versions. */
  rule?: string;
}

/** Plain data for the checkpoint. */
export interface StoredFindingCounts {
  countsByKey: Record<string, number>;
  linesByBox: Record<string, Record<string, BoxLine>>;
  countsByRule: Record<string, number>;
}

const MAX_KEYS = 2_000;
const MAX_BOXES = 500;
const MAX_LINES_PER_BOX = 12; // more would leave no room in the post for anything else

export class FindingCounts {
  readonly #countsByKey: Map<string, number>;
  readonly #linesByBox: Map<string, Record<string, BoxLine>>;
  readonly #countsByRule: Record<string, number>;

  constructor(stored: StoredFindingCounts | undefined) {
    this.#countsByKey = new Map(Object.entries(stored?.countsByKey ?? {}));
    this.#linesByBox = new Map(Object.entries(stored?.linesByBox ?? {}));
    this.#countsByRule = { ...stored?.countsByRule };
  }

  stored(): StoredFindingCounts {
    return {
      countsByKey: Object.fromEntries(this.#countsByKey),
      linesByBox: Object.fromEntries(this.#linesByBox),
      countsByRule: { ...this.#countsByRule },
    };
  }

  /** Counts a finding. The same one in the same conversation is a repeat, and its line shows the number; newer words for it are none. */
  add(finding: Finding): { isNew: boolean } {
    const key = `${finding.conversation}|${finding.rule}|${finding.sameAs}`;
    const known = this.#countsByKey.get(key) ?? 0;
    const count = finding.isUpdate === true ? Math.max(known, 1) : known + 1;
    setBounded(this.#countsByKey, key, count, MAX_KEYS);
    this.#countsByRule[finding.rule] = (this.#countsByRule[finding.rule] ?? 0) + count - known;
    this.#show(finding, key, count);
    return { isNew: known === 0 };
  }

  #show({ boxId, rule, severity, sentence }: Finding, key: string, count: number): void {
    const lines = { ...this.#linesByBox.get(boxId) };
    if (key in lines || Object.keys(lines).length < MAX_LINES_PER_BOX)
      lines[key] = { severity: severityName(severity), sentence, count, rule };
    setBounded(this.#linesByBox, boxId, lines, MAX_BOXES);
  }

  /** The sentences of one severity for a box, oldest first: `… (×3)`. */
  linesOf(boxId: string, severity: Severity): string[] {
    const lines = Object.values(this.#linesByBox.get(boxId) ?? {});
    return lines
      .filter((line) => line.severity === severityName(severity))
      .map(({ sentence, count }) => (count === 1 ? sentence : `${sentence} (×${count})`));
  }

  /** Whether that box shows a finding of that rule. */
  has(boxId: string, rule: string): boolean {
    return Object.values(this.#linesByBox.get(boxId) ?? {}).some((line) => line.rule === rule);
  }

  countsByRule(): Record<string, number> {
    return { ...this.#countsByRule };
  }
}
