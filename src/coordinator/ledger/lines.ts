// Splits bytes into lines without ever holding more than one line and one chunk.

export const MAX_LINE_BYTES = 1_048_576; // no entry of any writer comes near

/** `undefined` is a line that was too long. */
export type FramedLine = string | undefined;

/** Frames on the byte `\n` alone; what stands behind the last one is kept for the next chunk. */
export class LineFramer {
  #parts: Buffer[] = [];
  #length = 0;
  #isTooLong = false;

  /** The lines that this chunk completes. */
  feed(chunk: Buffer): FramedLine[] {
    const lines: FramedLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** Whether bytes of an unfinished line are held. */
  hasRest(): boolean {
    return this.#length > 0 || this.#isTooLong;
  }

  /** The unfinished line, which is given up. */
  rest(): FramedLine {
    return this.#take();
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > MAX_LINE_BYTES) {
      this.#isTooLong = true;
      this.#parts = [];
    } else if (part.length > 0) {
      this.#parts.push(Buffer.from(part));
    }
  }

  #take(): FramedLine {
    const line = this.#isTooLong ? undefined : Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#length = 0;
    this.#isTooLong = false;
    return line;
  }
}
