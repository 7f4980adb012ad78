// Says what a call is about and how it turned out. Pure. What agents wrote stands in code spans, in which nobody is mentioned: a new post
// notifies everybody whose name or keyword is in its text.

import { formatDuration } from '../boxes/render/amounts.ts';
import { nameOf } from '../boxes/render/title.ts';
import type { TurnStatus } from '../core/card.ts';
import type { WaitOutcome, WaitsOn } from '../core/event.ts';
import type { TurnTree } from '../core/session.ts';
import type { Wait } from '../core/waiting.ts';
import { codeSpan } from '../text/neutralise.ts';
import { redactThenCut } from '../text/redact.ts';
import type { CallRecord, CallWords } from './call-record.ts';

type Redact = (text: string) => string;

const MAX_TEXT_POINTS = 300;
const MAX_COPIED = 4; // one for each decision

const WAITS_FOR: Record<WaitsOn, string> = { approval: 'for approval', answer: 'for an answer', review: 'for a review', gate: 'at a gate' };

/** `main waits for approval (expires in 29m): rm -rf build`, and below it what to copy. */
export function waitWords(tree: TurnTree, wait: Wait, { now, redact }: { now: number; redact: Redact }): CallWords {
  const expires = wait.until === undefined ? '' : ` (expires in ${formatDuration(wait.until - now)})`;
  const copied = (wait.copy ?? []).map((line) => span(line, redact)).filter((line) => line !== '');
  return {
    ...namesOf(tree, redact),
    open: ` waits ${WAITS_FOR[wait.on]}${expires}`,
    closed: ` waited ${WAITS_FOR[wait.on]}`,
    detail: detailOf(wait.text, redact),
    copy: copied
      .slice(0, MAX_COPIED)
      .map((line) => `\n${line}`)
      .join(''),
  };
}

/** `main: failed after 7m: the reason`, `main: done after 22m`. */
export function endWords(tree: TurnTree, status: TurnStatus, redact: Redact): CallWords {
  const outcome = `: ${endOutcome(tree, status)}`;
  return { ...namesOf(tree, redact), open: outcome, closed: outcome, detail: detailOf(status.reason, redact), copy: '' };
}

function namesOf(tree: TurnTree, redact: Redact): Pick<CallWords, 'name' | 'agent'> {
  return { name: nameOf(tree, redact), agent: codeSpan(redact(tree.session.agentId)) };
}

/** How the turn ended, as far as an edit tells it: `done after 22m`. */
export function endOutcome({ turn }: TurnTree, { state, endedAt = turn.lastEventAt }: TurnStatus): string {
  return `${ENDS[state] ?? 'ended'} after ${formatDuration(endedAt - turn.startedAt)}`;
}

const ENDS: Partial<Record<TurnStatus['state'], string>> = {
  done: 'done',
  done_unseen: 'done (no end seen)',
  error: 'failed',
  timeout: 'timed out',
  lost: 'lost',
  aborted: 'aborted',
  released: 'released',
  cancelled: 'cancelled',
  rejected: 'rejected',
  stopped: 'stopped',
};

const OUTCOMES: Record<WaitOutcome, string> = {
  allowed: 'answered: allowed',
  allowed_once: 'answered: allowed once',
  allowed_always: 'answered: allowed always',
  denied: 'answered: denied',
  expired: 'expired',
  answered: 'answered',
  ended: 'the run ended',
};

/** `answered: allowed once by alice after 3m`. */
export function waitOutcome(outcome: WaitOutcome, by: string | undefined, tookMs: number): string {
  const who = by === undefined ? '' : codeSpan(by);
  return `${OUTCOMES[outcome]}${who === '' ? '' : ` by ${who}`} after ${formatDuration(tookMs)}`;
}

export const GOES_ON = 'it goes on';
export const WITHDRAWN = 'not shown here any more';

export function heldWords(count: number, perHour: number): CallWords {
  const calls = count === 1 ? '1 more call was' : `${count} more calls were`;
  const sentence = `${calls} held back, because ${perHour} calls an hour are the limit; the boxes show what they were about`;
  return { name: '', agent: '', open: sentence, closed: sentence, detail: '', copy: '' };
}

/** The text of the post: whom it calls, how it turned out, what it is about. */
export function messageOf({ address, outcome, words }: Pick<CallRecord, 'address' | 'outcome' | 'words'>): string {
  const isElsewhere = address?.pointer !== undefined;
  const name = isElsewhere ? words.agent : words.name;
  const sentence = outcome === undefined ? `${name}${words.open}` : `**${outcome}** · ${name}${words.closed}`;
  const more = !isElsewhere ? `${words.detail}${outcome === undefined ? words.copy : ''}` : `. ${address.pointer}`;
  return `${address?.mentions ?? ''}${sentence}${more}`;
}

function detailOf(text: string | undefined, redact: Redact): string {
  const shown = span(text, redact);
  return shown === '' ? '' : `: ${shown}`;
}

function span(text: string | undefined, redact: Redact): string {
  return text === undefined ? '' : codeSpan(redactThenCut(text, MAX_TEXT_POINTS, redact));
}
