// Owns what is being done under each name: never twice at once, and once more when it was asked for meanwhile. Knows not what it is.

interface Work {
  promise: Promise<void> | undefined;
  again: boolean;
}

export class OneAtATime {
  readonly #workByName = new Map<string, Work>();
  #isStopped = false;

  /** Runs `run` until it says that there is no more. Resolves when that, and whatever was asked for meanwhile, is done. */
  ask(name: string, run: () => Promise<boolean>): Promise<void> {
    const work = this.#workByName.get(name) ?? { promise: undefined, again: false };
    this.#workByName.set(name, work);
    work.again = true;
    // Cleared only after it was set: what is done without a wait ends before that.
    work.promise ??= this.#repeat(work, run).finally(() => {
      work.promise = undefined;
      if (work.again && !this.#isStopped) void this.ask(name, run);
    });
    return work.promise;
  }

  isBusy(name: string): boolean {
    return this.#workByName.get(name)?.promise !== undefined;
  }

  /** There will be nothing more under this name for a while. */
  forget(name: string): void {
    this.#workByName.delete(name);
  }

  /** Nothing is begun any more. Resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#workByName.values()].flatMap(({ promise }) => promise ?? []));
  }

  async #repeat(work: Work, run: () => Promise<boolean>): Promise<void> {
    while (work.again && !this.#isStopped) {
      work.again = false;
      if (await run()) work.again = true;
    }
  }
}
