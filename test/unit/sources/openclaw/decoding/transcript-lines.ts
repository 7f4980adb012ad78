import { createTranscriptDecoder, type DecodedEvent } from '../../../../../src/sources/openclaw/transcripts/decode-transcript.ts';

/** When every line of these tests was written. */
export const AT = Date.UTC(2026, 10, 21, 2);

let count = 0;

export function entry(fields: object): string {
  return JSON.stringify({ id: `id${++count}`, parentId: null, timestamp: new Date(AT).toISOString(), ...fields });
}

function message(role: string, fields: object): string {
  return entry({ type: 'message', message: { role, timestamp: AT, ...fields } });
}

/** A user line as 2026.2 writes it: text in a block. */
export function userLine(text: string, fields: object = {}): string {
  return message('user', { content: [{ type: 'text', text }], ...fields });
}

export function assistantLine(fields: object): string {
  return message('assistant', { content: [], provider: 'p', model: 'm', stopReason: 'stop', ...fields });
}

export function callLine(name: string, args: unknown, callId = 'call1'): string {
  return assistantLine({ content: [{ type: 'toolCall', id: callId, name, arguments: args }], stopReason: 'toolUse' });
}

export function resultLine(fields: {
  toolName?: string;
  text?: string;
  details?: unknown;
  isError?: boolean;
  toolCallId?: string;
}): string {
  const { text = '', ...rest } = fields;
  return message('toolResult', { toolCallId: 'call1', toolName: 'exec', isError: false, content: [{ type: 'text', text }], ...rest });
}

/** Masks what follows `hush-`, and values of names that say `secret`. */
function maskHush(text: string): string {
  return text.replace(/hush-\w+/g, '[masked]').replace(/(secret\w*["']?[=:] *)[^\s,"'}]+/gi, '$1[masked]');
}

/** Everything the lines say, and the kinds the decoder did not know. */
export function decodeLines(...lines: string[]): { events: DecodedEvent[]; unknown: string[] } {
  const unknown: string[] = [];
  const decode = createTranscriptDecoder({ redact: maskHush, onUnknown: (kind) => unknown.push(kind) });
  return { events: lines.flatMap((line) => decode(line).events), unknown };
}

/** The events without their instants, which are all the same here. */
export function factsOf(...lines: string[]): object[] {
  return decodeLines(...lines).events.map(({ at: _at, ...fact }) => fact);
}
