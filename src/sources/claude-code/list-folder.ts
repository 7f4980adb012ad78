// Lists the names in a folder. Tens of thousands of them do not block the event loop.

import { opendir } from 'node:fs/promises';
import { type Refusal, refusalOf } from '../../files/open-file.ts';

const ENTRIES_AT_ONCE = 128;

/** The names that are not known yet, or why the folder cannot be listed. */
export async function listFolder(path: string, isKnown: (name: string) => boolean): Promise<string[] | Refusal> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(path, { bufferSize: ENTRIES_AT_ONCE })) if (!isKnown(name)) names.push(name);
    return names;
  } catch (error) {
    return refusalOf(error);
  }
}
