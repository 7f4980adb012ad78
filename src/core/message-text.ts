// Puts the text of messages into the lines of a turn: each message once, whichever sources emit it, and however often. Pure.

import type { EventOf } from './event.ts';
import type { Line, Turn } from './session.ts';
import { withLine, withMessageId, withUsage } from './turn.ts';

const MIN_PIECE_CHARS = 24;
const MAX_JOINED = 10;
const PREFIX = /^\[[^\]]{1,40}\] /;
const SAME_TEXT_MS = 10_000; // a gateway dates a message when its model call began, a transcript when it was complete

/** The turn with the text and the usage of a message. */
export function withMessageText(turn: Turn, event: EventOf<'message'>): Turn {
  const paid = withUsage(turn, usageIdOf(turn, event), event.usage);
  if (turn.messageIds.includes(event.messageId)) return paid;
  const counted = withMessageId(paid, event.messageId);
  const isNews = isWorthShowing(event) && (twinOf(turn, event) === undefined || isOfAbort(turn, event));
  return isNews ? withText(counted, event) : counted;
}

/** Half an answer before a retry would only be shown twice. */
function isWorthShowing({ text, stop }: EventOf<'message'>): boolean {
  return text !== undefined && text !== '' && stop !== 'error';
}

/** The usage of a message counts once, even if two sources emit the message with different ids. */
function usageIdOf(turn: Turn, event: EventOf<'message'>): string {
  const twin = twinOf(turn, event);
  return twin?.kind === 'text' && twin.id in turn.usageById ? twin.id : event.messageId;
}

/** The line of this very message from another source, or the one that the gateway repeats because it delivered it. */
function twinOf(turn: Turn, event: EventOf<'message'>): Line | undefined {
  if (turn.lines.some((line) => line.kind === 'text' && line.id === event.messageId)) return undefined;
  const original = event.injected === true ? (originalOf(turn, event) ?? repeatedBy(turn, event)) : undefined;
  if (original !== undefined) return original;
  const distance = (line: Line): number => Math.abs((line.at ?? 0) - event.at);
  return turn.lines
    .filter((line) => line.kind === 'text' && line.text === event.text && line.source !== undefined && line.source !== event.source)
    .filter((line) => distance(line) <= SAME_TEXT_MS)
    .toSorted((a, b) => distance(a) - distance(b))[0];
}

/**
 * The agent's line that the gateway writes once more because it was delivered: a message in whole or in pieces, several as one, perhaps
 * with the prefix of its answers. A short text may be part of another one by chance.
 */
export function originalOf({ lines }: Turn, event: EventOf<'message'>): Line | undefined {
  const whole = bareText(event.text);
  if (whole === '') return undefined;
  const said = lines.flatMap((line) => (line.kind === 'text' && line.injected !== true ? [line] : []));
  const forms = [whole, whole.replace(PREFIX, '')];
  return (
    said.find(({ text }) => forms.some((form) => isMirror(bareText(text), form))) ?? (isOfSeveral(said, forms) ? said.at(-1) : undefined)
  );
}

/** Whether the form is several of the newest messages joined. */
function isOfSeveral(said: readonly { text: string }[], forms: readonly string[]): boolean {
  let joined = '';
  for (const { text } of said.slice(-MAX_JOINED).toReversed()) {
    joined = `${bareText(text)} ${joined}`.trim();
    if (forms.includes(joined)) return true;
  }
  return false;
}

function isMirror(said: string, mirrored: string): boolean {
  return said === mirrored || (mirrored.length >= MIN_PIECE_CHARS && said.includes(mirrored.replace(/…$/, '')));
}

/** The gateway may write the same text twice within moments. */
function repeatedBy({ lines }: Turn, event: EventOf<'message'>): Line | undefined {
  const text = bareText(event.text);
  const isSoon = (line: Line): boolean => Math.abs((line.at ?? 0) - event.at) <= SAME_TEXT_MS;
  return lines.find((line) => line.kind === 'text' && line.injected === true && bareText(line.text) === text && isSoon(line));
}

/** The delivered text may be written before the agent's own message. */
function mirrorOf({ lines }: Turn, event: EventOf<'message'>): Line | undefined {
  const text = bareText(event.text);
  return lines.find((line) => line.kind === 'text' && line.injected === true && bareText(line.text) === text);
}

/** The text without marks of formatting, which a messenger may not have. */
function bareText(text = ''): string {
  return text
    .replace(/[*_~`#>]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function isOfAbort(turn: Turn, event: EventOf<'message'>): boolean {
  return event.stop === 'aborted' || turn.end?.outcome === 'aborted';
}

/** The last text before an abort comes several times; it stays where it came first. */
function withText(turn: Turn, event: EventOf<'message'>): Turn {
  const injected = event.injected === true ? { injected: true as const } : {};
  const line: Line = { kind: 'text', id: event.messageId, text: event.text ?? '', at: event.at, source: event.source, ...injected };
  const mirror = event.injected === true ? undefined : mirrorOf(turn, event);
  if (mirror !== undefined) return withLine({ ...turn, lines: turn.lines.filter((other) => other !== mirror) }, line);
  const start = line.text.slice(0, 80);
  const known = turn.lines.find((other) => other.kind === 'text' && other.text.startsWith(start));
  if (known === undefined || !isOfAbort(turn, event)) return withLine(turn, line);
  if ((known.at ?? 0) <= event.at) return turn;
  return withLine({ ...turn, lines: turn.lines.filter((other) => other !== known) }, line);
}
