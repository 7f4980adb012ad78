// The lines of a turn that works, as OpenClaw 2026.2 writes them, 3.9 KB each. What is read and written in it is source code: our own.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TEXT_CHARS = 3_500;
const USAGE = { input: 900, output: 40, cacheRead: 8_000, cacheWrite: 128, totalTokens: 9_068, cost: { total: 0.006 } };
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const code = globSync('src/{core,boxes,sources}/**/*.ts', { cwd: ROOT })
  .toSorted()
  .map((path) => readFileSync(`${ROOT}${path}`, 'utf8'))
  .join('\n');

/** So many characters of source code; another piece for each number, so that no two lines close to each other have the same text. */
export function codeText(number: number, chars: number): string {
  const from = (number * 7_919) % (code.length - chars);
  return code.slice(from, from + chars);
}

/** When a line was written, and its number in its file. */
export interface Place {
  at: number;
  number: number;
}

function lineOf({ at, number }: Place, { type, ...entry }: { type: string; [member: string]: unknown }): string {
  const id = number.toString(16).padStart(8, '0');
  return `${JSON.stringify({ type, id, parentId: null, timestamp: new Date(at).toISOString(), ...entry })}\n`;
}

export function headerLine({ at }: Place, sessionId: string): string {
  return `${JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: new Date(at).toISOString(), cwd: '/home/node' })}\n`;
}

export function userLine(place: Place): string {
  return lineOf(place, { type: 'message', message: { role: 'user', content: [{ type: 'text', text: 'Please go on.' }] } });
}

/** The agent says what it does, and writes a file: a call that runs until it is answered. */
export function callLine(place: Place, callId: string, say: string): string {
  const content = [
    { type: 'text', text: say },
    {
      type: 'toolCall',
      id: callId,
      name: 'write',
      arguments: { path: `notes/${place.number}.md`, content: codeText(place.number, TEXT_CHARS) },
    },
  ];
  return lineOf(place, assistant(content, 'toolUse'));
}

export function resultLine(place: Place, callId: string): string {
  const content = [{ type: 'text', text: codeText(place.number, TEXT_CHARS) }];
  const details = { status: 'completed', exitCode: 0 };
  const message = { role: 'toolResult', toolCallId: callId, toolName: 'write', content, details, isError: false };
  return lineOf(place, { type: 'message', message });
}

export function lastLine(place: Place): string {
  return lineOf(place, assistant([{ type: 'text', text: 'That is all.' }], 'stop'));
}

function assistant(content: readonly object[], stopReason: string): { type: string; message: object } {
  return { type: 'message', message: { role: 'assistant', content, provider: 'p', model: 'm', usage: USAGE, stopReason } };
}
