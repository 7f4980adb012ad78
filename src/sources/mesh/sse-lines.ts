// Frames server-sent events. Pure but for the rest of the last piece.

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

const MOST_CHARS = 4_000_000; // what is longer is dropped, up to its end

export class SseLines {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #chars = 0;

  /** The events that end in this piece. */
  take(piece: string): ServerSentEvent[] {
    if (!/[\r\n]/.test(piece)) {
      if (this.#rest.length < MOST_CHARS) this.#rest += piece;
      return [];
    }
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = (lines.pop() ?? '').slice(0, MOST_CHARS);
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field !== 'data') return [];
    this.#chars += value.length;
    if (this.#chars <= MOST_CHARS) this.#data.push(value);
    return [];
  }

  #end(): ServerSentEvent[] {
    const { event, data } = { event: this.#event, data: this.#data.join('\n') };
    const isWhole = this.#data.length > 0 && this.#chars <= MOST_CHARS;
    this.#event = '';
    this.#data = [];
    this.#chars = 0;
    return isWhole ? [{ event, data }] : [];
  }
}
