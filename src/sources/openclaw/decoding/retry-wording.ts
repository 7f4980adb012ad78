// Recognises what the gateway writes into a user line when it tries the same prompt again. Pure.

/**
 * How a user text says that it is another attempt. `plain`: it does not. `marked`: the last attempt failed. `instructed`: the last answer
 * was not good enough, although it may look like an end.
 */
export interface RetryWording {
  kind: 'plain' | 'marked' | 'instructed';
  /** The prompt without the gateway's text; empty when there is nothing else. */
  prompt: string;
}

// Some versions put the context of an earlier session in front of the mark.
const MARK =
  /^(?:## Prior session context[^]{0,20000}?\n\n)?\[Retry(?: \d{1,3}(?:(?:\/| of )\d{1,3})?)? after the (?:previous|last) [a-z ]{1,40}[^\]\n]{0,60}\]\s+/;
const CONTINUE =
  /^(?:Please c|C)ontinue (?:from )?where you left off[.:;] (?:The|Your) (?:previous|last) (?:model |assistant )?(?:attempt|turn|run|response|request)\b[^\n]{1,200}$/;
const INSTRUCTIONS: readonly RegExp[] = [
  /(?:^|\n\n)The previous (?:assistant turn|model attempt|attempt|response) (?:only described the plan|recorded reasoning but did not|did not produce a|completed its tool calls but did not|compacted the conversation context before)[^\n]{1,600}$/,
  /(?:^|\n\n)The previous (?:assistant turn|model attempt|attempt|run) (?:was|ended|stopped|hit|ran out)\b[^\n]{1,300}(?:Continue|Resume|Produce|produce)\b[^\n]{1,300}$/,
  /(?:^|\n\n)Continue from the (?:current|compacted) transcript (?:after|and produce)\b[^\n]{1,400}$/,
];
/** Not a retry: it already comes with the first attempt. */
const FAST_PATH = /\n\nThe latest user message is a short approval to proceed\.[^\n]{1,400}$/;

/** Separates a user text from the gateway's wording, as in OpenClaw 2026.2 to 2026.9. */
export function retryWording(text: string): RetryWording {
  const mark = MARK.exec(text);
  const rest = (mark === null ? text : text.slice(mark[0].length)).trimEnd().replace(FAST_PATH, '');
  if (CONTINUE.test(rest)) return { kind: 'marked', prompt: '' };
  const instruction = INSTRUCTIONS.map((wording) => wording.exec(rest)).find((found) => found !== null);
  if (instruction !== undefined) return { kind: 'instructed', prompt: rest.slice(0, instruction.index) };
  return { kind: mark === null ? 'plain' : 'marked', prompt: rest };
}
