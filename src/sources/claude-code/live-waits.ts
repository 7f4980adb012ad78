// Says when a session waits for a person, and for what: from what its process says, and only while a turn is open. Owns the waits that
// were told.

import type { Visibility } from '../../core/source.ts';
import { whereItWaits } from '../coding-agents/where-it-waits.ts';
import { askedQuestions } from '../openclaw/decoding/asked-questions.ts';
import type { DecodedEvent } from '../openclaw/decoding/decoded-event.ts';
import type { JobState } from './live-state.ts';
import type { LiveProcess } from './live-files.ts';
import type { Track } from './session-book.ts';

/** What is waited for. */
interface Wait {
  waitId: string;
  on: 'approval' | 'answer';
  text?: string;
  callId?: string;
  who: string;
}

const QUESTION = 'AskUserQuestion';

export interface Waiter {
  root: Track;
  /** The session and its sub-agents. */
  tracks: readonly Track[];
  process: LiveProcess | undefined;
  job: JobState | undefined;
  /** When a hook said that the program asks, if its process has said nothing since. */
  askedAt: number | undefined;
}

export class Waits {
  readonly #waitBySession = new Map<string, Wait>();
  readonly #describe: (text: string) => string;
  readonly #host: string;

  /** `describe` redacts and shortens; `host` is the name of this machine. */
  constructor(describe: (text: string) => string, host: string) {
    this.#describe = describe;
    this.#host = host;
  }

  /** The events that follow from how a session is now. `at` is our time. */
  update(waiter: Waiter, at: number): DecodedEvent[] {
    const { sessionId } = waiter.root;
    const [before, wait] = [this.#waitBySession.get(sessionId), this.#waitOf(waiter)];
    if (JSON.stringify(before) === JSON.stringify(wait)) return [];
    const ended: DecodedEvent[] =
      before === undefined || before.waitId === wait?.waitId
        ? []
        : [{ type: 'waiting_ended', waitId: before.waitId, at: instantOf(waiter, at) }];
    if (wait === undefined) this.#waitBySession.delete(sessionId);
    else this.#waitBySession.set(sessionId, wait);
    return wait === undefined ? ended : [...ended, { type: 'waiting_started', ...wait, at: instantOf(waiter, at) }];
  }

  forget(sessionId: string): void {
    this.#waitBySession.delete(sessionId);
  }

  #waitOf({ root, tracks, process, job, askedAt }: Waiter): Wait | undefined {
    if (root.openRun === undefined) return undefined;
    const question = openCall(root, (tool) => tool === QUESTION);
    const isWaiting = process?.status === 'waiting' || (process?.status === undefined && job?.isBlocked === true);
    const call = question ?? newestCall(tracks);
    const isAsked = askedAt !== undefined && call !== undefined;
    if (!isWaiting && !isAsked && question === undefined) return undefined;
    const on = question !== undefined || process?.waitingFor === 'input needed' ? 'answer' : 'approval';
    const text = this.#textOf(root, call, job);
    const isOwn = call !== undefined && root.callsById.has(call.callId);
    const who = this.#placeOf(root, process);
    return { waitId: `wait:${root.sessionId}`, on, who, ...(text === '' ? {} : { text }), ...(isOwn ? { callId: call.callId } : {}) };
  }

  /** A process that cannot be judged may be one of another machine. The name of a session is one of its texts. */
  #placeOf({ about, may }: Track, process: LiveProcess | undefined): string {
    const isHere = process?.state === 'alive';
    const name = may.texts ? (about.name ?? process?.name) : undefined;
    return this.#describe(
      whereItWaits({
        terminal: process?.terminal,
        ...(isHere ? { host: this.#host } : {}),
        ...(name === undefined ? {} : { session: name }),
      }),
    );
  }

  /** The tool's name; its command, or the question, where the route allows that. */
  #textOf({ may }: Track, call: Call | undefined, job: JobState | undefined): string {
    if (call?.tool === QUESTION) return may.texts ? this.#describe(askedQuestions(call.input)) : '';
    const command = call?.input['command'];
    const whole = call !== undefined && may.commands && typeof command === 'string' ? `${call.tool}: ${command}` : undefined;
    const needs = shownNeeds(job, may);
    if (needs !== undefined && (call === undefined || whole === undefined || !needs.startsWith(`${call.tool}: `)))
      return this.#describe(needs);
    return call === undefined ? '' : this.#describe(whole ?? call.tool);
  }
}

const APPROVAL = /^approve (?=[\w.:-]+: )/;

/** What a job says that it needs is a tool with its command, or else a text of the agent. */
function shownNeeds(job: JobState | undefined, may: Visibility): string | undefined {
  const needs = job?.needs;
  if (needs === undefined) return undefined;
  return (APPROVAL.test(needs) ? may.commands : may.texts) ? needs.replace(APPROVAL, '') : undefined;
}

type Call = Track['callsById'] extends Map<string, infer Value> ? Value : never;

function openCall({ callsById }: Track, isMeant: (tool: string) => boolean): Call | undefined {
  return [...callsById.values()].findLast(({ tool }) => isMeant(tool));
}

/** Sub-agents ask through the session, too. */
function newestCall(tracks: readonly Track[]): Call | undefined {
  const calls = tracks.flatMap((track) =>
    track.openRun === undefined ? [] : (openCall(track, (tool) => tool !== 'Agent' && tool !== 'Task') ?? []),
  );
  return calls.toSorted((a, b) => a.at - b.at).at(-1);
}

/** When its process wrote it; a question that only the transcript shows has no such time. */
function instantOf({ process, root, askedAt }: Waiter, now: number): number {
  const at = askedAt ?? process?.statusAt ?? openCall(root, (tool) => tool === QUESTION)?.at;
  return at === undefined ? now : at;
}
