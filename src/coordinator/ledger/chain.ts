// Checks the chain of a ledger line by line, and counts the outcomes of its entries. Reads no files.

import { decodeEntry, type HashForm, type LedgerEntry, ZERO_HASH } from './entry.ts';
import { createResilience, type Resilience } from './resilience.ts';

/**
 * `forked`: the hash is right but the link is not, as when two writers read the same last line. `tampered`: the hash has none of the
 * known forms. `damaged`: the line is no entry.
 */
export type BreakKind = 'forked' | 'tampered' | 'damaged';

export interface Break {
  kind: BreakKind;
  /** From 1. */
  line: number;
}

export interface ChainFacts {
  lines: number;
  /** The first breaks, in order; `breakCounts` counts all. */
  breaks: readonly Break[];
  breakCounts: Readonly<Record<BreakKind, number>>;
  /** Lines whose hash fits only the ASCII form: intact, though the publisher's own check calls them broken. */
  lineageLines: readonly number[];
  lineageCount: number;
  dialect: 'none' | 'skills' | 'plugin' | 'mixed';
  resilience: Resilience;
}

const KEPT = 20; // lines that are named

export class Chain {
  #lines = 0;
  #lastHash = ZERO_HASH;
  readonly #breaks: Break[] = [];
  readonly #breakCounts: Record<BreakKind, number> = { forked: 0, tampered: 0, damaged: 0 };
  readonly #lineageLines: number[] = [];
  #lineageCount = 0;
  #hasSkills = false;
  #hasPlugin = false;
  readonly #resilience = createResilience();

  /** Takes the next line without its line feed; `undefined` stands for one too long to be an entry. Blank lines only count as lines. */
  feed(line: string | undefined): { entry?: LedgerEntry; broke?: Break } {
    this.#lines++;
    if (line?.trim() === '') return {};
    const entry = line === undefined ? undefined : decodeEntry(line);
    if (entry === undefined) return { broke: this.#addBreak('damaged') };
    const isLinked = entry.previousHash === this.#lastHash || (this.#lines === 1 && entry.previousHash === entry.anchor);
    this.#lastHash = entry.hash;
    this.#resilience.feed(entry.outcome);
    if (entry.form === undefined) return { entry, broke: this.#addBreak('tampered') };
    this.#countForm(entry.form);
    return isLinked ? { entry } : { entry, broke: this.#addBreak('forked') };
  }

  #addBreak(kind: BreakKind): Break {
    const broke = { kind, line: this.#lines };
    this.#breakCounts[kind]++;
    if (this.#breaks.length < KEPT) this.#breaks.push(broke);
    return broke;
  }

  #countForm(form: HashForm): void {
    if (form === 'plugin') this.#hasPlugin = true;
    else this.#hasSkills = true;
    if (form !== 'lineage') return;
    this.#lineageCount++;
    if (this.#lineageLines.length < KEPT) this.#lineageLines.push(this.#lines);
  }

  facts(): ChainFacts {
    return {
      lines: this.#lines,
      breaks: [...this.#breaks],
      breakCounts: { ...this.#breakCounts },
      lineageLines: [...this.#lineageLines],
      lineageCount: this.#lineageCount,
      dialect: dialectOf(this.#hasSkills, this.#hasPlugin),
      resilience: this.#resilience.facts(),
    };
  }
}

function dialectOf(hasSkills: boolean, hasPlugin: boolean): ChainFacts['dialect'] {
  if (hasSkills && hasPlugin) return 'mixed';
  if (hasPlugin) return 'plugin';
  return hasSkills ? 'skills' : 'none';
}
