// What a source may say: everything until it is stopped, nothing from then on. What it does not say does not count as read, so the next
// process reads it again.

import type { Source, SourcePorts } from './source.ts';

type SayingPorts = Pick<SourcePorts, 'clock' | 'emit'> & { onProgress?(path: string, position: unknown): void };

/** Ports that let nothing through after the stop. */
export type OpenPorts<Ports> = Ports & {
  /** When an event was emitted last, by our wall clock; `undefined` before the first one. */
  lastEventAt(): number | undefined;
};

/** The source that `make` makes of these ports. Its `stop` closes them before anything else. */
export function untilStopped<Ports extends SayingPorts, Made extends Source>(ports: Ports, make: (open: OpenPorts<Ports>) => Made): Made {
  let isStopped = false;
  let lastEventAt: number | undefined;
  const source = make({
    ...ports,
    emit: (event) => {
      if (isStopped) return;
      lastEventAt = ports.clock.now();
      ports.emit(event);
    },
    onProgress: (path: string, position: unknown) => (isStopped ? undefined : ports.onProgress?.(path, position)),
    lastEventAt: () => lastEventAt,
  });
  const stop = (): Promise<void> => {
    isStopped = true;
    return source.stop();
  };
  return { ...source, stop };
}
