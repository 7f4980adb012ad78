// Counts what a decoder did not know, by the name that the input has for it. The input may be anybody's.

const MAX_KINDS = 100;
const NAME = /^[\w:./-]{1,60}$/;

export class UnknownKinds {
  readonly #countByKind = new Map<string, number>();

  get counts(): Record<string, number> {
    return Object.fromEntries(this.#countByKind);
  }

  add(kind: string): void {
    const isKept = this.#countByKind.has(kind) || (NAME.test(kind) && this.#countByKind.size < MAX_KINDS);
    const name = isKept ? kind : 'other';
    this.#countByKind.set(name, (this.#countByKind.get(name) ?? 0) + 1);
  }
}
