// The ports of a source to which nobody listens. A test replaces those that it looks at.

import { NOTHING_VISIBLE, type SourcePorts } from '../../src/core/source.ts';
import { systemClock } from '../../src/process/system-clock.ts';

export const SILENT_PORTS: SourcePorts = {
  clock: systemClock,
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  redact: (text) => text,
  emit: () => undefined,
  checkpoints: new Map(),
  onProgress: () => undefined,
  knownKeys: () => [],
  openTurns: () => [],
  visibility: () => NOTHING_VISIBLE,
};
