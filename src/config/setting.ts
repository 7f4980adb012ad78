// Defines one environment variable: its name, how its text becomes a value and back, and the problem when it cannot.

/** The value of a text, or what is wrong with the text ("is too long"). `wrong: undefined` quotes the text. */
export type Decoded<T> = { readonly value: T } | { readonly wrong: string | undefined };

/** A value's text form in both directions. `expected` completes the sentence "expected …". */
export interface TextForm<T> {
  readonly expected: string;
  /** Takes trimmed, non-empty text. */
  decode(text: string): Decoded<T>;
  /** Gives text that `decode` understands. */
  encode(value: T): string;
}

/** The text for an unset or empty variable; a function if the default depends on the environment. */
export type Fallback = string | ((env: NodeJS.ProcessEnv) => string);

/** One row of the configuration table. */
export interface Setting<T> {
  readonly variable: string;
  /** What it was called before. Still understood where the new name is not set. */
  readonly olderName?: string;
  readonly meaning: string;
  readonly form: TextForm<T>;
  readonly presence: { kind: 'required' } | { kind: 'optional' } | { kind: 'fallback'; text: Fallback };
  readonly secret: boolean;
}

/** The problem of a secret that we simply do not understand. */
const NOT_UNDERSTOOD = 'is not understood';

export function textForm<T>(expected: string, decode: (text: string) => Decoded<T>, encode: (value: T) => string): TextForm<T> {
  return { expected, decode, encode };
}

/** Decodes one variable's text; `wrong` never contains the value of a secret. */
export function decodeSetting<T>(setting: Setting<T>, text: string): { readonly value: T } | { readonly wrong: string } {
  const decoded = setting.form.decode(text);
  if ('value' in decoded) return decoded;
  return { wrong: decoded.wrong ?? (setting.secret ? NOT_UNDERSTOOD : `is ${JSON.stringify(shorten(text))}`) };
}

/** The text form of this value. */
export function encodeSetting<T>(setting: Setting<T>, value: T): string {
  return setting.form.encode(value);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
