// The port for time: real in the daemon, fake in the tests. No decision takes time from anywhere else.

/** Time as an argument. Instants are milliseconds since the Unix epoch. */
export interface Clock {
  /** The wall clock. It may jump; use it for times that people see or that are compared with files. */
  now(): number;
  /** Milliseconds that only ever grow. Use it for deadlines and distances. */
  monotonic(): number;
  /** Calls `run` once, when `delayMs` have passed by `monotonic` and never before; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}
