// Loaded into the measured process before its program: measures the delay of its event loop between `begin` and `end` of its parent.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

// The histogram measures from one timer to the next.
function delayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

process.on('message', (word) => {
  if (word === 'begin') {
    delays.reset();
    delays.enable();
  } else if (word === 'end') {
    delays.disable();
    process.send?.({ p99Ms: delayMs(delays.percentile(99)), longestMs: delayMs(delays.max) });
  }
});
process.channel?.unref();
