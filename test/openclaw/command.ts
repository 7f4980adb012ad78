// What the commands that run real programs have in common: their options, their exit codes, their end by a signal.

const EXIT_USAGE = 64; // EX_USAGE of sysexits.h

export type Decoded<Wishes> = { kind: 'run'; wishes: Wishes } | { kind: 'help' } | { kind: 'wrong'; because: string };

/** Does what was asked for. Resolves with the exit code. */
export async function answer<Wishes>(decoded: Decoded<Wishes>, help: string, run: (wishes: Wishes) => Promise<number>): Promise<number> {
  switch (decoded.kind) {
    case 'help':
      console.log(help);
      return 0;
    case 'wrong':
      console.error(`${decoded.because}\n\n${help}`);
      return EXIT_USAGE;
    case 'run':
      return run(decoded.wishes);
    default:
      return decoded satisfies never;
  }
}

/** At a signal, everything that was started is closed before this process ends. */
export function closeOnSignal(rigs: readonly { close(): Promise<void> }[]): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void Promise.allSettled(rigs.map((rig) => rig.close())).then(() => process.exit(1)));
}
