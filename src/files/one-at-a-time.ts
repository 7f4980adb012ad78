// Runs work under a name: never twice at once, and once more when it was requested meanwhile.

interface Work {
  promise: Promise<void> | undefined;
  again: boolean;
}

export class OneAtATime {
  readonly #workByName = new Map<string, Work>();
  #isStopped = false;

  /** Calls `run` until it returns false. Resolves when that, and whatever was requested meanwhile, is done. */
  ask(name: string, run: () => Promise<boolean>): Promise<void> {
    const work = this.#workByName.get(name) ?? { promise: undefined, again: false };
    this.#workByName.set(name, work);
    work.again = true;
    // The promise is cleared only after it was set: work without a wait ends before that.
    work.promise ??= this.#repeat(work, run).finally(() => {
      work.promise = undefined;
      if (work.again && !this.#isStopped) void this.ask(name, run);
    });
    return work.promise;
  }

  isBusy(name: string): boolean {
    return this.#workByName.get(name)?.promise !== undefined;
  }

  /** Drops the state of this name; nothing more is expected for a while. */
  forget(name: string): void {
    this.#workByName.delete(name);
  }

  /** Starts nothing more. Resolves when the work in progress is done. */
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
