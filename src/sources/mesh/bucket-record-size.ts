// How large a record in a bucket is. A server refuses messages over 1 MB, and then the task is stuck. Pure.

import type { NoteView } from './box-view.ts';

const LARGE_BYTES = 800_000;
/** From here on the next change may not fit any more. */
export const TOO_LARGE_BYTES = 950_000;

export function sizeNote(bytes: number | undefined): NoteView[] {
  if (bytes === undefined || bytes <= LARGE_BYTES) return [];
  const isTooLarge = bytes > TOO_LARGE_BYTES;
  const text = `its record has ${Math.round(bytes / 1_000)} KB${isTooLarge ? ', and the bus takes 1,000 at most' : ''}`;
  return [{ noteId: 'record-size', text, severity: isTooLarge ? 'critical' : 'warning' }];
}
