// Encodes what tabs are sent: the same news once for all tabs that are in step, since each of them may be megabytes. Knows no tab.

import type { Picture } from './picture.ts';

export interface NewsFrame {
  /** Another one for each frame that was made. */
  readonly id: number;
  readonly bytes: Buffer;
  /** What is in it, without what makes it an event; shares the memory. */
  readonly data: Buffer;
}

const END = '\n\n';
const MAX_KEPT = 8; // readers that come back have all kinds of versions

export class NewsFrames {
  readonly #picture: Picture;
  readonly #epoch: string;
  /** Of the version below. */
  readonly #framesBySince = new Map<number | undefined, NewsFrame>();
  #version = 0;
  #made = 0;

  /** `epoch` names this process: versions of another one mean nothing here. */
  constructor(picture: Picture, epoch: string) {
    this.#picture = picture;
    this.#epoch = epoch;
  }

  /** What brings a tab that has version `since` to the newest one. */
  newsSince(since: number | undefined): NewsFrame {
    if (this.#version !== this.#picture.version() || this.#framesBySince.size >= MAX_KEPT) this.#framesBySince.clear();
    this.#version = this.#picture.version();
    const frame = this.#framesBySince.get(since) ?? { id: (this.#made += 1), ...this.#encode(since) };
    this.#framesBySince.set(since, frame);
    return frame;
  }

  /** The version that an event of ours had; `undefined` for what is none of ours. */
  versionOf(id: string | undefined): number | undefined {
    const [, epoch, version] = /^([^.]+)\.(\d{1,15})$/.exec(id ?? '') ?? [];
    return epoch === this.#epoch && Number(version) <= this.#picture.version() ? Number(version) : undefined;
  }

  #encode(since: number | undefined): Pick<NewsFrame, 'bytes' | 'data'> {
    const { version, isWhole, boxes, gone } = this.#picture.newsSince(since);
    const data = `{"boxes":[${boxes.join(',')}],"gone":${JSON.stringify(gone)}}`;
    const bytes = Buffer.from(`id: ${this.#epoch}.${version}\n${eventFrame(isWhole ? 'reset' : 'boxes', data)}`);
    return { bytes, data: bytes.subarray(-Buffer.byteLength(data) - END.length, -END.length) };
  }
}

/** JSON has no line breaks of its own. */
export function eventFrame(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}${END}`;
}
