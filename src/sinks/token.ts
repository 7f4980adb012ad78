// Owns the current token. Does not know where it is read from, and never says what it is in an error.

/** A token, or what is wrong with its source in words that do not quote it. */
export type TokenReading = { readonly value: string } | { readonly wrong: string };

export interface Token {
  current(): string;
  /** Reads the source again. What is wrong with it leaves the token as it is. */
  refresh(): 'same' | 'changed' | { readonly wrong: string };
}

/** `read` is asked after each refusal; without it (a token from the environment) the token never changes. */
export function createToken(initial: string, read: () => TokenReading = () => ({ value: initial })): Token {
  let token = initial.trim();
  return {
    current: () => token,
    refresh() {
      const reading = read();
      if ('wrong' in reading) return reading;
      const next = reading.value.trim();
      if (next === '') return { wrong: 'is empty' };
      if (next === token) return 'same';
      token = next;
      return 'changed';
    },
  };
}
