// Splits the bytes of one JSON object into its members, piece by piece, so that a file of any size is parsed in small steps.
// Keeps only the bytes of the current member.

import { asList, parseJson } from '../../../core/json-guards.ts';

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const MAX_MEMBER_BYTES = 1024 * 1024; // a row with all its snapshots has some ten kilobytes; a larger member is left out
const BLANK = /^[ \t\r\n]*$/;

/** Give it the file from beginning to end. Everything that `JSON.parse` would not accept as an object is `broken`. */
export class ObjectMembers {
  /** The bytes from the beginning of the current member. */
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  /** The position between the key of that member and its value. */
  #colon: number | undefined;
  #depth = 0;
  #isInText = false;
  #isTooLong = false;
  #members = 0;
  #phase: 'before' | 'inside' | 'after' | 'broken' = 'before';

  /** Adds bytes and returns the members that are complete now. */
  take(chunk: Buffer): [key: string, value: unknown][] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const found: [string, unknown][] = [];
    for (; this.#position < this.#bytes.length && this.#phase !== 'broken'; this.#position++) this.#step(found);
    if (this.#position > MAX_MEMBER_BYTES) this.#drop();
    return found;
  }

  /** Whether all bytes together were one whole object. */
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
    // An object without members has nothing between its braces. After a comma there must be a member.
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

  /** Parses key and value as two items of a list: V8 would keep a copy of a property name for as long as it can. */
  #parsed(): [key: string, value: unknown] | undefined {
    const colon = this.#colon;
    if (colon === undefined) return undefined;
    const text = `[${this.#bytes.toString('utf8', 0, colon)},${this.#bytes.toString('utf8', colon + 1, this.#position)}]`;
    const [key, value, ...more] = asList(parseJson(text));
    return typeof key === 'string' && value !== undefined && more.length === 0 ? [key, value] : undefined;
  }

  #taken(): void {
    this.#members += 1;
    this.#isTooLong = false;
    this.#forget();
  }

  /** Drops what was read of the current member. */
  #drop(): void {
    this.#isTooLong = this.#phase === 'inside';
    this.#position -= this.#bytes.length; // a backslash may have moved it beyond the end
    this.#bytes = Buffer.alloc(0);
  }

  /** The bytes of the member before the current byte. */
  #seen(): string {
    return this.#bytes.toString('utf8', 0, this.#position);
  }

  #forget(): void {
    this.#bytes = this.#bytes.subarray(this.#position + 1);
    this.#colon = undefined;
    this.#position = -1; // the loop goes on with the first byte
  }
}
