// Sets how V8 keeps house. Owns no state.

import { setFlagsFromString } from 'node:v8';

/**
 * V8 doubles the part of the heap where things are born whenever much of it lives on, up to more than 100 MiB, and never gives that back.
 * A flood of files is short-lived and is collected as well in what a started process has.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
