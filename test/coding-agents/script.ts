// What a scripted model answers, whatever the dialect: a cue in a prompt names a script, and the script says each answer in turn. Pure.

/** One call of a tool that the model asks for. */
export interface ScriptedCall {
  tool: string;
  input: Record<string, unknown>;
  /** Where a dialect groups its tools. */
  namespace?: string;
}

/** One answer of the model. */
export interface Answer {
  text?: string;
  calls?: readonly ScriptedCall[];
  /** Refused with this status as often as `times` says, then answered. */
  refused?: { status: number; times: number };
  /** Between two pieces of the text. */
  pieceMs?: number;
}

/** `told` is what the tools answered so far, newest last. */
export type Script = readonly (Answer | ((told: readonly string[]) => Answer))[];

export type Scripts = Readonly<Record<string, Script>>;

/** One message of a conversation, as far as scripts care. */
export interface Said {
  role: 'person' | 'model' | 'tool';
  text: string;
}

/** Where a conversation stands. */
export interface Position {
  cue: string;
  /** How many answers the model has given since the cue. */
  step: number;
}

/** What the model says when nobody has asked for anything. */
const BEYOND: Answer = { text: 'There is nothing more to do.' };
const CUE = /#cue-([a-z0-9-]+)/g;

/** The newest cue of a person counts. */
export function positionOf(conversation: readonly Said[]): Position {
  const asked = conversation.findLastIndex(({ role, text }) => role === 'person' && text.search(CUE) >= 0);
  const cue = [...(conversation[asked]?.text.matchAll(CUE) ?? [])].at(-1)?.[1] ?? 'none';
  return { cue, step: conversation.slice(asked + 1).filter(({ role }) => role === 'model').length };
}

/** The answer to a conversation that was asked for `attempt` times before, with what it is refused with this time. */
export function answerTo(scripts: Scripts, conversation: readonly Said[], attempt: number): { answer: Answer; status?: number } {
  const { cue, step } = positionOf(conversation);
  const scripted = scripts[cue]?.[step] ?? BEYOND;
  const told = conversation.filter(({ role }) => role === 'tool').map(({ text }) => text);
  const answer = typeof scripted === 'function' ? scripted(told) : scripted;
  const { refused } = answer;
  return refused !== undefined && attempt < refused.times ? { answer, status: refused.status } : { answer };
}
