// Owns where somebody stands who looks at all of many things, some at a time, again and again. They may come and go meanwhile.

export class RoundRobin<T> {
  readonly #things: ReadonlyMap<string, T>;
  #rest: IterableIterator<T> = [].values();

  constructor(things: ReadonlyMap<string, T>) {
    this.#things = things;
  }

  /** The next ones, at most `count` and none twice. */
  next(count: number): T[] {
    const some: T[] = [];
    for (let left = Math.min(count, this.#things.size); left > 0; left--) {
      let next = this.#rest.next();
      if (next.done === true) {
        this.#rest = this.#things.values();
        next = this.#rest.next();
      }
      if (next.done !== true) some.push(next.value);
    }
    return some;
  }
}
