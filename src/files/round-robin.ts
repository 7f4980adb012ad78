// Goes round a map again and again, a few values at a time. Values may come and go meanwhile.

export class RoundRobin<T> {
  readonly #things: ReadonlyMap<string, T>;
  #rest: IterableIterator<T> = [].values();

  constructor(things: ReadonlyMap<string, T>) {
    this.#things = things;
  }

  /** The next values: at most `count`, and none of them twice. */
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
