// What other machines found about their agents, by box, as their records tell it. Owns nothing else of a record.

import type { RecordMarks } from '../fleet/turn-record.ts';
import type { Findings } from './coordinator-wiring.ts';

export class ToldFindings implements Findings {
  readonly #marksByBox = new Map<string, RecordMarks>();

  set(boxId: string, marks: RecordMarks): void {
    this.#marksByBox.set(boxId, marks);
  }

  forget(boxId: string): void {
    this.#marksByBox.delete(boxId);
  }

  violationsFor(boxId: string): string[] {
    return [...(this.#marksByBox.get(boxId)?.violations ?? [])];
  }

  remarksFor(boxId: string): string[] {
    return [...(this.#marksByBox.get(boxId)?.remarks ?? [])];
  }

  badge(boxId: string): string | undefined {
    return this.#marksByBox.get(boxId)?.badge;
  }

  /** No record says so. */
  isLooping(): boolean {
    return false;
  }
}
