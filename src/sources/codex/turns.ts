// Follows the turns of one thread: when one begins, what is said in it, and how it ends. Remembers the open turn.

import { asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { fingerprint } from '../../core/turn.ts';
import type { Trigger } from '../../core/event.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';
import { takenInNoteOf } from '../coding-agents/queued-note.ts';
import type { Calls } from './thread-calls.ts';
import type { OpenTurn } from './open-turn.ts';
import type { LineEvent } from './rollout-event.ts';
import type { ShownThread } from './shown-thread.ts';
import type { CallUsage } from './usage.ts';

const NO_ANSWER = 'ended without an answer';
const ERROR_NAME = /^[\w.-]{1,60}$/; // of several words it would be a message

export class Turns {
  readonly #owner: ShownThread;
  readonly #safe: SafeText;
  readonly #calls: Calls;
  #turn: OpenTurn | undefined;
  /** What came before it was clear whether the turn has a box. */
  #early: LineEvent[] = [];
  #lastAt = 0;

  /** `openTurn`: its beginning lies before what is read. */
  constructor(owner: ShownThread, safe: SafeText, calls: Calls, openTurn?: string) {
    this.#owner = owner;
    this.#safe = safe;
    this.#calls = calls;
    if (openTurn !== undefined) this.#turn = { ...newTurn(openTurn, 0), hasBegun: true, hasPrompt: true };
  }

  get current(): OpenTurn | undefined {
    return this.#turn;
  }

  /** The thread, as far as it may be shown. */
  get shown(): ShownThread {
    return this.#owner;
  }

  idOf(value: unknown): string | undefined {
    return this.#safe.id(value);
  }

  /** A line was written then. */
  seen(at: number): void {
    this.#lastAt = Math.max(this.#lastAt, at);
  }

  /** One thread never has two open turns: whoever ran the one before is gone. */
  start(payload: JsonRecord, at: number): LineEvent[] {
    const before = this.#turn;
    const id = this.#safe.id(payload['turn_id']) ?? `turn-${at}`;
    const attribution = asRecord(payload['turn_attribution']);
    const mayAsk = payload['collaboration_mode_kind'] !== 'default';
    const isSame = before?.id === id;
    this.#turn = { ...(isSame ? before : newTurn(id, at)), trigger: this.#triggerOf(attribution), mayAsk };
    if (isSame) return [];
    const lost = before?.hasBegun === true ? this.#lose(before, at) : [];
    return [...this.#takeEarly(), ...lost, ...(isAskedFor(attribution) ? this.work(at) : [])];
  }

  #lose({ id }: OpenTurn, at: number): LineEvent[] {
    return [{ type: 'run_ended', outcome: 'lost', runId: id, at: this.#lastAt }, ...this.#calls.lose(at)];
  }

  #triggerOf(attribution: JsonRecord | undefined): Trigger {
    if (this.#owner.thread.isSubAgent || asText(attribution?.['parent_turn_id']) !== undefined) return { kind: 'parent' };
    return attribution?.['turn_trigger'] === 'exec' ? { kind: 'operator' } : { kind: 'person' };
  }

  /** Somebody asked, or the agent works: from now on the turn has a box. */
  work(at: number): LineEvent[] {
    const turn = this.#turn ?? this.#continue(at);
    if (turn.hasBegun) return [];
    turn.hasBegun = true;
    const early = this.#takeEarly();
    return [{ type: 'turn_started', trigger: turn.trigger, messageId: turn.id, runId: turn.id, at: turn.startedAt }, ...early];
  }

  #takeEarly(): LineEvent[] {
    const early = this.#early;
    this.#early = [];
    return early;
  }

  /** The beginning was not in what could be read. */
  #continue(at: number): OpenTurn {
    this.#turn = newTurn(`turn-${at}`, at);
    return this.#turn;
  }

  /** What a person wrote, at the beginning or in the middle of a turn. */
  prompt(text: string | undefined, at: number): LineEvent[] {
    const begun = this.work(at);
    const shown = this.#promptText(text);
    if (this.#turn !== undefined) this.#turn.hasPrompt = true;
    if (shown === '') return begun;
    return [...begun, { type: 'message', messageId: `prompt-${at}`, text: shown, stop: 'tools', injected: true, ...this.#run() }];
  }

  /** A turn has one prompt; what comes after it was typed while the agent was at work. */
  #promptText(text: string | undefined): string {
    const words = this.#owner.prompt(text).text ?? '';
    return this.#turn?.hasPrompt === true ? takenInNoteOf(words) : words;
  }

  /** `phase` is no end: after a dropped stream a final answer is followed by another one. */
  say(messageId: string | undefined, text: string | undefined, at: number): LineEvent[] {
    const id = messageId ?? `said-${at}-${fingerprint(text ?? '').slice(0, 8)}`;
    return [...this.work(at), { type: 'message', messageId: id, ...this.#owner.text(text), stop: 'tools', ...this.#run() }];
  }

  plan(messageId: string | undefined, text: string | undefined, at: number): LineEvent[] {
    const said = this.say(messageId, text, at);
    if (this.#turn !== undefined) this.#turn.hasPlan = true;
    return said;
  }

  use(used: CallUsage | undefined, at: number): LineEvent[] {
    return used === undefined ? [] : this.#aside({ type: 'message', ...used, stop: 'tools', injected: true, at });
  }

  compact(at: number): LineEvent[] {
    return this.#aside({ type: 'compacted', at });
  }

  /** A compaction may come before the prompt. One that somebody asked for belongs to the turn before: it opens none, and reopens none. */
  #aside(event: LineEvent): LineEvent[] {
    if (this.#turn === undefined || this.#turn.hasBegun) return [event];
    this.#early.push(event);
    return [];
  }

  complete(payload: JsonRecord): LineEvent[] {
    const turn = this.#end();
    if (turn === undefined) return this.#takeEarly();
    const error = asRecord(payload['error']);
    const isEmpty = !this.#owner.thread.isPaginated && payload['last_agent_message'] === null && !turn.hasPlan;
    if (error === undefined && !isEmpty) return [{ type: 'run_ended', outcome: 'done', runId: turn.id }];
    return [{ type: 'run_ended', outcome: 'failed', runId: turn.id, reason: error === undefined ? NO_ANSWER : this.#reasonOf(error) }];
  }

  /** The message may contain what was asked; the name of the error does not. */
  #reasonOf(error: JsonRecord): string {
    const info = error['codex_error_info'];
    const name = asText(info) ?? Object.keys(asRecord(info) ?? {})[0];
    const isNamed = name !== undefined && name !== 'other' && ERROR_NAME.test(name);
    return this.#owner.line(asText(error['message'])) ?? this.#owner.word(isNamed ? name.replaceAll('_', ' ') : 'the model call failed');
  }

  abort(payload: JsonRecord): LineEvent[] {
    const turn = this.#end();
    if (turn === undefined) return this.#takeEarly();
    const reason = asText(payload['reason']) ?? 'interrupted';
    const why = reason === 'interrupted' ? {} : { reason: this.#owner.word(reason.replaceAll('_', ' ')) };
    return [{ type: 'run_ended', outcome: 'aborted', runId: turn.id, ...why }];
  }

  #end(): OpenTurn | undefined {
    const turn = this.#turn;
    this.#turn = undefined;
    return turn?.hasBegun === true ? turn : undefined;
  }

  #run(): { runId?: string } {
    return this.#turn === undefined ? {} : { runId: this.#turn.id };
  }
}

function newTurn(id: string, startedAt: number): OpenTurn {
  return { id, startedAt, trigger: { kind: 'unknown' }, mayAsk: false, hasBegun: false, hasPrompt: false, hasPlan: false };
}

/** Older versions say nothing of it; then the first prompt or call decides. */
function isAskedFor(attribution: JsonRecord | undefined): boolean {
  return asText(attribution?.['turn_trigger']) !== undefined || asText(attribution?.['parent_turn_id']) !== undefined;
}
