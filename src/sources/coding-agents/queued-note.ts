// Says that somebody typed a message while the agent was at work. Pure.

/** `words`: what was typed, redacted, or nothing where that may not be shown. */
export function queuedNoteOf(words: string): string {
  return noteWith('a message was queued', words);
}

export function takenInNoteOf(words: string): string {
  return noteWith('a queued message was taken in', words);
}

function noteWith(note: string, words: string): string {
  return words === '' ? note : `${note}: “${words}”`;
}
