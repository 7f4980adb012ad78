// What is remembered of one call: a post of its own that notifies somebody, and is edited to its outcome afterwards. Plain data.

import type { Target } from '../core/sink.ts';

/** `held`: the line that says how many calls were held back. */
export type CallKind = 'wait' | 'failed' | 'done' | 'held';

/** Safe Markdown, redacted and neutralised. */
export interface CallWords {
  /** What it is called for readers of the box: titles of tasks and names of sessions may be in it. */
  name: string;
  /** What it is called in another channel. */
  agent: string;
  /** While it is open, and once it has an outcome: what follows the name, with no word of the agent. */
  open: string;
  closed: string;
  /** What the agent says of it, for readers of the box alone: `: rm -rf build`. */
  detail: string;
  /** Lines to copy while it is open, for them, too. */
  copy: string;
}

/** Where a call is posted, and whom it mentions. Fixed before the first attempt. */
export interface Address {
  target: Target;
  /** `@alice `, or empty. The only mentions of a call. */
  mentions: string;
  /** Not where the box is: how to find that, as safe Markdown. */
  pointer?: string;
}

/**
 * `wanted`: nothing was sent. `sent`: a create may have been sent, and its outcome is not known. `posted`: `postId` is our post.
 * `held`: not posted, because there were too many. `dropped`: never to be posted.
 */
export type CallPhase = 'wanted' | 'sent' | 'posted' | 'held' | 'dropped';

/** One call. Instants are wall-clock milliseconds. */
export interface CallRecord {
  id: string;
  /** What the gateway that watches the turn would call it, where that is not ours: so who posts the call finds it, whoever posted it. */
  ownId?: string;
  kind: CallKind;
  /** The box that shows what it is about. */
  boxId: string;
  /** The wait that it is about, and until when anybody waits; absent for ends. */
  wait?: { key: string; since: number; until?: number };
  /** How the turn ended when that called: what it comes to later may differ. */
  end?: string;
  /** The conversation is not public: nothing of it is told elsewhere. */
  isPrivate?: true;
  /** The other channel refused it: it goes where its box is. */
  isHome?: true;
  /** Its box is not shown where it was any more: neither is what the call says of it. */
  isWithdrawn?: true;
  /** When it was decided. */
  at: number;
  /** Who asked, by the id of the chat server. */
  asker?: string;
  /** Where its box is. */
  place: Target;
  words: CallWords;
  phase: CallPhase;
  /** When a create was sent last. */
  sentAt?: number;
  address?: Address;
  postId?: string;
  /** How it turned out; absent while that is open. */
  outcome?: string;
  /** The outcome that its post says. */
  shown?: string;
  /** When a wait was over. */
  overAt?: number;
}

/** The post says all there is to say, or there is none to say it. */
export function isSettled({ phase, outcome, shown }: CallRecord): boolean {
  return phase === 'held' || phase === 'dropped' || (phase === 'posted' && outcome === shown);
}

/** The same with another outcome; `undefined`: how it turns out is open. */
export function withOutcome({ outcome: _outcome, overAt: _overAt, ...record }: CallRecord, outcome?: string, overAt?: number): CallRecord {
  return { ...record, ...(outcome === undefined ? {} : { outcome }), ...(overAt === undefined ? {} : { overAt }) };
}

/** The same that says no more than `name` and that outcome. What was never sent is never sent. */
export function withdrawn(record: CallRecord, { name, outcome, now }: { name: string; outcome: string; now: number }): CallRecord {
  const { phase, overAt = now } = record;
  const bare = { ...record, words: { name, agent: name, open: '', closed: '', detail: '', copy: '' }, isWithdrawn: true as const };
  return { ...withOutcome(bare, outcome, overAt), phase: phase === 'wanted' ? 'dropped' : phase };
}

/** The same whose post says that outcome. */
export function withShown({ shown: _shown, ...record }: CallRecord, shown: string | undefined): CallRecord {
  return { ...record, ...(shown === undefined ? {} : { shown }) };
}

/** The wait is where it was when all instants move. */
export function shifted(record: CallRecord, byMs: number): CallRecord {
  if (record.wait === undefined) return record;
  const until = record.wait.until === undefined ? {} : { until: record.wait.until + byMs };
  return { ...record, wait: { ...record.wait, since: record.wait.since + byMs, ...until } };
}

/** Rows are our own. A foreign or incomplete one is skipped. */
export function decodeRecord(value: unknown): CallRecord[] {
  return isCallRecord(value) ? [value] : [];
}

function isCallRecord(value: unknown): value is CallRecord {
  const { id, kind, boxId, at, place, words, phase } = (value ?? {}) as Partial<CallRecord>;
  const isWorded = typeof words?.open === 'string' && typeof words.name === 'string' && typeof words.agent === 'string';
  const isNamed = typeof id === 'string' && typeof kind === 'string' && typeof boxId === 'string' && typeof phase === 'string';
  return isNamed && typeof at === 'number' && typeof place?.channelId === 'string' && isWorded;
}
