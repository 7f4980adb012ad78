// Separates the text of a user line from the gateway's additions. 2026.2 prefixes notes, an envelope or blocks of metadata; 2026.7 stores
// the bare text. The text itself does not leave this folder, unless a rule is on that needs it (question.ts).

import { hasChatMarks } from './chat-marks.ts';
import { asRecord, asText, type JsonRecord, parseJson } from '../../../core/json-guards.ts';
import { type RetryWording, retryWording } from './retry-wording.ts';

/** A background command that ended; `handle` is as the gateway prints it, cut to eight characters. */
interface EndedCommand {
  handle: string;
  exitCode?: number;
}

export interface UserText {
  endedCommands: EndedCommand[];
  /** The text without notes and envelope. */
  body: string;
  /** The text without all of the gateway's additions: also without blocks of metadata and the mark of another attempt. */
  prompt: string;
  wording: RetryWording['kind'];
  /** The metadata block of a message from a channel. */
  conversation?: JsonRecord;
  /** The metadata block of the sender. */
  sender?: JsonRecord;
  /** Something around the text shows that it came from a chat, but not from whose. */
  isOfChat: boolean;
  /** The text begins with the time at which it was sent. */
  isEnveloped: boolean;
}

const MAX_READ_CHARS = 100_000; // everything of interest is at the beginning
const SYSTEM_LINE = /^System(?: \(untrusted\))?: \[[^\]\n]{1,60}\] ?([^\n]*)(?:\n|$)/;
const ENDED_COMMAND = /^Exec (?:completed|failed|killed) \(([\w-]{1,64}), (?:code (-?\d{1,6})|signal \w{1,20})\)/;
const ABORTED_NOTE = /^Note: The previous agent run was aborted[^\n]*(?:\n|$)/;
const ENVELOPE = /^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d[^\]\n]{0,40}\] ?/m;
const METADATA_BLOCK = /^[A-Z][\w ]{0,40} \(untrusted[^)\n]{0,40}\):\n```json\n[^`]{0,20000}\n```\n*/gm;
const CONVERSATION = /^Conversation info \(untrusted metadata\):\n```json\n/m;
const SENDER = /^Sender \(untrusted metadata\):\n```json\n/m;

/** Splits a user text; every part may be missing. */
export function readUserText(text: string): UserText {
  const marked = retryWording(text.slice(0, MAX_READ_CHARS));
  const { endedCommands, rest, hadNotes } = withoutNotes(marked.prompt);
  const envelope = ENVELOPE.exec(rest);
  const isEnveloped = envelope !== null && (envelope.index === 0 || hadNotes);
  const body = isEnveloped ? rest.slice(envelope.index + envelope[0].length) : rest;
  const around = isEnveloped ? rest.slice(0, envelope.index) : rest;
  const conversation = blockOf(CONVERSATION, around);
  const sender = blockOf(SENDER, around);
  const inner = retryWording(body.replace(METADATA_BLOCK, '').trim());
  const wording = inner.kind === 'plain' ? marked.kind : inner.kind;
  return {
    endedCommands,
    body,
    prompt: inner.prompt,
    wording,
    isEnveloped,
    isOfChat: hasChatMarks(text.slice(0, MAX_READ_CHARS)),
    ...(conversation === undefined ? {} : { conversation }),
    ...(sender === undefined ? {} : { sender }),
  };
}

function withoutNotes(text: string): { endedCommands: EndedCommand[]; rest: string; hadNotes: boolean } {
  const endedCommands: EndedCommand[] = [];
  let rest = text;
  for (;;) {
    const note = SYSTEM_LINE.exec(rest) ?? ABORTED_NOTE.exec(rest);
    if (note === null) return { endedCommands, rest, hadNotes: rest !== text };
    const ended = endedCommand(note[1] ?? '');
    if (ended !== undefined) endedCommands.push(ended);
    rest = rest.slice(note[0].length).replace(/^\n+/, '');
  }
}

function endedCommand(note: string): EndedCommand | undefined {
  const found = ENDED_COMMAND.exec(note);
  const handle = found?.[1];
  if (handle === undefined) return undefined;
  const code = found?.[2];
  return { handle, ...(code === undefined ? {} : { exitCode: Number(code) }) };
}

function blockOf(heading: RegExp, text: string): JsonRecord | undefined {
  const start = heading.exec(text);
  if (start === null) return undefined;
  const json = text.slice(start.index + start[0].length);
  const end = json.indexOf('\n```');
  return end < 0 ? undefined : asRecord(parseJson(json.slice(0, end)));
}

/** The value behind `name: ` in a text of such lines, e.g. `session_key: agent:main:subagent:…`. */
export function fieldLine(text: string, name: 'session_key' | 'session_id'): string | undefined {
  const start = text.indexOf(`\n${name}: `);
  return start < 0
    ? undefined
    : asText(
        text
          .slice(start + name.length + 3)
          .split('\n', 1)[0]
          ?.trim(),
      );
}
