// Pure: cuts the bytes of one JSON object into its members, piece by piece, so that a file of any size is parsed in small steps.
// Owns what of a member was seen so far; does not know what members mean.

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const MAX_MEMBER_BYTES = 1024 * 1024; // a row with all its snapshots has some ten kilobytes; a giant one is left out
const BLANK = /^[ \t\r\n]*$/;

/** Feed it the file from its beginning to its end. Everything that `JSON.parse` would not take for an object is `broken`. */
export class ObjectMembers {
  /** From the beginning of the member that is being read. */
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Between the key of that member and its value. */
  #colon: number | undefined;
  #depth = 0;
  #isInText = false;
  #isTooLong = false;
  #members = 0;
  #phase: 'before' | 'inside' | 'after' | 'broken' = 'before';

  /** The members that are complete with these bytes. */
  take(chunk: Buffer): [key: string, value: unknown][] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const found: [string, unknown][] = [];
    for (; this.#position < this.#bytes.length && this.#phase !== 'broken'; this.#position++) this.#step(found);
    if (this.#position > MAX_MEMBER_BYTES) this.#drop();
    return found;
  }

  /** Whether the bytes were one whole object. */
  isWhole(): boolean {
    return this.#phase === 'after' && BLANK.test(this.#bytes.toString('latin1'));
  }

  get isBroken(): boolean {
    return this.#phase === 'broken';
  }

  #step(found: [string, unknown][]): void {
    const byte = this.#bytes[this.#position] ?? 0;
    if (this.#isInText) return this.#stepInText(byte);
    switch (byte) {
      case QUOTE:
        this.#isInText = true;
        return;
      case OPEN:
      case OPEN_LIST:
        this.#depth += 1;
        if (this.#depth === 1) this.#begin(byte);
        return;
      case CLOSE:
      case CLOSE_LIST:
        this.#depth -= 1;
        if (this.#depth === 0) this.#end(byte, found);
        return;
      case COMMA:
        if (this.#depth === 1) this.#cut(found);
        return;
      case COLON:
        if (this.#depth === 1) this.#colon ??= this.#position;
        return;
      default:
    }
  }

  #stepInText(byte: number): void {
    if (byte === BACKSLASH) this.#position += 1;
    else if (byte === QUOTE) this.#isInText = false;
  }

  #begin(byte: number): void {
    const isFirst = this.#phase === 'before' && byte === OPEN && BLANK.test(this.#seen());
    this.#phase = isFirst ? 'inside' : 'broken';
    this.#forget();
  }

  #end(byte: number, found: [string, unknown][]): void {
    if (byte !== CLOSE || this.#phase !== 'inside') this.#phase = 'broken';
    // An object without members has nothing between its braces; behind a comma there must be something.
    else if (this.#members > 0 || !BLANK.test(this.#seen())) this.#cut(found);
    if (this.#phase === 'inside') this.#phase = 'after';
    if (this.#phase === 'after' && this.#members === 0) this.#forget();
  }

  #cut(found: [string, unknown][]): void {
    if (this.#isTooLong) return this.#taken();
    const member = this.#parsed();
    if (member === undefined) {
      this.#phase = 'broken';
      return;
    }
    found.push(member);
    this.#taken();
  }

  /** Key and value as two items: of a key in its place V8 would keep a copy for as long as it can. */
  #parsed(): [key: string, value: unknown] | undefined {
    const colon = this.#colon;
    if (colon === undefined) return undefined;
    const [key, value, ...more] = listIn(
      `[${this.#bytes.toString('utf8', 0, colon)},${this.#bytes.toString('utf8', colon + 1, this.#position)}]`,
    );
    return typeof key === 'string' && value !== undefined && more.length === 0 ? [key, value] : undefined;
  }

  #taken(): void {
    this.#members += 1;
    this.#isTooLong = false;
    this.#forget();
  }

  /** Goes on without what was read of the member in hand. */
  #drop(): void {
    this.#isTooLong = this.#phase === 'inside';
    this.#position -= this.#bytes.length; // a backslash may have carried it beyond the end
    this.#bytes = Buffer.alloc(0);
  }

  /** What was read of the member before the byte in hand. */
  #seen(): string {
    return this.#bytes.toString('utf8', 0, this.#position);
  }

  #forget(): void {
    this.#bytes = this.#bytes.subarray(this.#position + 1);
    this.#colon = undefined;
    this.#position = -1; // the loop goes on with the first byte
  }
}

function listIn(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
