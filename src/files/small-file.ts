// Reads a small file as a whole whenever its version has changed. Does not interpret the text.

import { type FileIdentity, type FilePlace, type Refusal, refusalOf, withRegular } from './open-file.ts';
import { readAt } from './read-at.ts';

/** `read` has the whole text and when it was written (milliseconds since the epoch). `unchanged`: same version as at the last read. */
export type SmallFileRead =
  | { kind: 'unchanged' }
  | { kind: 'read'; text: string; writtenAt: number }
  | { kind: 'too_large' }
  | { kind: 'refused'; refusal: Refusal };

export class SmallFile {
  readonly #place: FilePlace;
  readonly #maxBytes: number;
  #version: string | undefined;

  constructor(place: FilePlace, maxBytes: number) {
    this.#place = place;
    this.#maxBytes = maxBytes;
  }

  /** Never throws. A file that was refused is read again as soon as it can be. */
  async read(): Promise<SmallFileRead> {
    try {
      return await withRegular(this.#place, (opened) => {
        if (opened.kind === 'open') return this.#readOpen(opened.fd, opened.identity);
        return this.#refused(opened.refusal);
      });
    } catch (error) {
      return this.#refused(refusalOf(error));
    }
  }

  /** The next read gives the text even if the file has not changed. */
  forget(): void {
    this.#version = undefined;
  }

  #readOpen(fd: number, { version, size, mtimeMs }: FileIdentity): SmallFileRead {
    if (version === this.#version) return { kind: 'unchanged' };
    this.#version = version;
    if (size > this.#maxBytes) return { kind: 'too_large' };
    return { kind: 'read', text: readAt(fd, 0, size).toString('utf8'), writtenAt: mtimeMs };
  }

  #refused(refusal: Refusal): SmallFileRead {
    this.#version = undefined;
    return { kind: 'refused', refusal };
  }
}
