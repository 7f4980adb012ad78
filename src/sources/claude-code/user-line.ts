// Says what a `user` line is: a prompt, results of tools, or one of many texts that nobody typed.

import { asList, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import type { SessionLine } from './session-line.ts';

export type UserLine =
  | { kind: 'prompt'; by: 'person' | 'program' | 'command'; text: string }
  | { kind: 'results'; results: readonly JsonRecord[] }
  | { kind: 'interrupted' }
  | { kind: 'notification'; text: string; startsTurn: boolean }
  | { kind: 'injected' };

/** Texts that the program writes in the person's name. */
const INJECTED =
  /^(?:<command-name>|<command-message>|<local-command-(?:stdout|stderr|caveat)>|Caveat: The messages below|<bash-(?:input|stdout|stderr)>|<system-reminder>|\[SYSTEM NOTIFICATION)/;
const INTERRUPTED = /^\[Request interrupted by user(?: for tool use)?\]$/;
const NOTIFICATION = /^<task-notification>/;

/** The order matters: a person may type any of these texts, and then the line says that it was typed. */
export function userLineOf({ record }: SessionLine): UserLine {
  const content = asRecord(record['message'])?.['content'];
  const results = asList(content).flatMap((block) => {
    const result = asRecord(block);
    return result?.['type'] === 'tool_result' ? [result] : [];
  });
  if (results.length > 0) return { kind: 'results', results };
  return kindOfText(textOf(content), record, typeof content !== 'string');
}

/** The program writes an interruption as a list of blocks; a prompt of that text is a string. */
function kindOfText(text: string, record: JsonRecord, isList: boolean): UserLine {
  const source = asText(record['promptSource']);
  if (source === 'typed') return { kind: 'prompt', by: 'person', text };
  if (source === 'sdk') return { kind: 'prompt', by: 'program', text };
  if (source === 'system' || NOTIFICATION.test(text))
    return { kind: 'notification', text, startsTurn: record['queueTranscriptOnly'] !== true };
  if (isList && INTERRUPTED.test(text)) return { kind: 'interrupted' };
  if (text.startsWith('<bash-stdout>') && record['turnOrigin'] === 'human') return { kind: 'prompt', by: 'command', text: '' };
  if (record['isMeta'] === true || record['isCompactSummary'] === true || isWrittenByProgram(record) || INJECTED.test(text))
    return { kind: 'injected' };
  return { kind: 'prompt', by: record['entrypoint'] === 'sdk-cli' ? 'program' : 'person', text };
}

/** Newer versions say for every line that nobody typed where it comes from. */
function isWrittenByProgram(record: JsonRecord): boolean {
  return typeof record['rowSource'] === 'string';
}

/** Whether the line begins a turn of a session. */
export function isPrompt(line: SessionLine): boolean {
  return line.type === 'user' && userLineOf(line).kind === 'prompt';
}

/** The visible text of a line with a message. */
export function messageText({ record }: Pick<SessionLine, 'record'>): string {
  return textOf(asRecord(record['message'])?.['content']);
}

/** The visible text of a message's content. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = asList(content).map((block) => asText(asRecord(block)?.['text']) ?? '');
  return texts.filter((text) => text !== '').join('\n');
}
