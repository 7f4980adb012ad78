// Keeps items in an order in which the first is always known. Adding, removing and moving one takes logarithmic time.

export class Heap<T> {
  readonly #isBefore: (one: T, other: T) => boolean;
  readonly #items: T[] = [];
  readonly #indexByItem = new Map<T, number>();

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): T | undefined {
    return this.#items[0];
  }

  /** Adds the item, or moves it to where it belongs by now. */
  put(item: T): void {
    const index = this.#indexByItem.get(item) ?? this.#items.length;
    this.#set(index, item);
    this.#sink(this.#rise(index));
  }

  delete(item: T): void {
    const index = this.#indexByItem.get(item);
    if (index === undefined) return;
    this.#indexByItem.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#set(index, last);
    this.#sink(this.#rise(index));
  }

  #set(index: number, item: T): void {
    this.#items[index] = item;
    this.#indexByItem.set(item, index);
  }

  /** Returns where the item ends up. */
  #rise(from: number): number {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) break;
      index = parent;
    }
    return index;
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const child = this.#firstChild(index);
      if (child === undefined || !this.#swapIfBefore(child, index)) return;
      index = child;
    }
  }

  #firstChild(index: number): number | undefined {
    const left = this.#items[2 * index + 1];
    const right = this.#items[2 * index + 2];
    if (left === undefined) return undefined;
    return right !== undefined && this.#isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const [below, above] = [this.#items[lower], this.#items[upper]];
    if (below === undefined || above === undefined || !this.#isBefore(below, above)) return false;
    this.#set(upper, below);
    this.#set(lower, above);
    return true;
  }
}
