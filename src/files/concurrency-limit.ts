// Owns how many files are open at a time, so that many files cannot use up the process's file handles.

const CUT_AT = 1_024;

/** Runs at most `max` tasks at a time, the others in the order they came. */
export function limitConcurrency(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  let waiting: (() => void)[] = [];
  let running = 0;
  /** Of those that wait; what stands before it has begun. Shifting the list each time would take all the time of thousands. */
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
    // A finished task hands its place on, so a place taken over is already counted.
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
