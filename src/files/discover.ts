// Makes one answer of the looks at the folders of a source: which are there, and which may not be read.

import { refusalOf } from './open-file.ts';
import type { Discovery, Folder } from './watched-folders.ts';

/** The folder; only its path when it may not be read; `undefined` when there is none. */
export type FolderLook<Place extends Folder> = Place | string | undefined;

/** `look` throws where the folder cannot be looked at. */
export function lookAtFolder<Place extends Folder>(path: string, look: () => Place | undefined): FolderLook<Place> {
  try {
    return look();
  } catch (error) {
    return refusalOf(error) === 'missing' ? undefined : path;
  }
}

/** `look` throws where the directory of the source itself cannot be looked at. */
export async function discover<Place extends Folder>(look: () => Promise<FolderLook<Place>[]>): Promise<Discovery<Place>> {
  try {
    const found = (await look()).filter((each) => each !== undefined);
    return {
      kind: 'found',
      folders: found.filter((each) => typeof each !== 'string'),
      unreadable: found.filter((each) => typeof each === 'string'),
    };
  } catch (error) {
    return { kind: refusalOf(error) === 'missing' ? 'missing' : 'unreadable' };
  }
}
