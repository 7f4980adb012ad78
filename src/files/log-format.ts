// What a follower must know about the format of a log. Every source of files brings its own.

/** One record of a log: usually a whole line. */
export interface Entry {
  text: string;
  /** Identifies the entry within its file: an id, or else a hash of the text (`hashKeyOf`). */
  key: string;
}

/** What one entry says. */
export interface Decoded<Event> {
  events: readonly Event[];
  /** Nobody sees anything of it, so its removal is not reported. */
  isHidden?: boolean;
}

/** The file that a decoder is for. */
export interface DecodedFile {
  path: string;
  /** The decoder gets every entry from the first one on. Otherwise it begins in the middle. */
  isWhole: boolean;
}

/** Entries become values of type `Event`; their `at` is in milliseconds since the epoch. None of these functions throws. */
export interface LogFormat<Event extends { at: number }> {
  /** A decoder for one file. It may keep state, because entries come in order. */
  newDecoder(file: DecodedFile): (entry: string) => Decoded<Event>;
  /** The entries in a line. A torn piece is an entry, too, so that it is counted. */
  entriesOf(line: string): Entry[];
  /** Whether this event begins something that can be shown without anything before it. */
  opens(event: Event): boolean;
  /** Whether what these events describe, from `opens` on, has ended. */
  hasEnded(events: readonly Event[]): boolean;
  /** When a line was written, by its own timestamp; `undefined` without one. Without this function the writer's clock is unknown. */
  writtenAt?(line: string): number | undefined;
  /** Whether the file `original` may be called `name` after a rename in its folder. Without this function such a file is gone. */
  isLaterName?(name: string, original: string): boolean;
}
