// Limits how many tasks run at a time, so that many files cannot use up the file handles of the process.

const CUT_AT = 1_024;

/** Runs at most `max` tasks at a time. The others wait in the order in which they came. */
export function limitConcurrency(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let waiting: (() => void)[] = [];
  let running = 0;
  /** The first task that waits; those before it have begun. Shifting a list of thousands every time would be slow. */
  let first = 0;

  function next(): (() => void) | undefined {
    const start = waiting[first];
    if (start !== undefined) first += 1;
    if (first >= CUT_AT && first * 2 > waiting.length) {
      waiting = waiting.slice(first);
      first = 0;
    }
    return start;
  }

  return async (task) => {
    // A finished task passes its place on, so that place is already counted.
    if (running >= max) await new Promise<void>((start) => waiting.push(start));
    else running += 1;
    try {
      return await task();
    } finally {
      const start = next();
      if (start === undefined) running -= 1;
      else start();
    }
  };
}
