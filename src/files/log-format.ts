// What following needs to know of the format of a log. Every source that reads files has one; this room has none.

/** A part of a line that counts on its own: usually the line itself. */
export interface Entry {
  text: string;
  /** Identifies the entry within its file: an id, or else a hash of the text (`hashKeyOf`). */
  key: string;
}

/** What one entry says. */
export interface Decoded<Event> {
  events: readonly Event[];
  /** Nobody sees anything of it, so that its disappearance is not worth a word. */
  isHidden?: boolean;
}

/** `Event` is what entries say; `at` is when, in milliseconds since the epoch. None of these functions throws. */
export interface LogFormat<Event extends { at: number }> {
  /** A decoder for one file. It may remember what it saw: entries come in order. */
  newDecoder(): (entry: string) => Decoded<Event>;
  /** The entries in a line. What is torn is an entry, too, so that it is counted. */
  entriesOf(line: string): Entry[];
  /** Whether something begins that can be shown without anything before it. */
  opens(event: Event): boolean;
  /** Whether what these events tell of, from `opens` on, has come to its end. */
  hasEnded(events: readonly Event[]): boolean;
  /** When a line was written, by its own words; `undefined` when it does not say. Without it the writer's clock is not known. */
  writtenAt?(line: string): number | undefined;
  /** Whether the file `original` may be called `name` after it was renamed in its folder. Without it such a file is gone. */
  isLaterName?(name: string, original: string): boolean;
}
