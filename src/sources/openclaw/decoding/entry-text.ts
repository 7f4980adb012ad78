// Extracts the part of a message's content that a person would see.

import { asList, asRecord, asText } from '../../../core/json-guards.ts';

/** Roles of messages of which people see nothing: notes of the gateway to itself, and nested calls, which tool events describe better. */
export const SILENT_ROLES: ReadonlySet<string> = new Set(['system', 'custom', 'bashExecution', 'branchSummary', 'compactionSummary']);
/** Replies that mean "say nothing"; the last two belong to messages between sessions. */
const SILENT_REPLY = /^(?:NO_REPLY|HEARTBEAT_OK|ANNOUNCE_SKIP|REPLY_SKIP)$/i;
/** 2026.7 writes this into a message whose model call failed. */
const FAILED_PLACEHOLDER = '[assistant turn failed before producing content]';
const DIRECTIVE = /\[\[\s{0,5}(?:reply_to_current|reply_to\s{0,5}:[^\]\n]{0,100}|audio_as_voice)\s{0,5}\]\]/gi;
const FINAL_TAG = /<\/?final>/gi;
const THINKING_OPEN = /<(?:think(?:ing)?|thought|antthinking)(?:\s[^>]{0,200})?>/i;
const THINKING_CLOSE = /<\/(?:think(?:ing)?|thought|antthinking)\s{0,20}>/i;

/** The text of a content value: a plain string, or the text blocks of a list, one per line. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return asList(content)
    .map((block) => blockText(block))
    .filter((text) => text !== '')
    .join('\n');
}

function blockText(value: unknown): string {
  if (typeof value === 'string') return value;
  const block = asRecord(value);
  return block?.['type'] === 'text' ? (asText(block['text']) ?? '') : '';
}

/** The part of an assistant's text that people see; undefined when it is empty. */
export function visibleText(text: string): string | undefined {
  const visible = withoutThinking(text).replace(DIRECTIVE, '').replace(FINAL_TAG, '').trim();
  if (visible === '' || visible === FAILED_PLACEHOLDER || isSilentReply(visible)) return undefined;
  return visible;
}

function isSilentReply(text: string): boolean {
  return text.length <= 40 && SILENT_REPLY.test(text.replace(/^[\s*`~.]+|[\s*`~.!]+$/g, ''));
}

/**
 * Models without a thinking channel think between tags. A tag that is never closed hides everything if the text begins with it;
 * further on, the text only mentions a tag.
 */
function withoutThinking(text: string): string {
  let kept = '';
  let rest = text;
  for (;;) {
    const open = THINKING_OPEN.exec(rest);
    if (open === null) return kept + rest;
    const inside = rest.slice(open.index + open[0].length);
    const close = THINKING_CLOSE.exec(inside);
    kept += rest.slice(0, open.index);
    if (close === null) return kept.trim() === '' ? '' : kept + rest.slice(open.index);
    rest = inside.slice(close.index + close[0].length);
  }
}
