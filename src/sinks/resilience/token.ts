// Holds the current token. Does not know where it is read from, and never puts it into an error.

/** A token, or what is wrong with its source, in a text that does not quote it. */
export type TokenReading = { readonly value: string } | { readonly wrong: string };

export interface Token {
  current(): string;
  /** Reads the source again. Returns what is wrong with it, which leaves the token as it is. */
  refresh(): string | undefined;
}

/** `read` is called after each refusal. Without it (a token from the environment) the token never changes. */
export function createToken(initial: string, read: () => TokenReading = () => ({ value: initial })): Token {
  let token = initial.trim();
  return {
    current: () => token,
    refresh() {
      const reading = read();
      if ('wrong' in reading) return reading.wrong;
      const next = reading.value.trim();
      if (next === '') return 'is empty';
      token = next;
      return undefined;
    },
  };
}
