// The port for logging. Where lines go, and what is masked in them, is decided outside.

/** The fields of a line. Strings are masked before they leave; never put transcript text or tool arguments here. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log of sentences with fields, such as `log.warn({ file }, 'The transcript cannot be read.')`. Never throws. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
