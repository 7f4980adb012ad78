// A finding about an agent that people should be alerted of, as a watcher tells it to the publisher. Pure.

import { asRecord, parseJson } from '../core/json-guards.ts';
import { cut } from '../text/text.ts';

export interface ToldFinding {
  /** One word of a subject: the same again for the same finding. */
  readonly id: string;
  readonly at: number;
  /** The conversation's channel and thread; absent for what has none. */
  readonly place?: { readonly channelId: string; readonly rootId?: string };
  /** Markdown that mentions nobody. Whoever posts it neutralises it: it comes from another machine. */
  readonly text: string;
}

const MAX_TEXT_POINTS = 1_000;
const ID = /^[\w-]{1,200}$/;
const POST_ID = /^\w{1,64}$/;

/** What names the finding, as one word. */
export function findingId(name: string): string {
  return name.replace(/[^\w-]+/g, '-').slice(0, 200) || 'finding';
}

export function encodeFinding({ text, ...rest }: ToldFinding): string {
  return JSON.stringify({ v: 1, ...rest, text: cut(text, MAX_TEXT_POINTS) });
}

/** Reads what anybody may have written. Never throws. */
export function decodeFinding(json: string): ToldFinding | undefined {
  const { v, id, at, place, text } = asRecord(parseJson(json)) ?? {};
  if (v !== 1 || typeof id !== 'string' || !ID.test(id) || !Number.isSafeInteger(at) || typeof text !== 'string') return undefined;
  const { channelId, rootId } = asRecord(place) ?? {};
  const found = { id, at: Number(at), text: cut(text, MAX_TEXT_POINTS) };
  if (!isPostId(channelId)) return found;
  return { ...found, place: { channelId, ...(isPostId(rootId) ? { rootId } : {}) } };
}

function isPostId(value: unknown): value is string {
  return typeof value === 'string' && POST_ID.test(value);
}
