// The least that looking at files costs: one `stat` of each.

import { statSync } from 'node:fs';
import { leastCpuMs } from '../harness/cpu-time.ts';

export interface LookedAt {
  cpuMs: number;
  bytes: number;
}

export function lookAt(paths: readonly string[]): LookedAt {
  let bytes = 0;
  const cpuMs = leastCpuMs(3, () => {
    bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  });
  return { cpuMs, bytes };
}
