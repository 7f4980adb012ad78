// Turns the lines of a log of pi into events. pi writes the lines of OpenClaw's transcripts, with small differences; they are here.

import { asRecord, asText, parseJson } from '../../core/json-guards.ts';
import type { Visibility } from '../../core/source.ts';
import type { Decoded } from '../../files/log-format.ts';
import { neverThrowing } from '../../files/never-throwing.ts';
import { createSafeText, type SafeText } from '../openclaw/decoding/safe-text.ts';
import { contentText } from '../openclaw/decoding/entry-text.ts';
import { createTranscriptDecoder, type DecodedEvent } from '../openclaw/transcripts/decode-transcript.ts';
import type { PiEvent } from './pi-event.ts';
import { ShownSession } from './shown-session.ts';
import { folderIn } from '../coding-agents/project.ts';

export interface PiDecoderOptions {
  redact(text: string): string;
  visibility(address: string): Visibility;
  onUnknown(kind: string): void;
}

const TYPE = /^\{"type":"(\w{1,60})"/;
const SYSTEM = /^\{"type":"message",(?:"\w+":(?:"[^"\\]*"|null),){0,4}"message":\{"role":"system"/;
const SESSION_ID = /^[\w-]{1,80}$/;
const MAX_MODEL_POINTS = 100;

/** A decoder for the lines of one log, in order. It never throws, whatever a line contains. */
export function createPiDecoder(options: PiDecoderOptions): (text: string) => Decoded<PiEvent> {
  const decoder = new PiDecoder(options);
  return neverThrowing((text) => ({ events: decoder.decode(text) }), options.onUnknown);
}

class PiDecoder {
  readonly #options: PiDecoderOptions;
  readonly #safe: SafeText;
  readonly #decode: ReturnType<typeof createTranscriptDecoder>;
  #owner: ShownSession | undefined;
  /** The model call that failed last, until it is known whether it is tried again. */
  #failed: { at: number; reason?: string } | undefined;

  constructor(options: PiDecoderOptions) {
    const { redact, onUnknown } = options;
    this.#options = options;
    this.#safe = createSafeText(redact);
    this.#decode = createTranscriptDecoder({ redact, onUnknown });
  }

  decode(text: string): PiEvent[] {
    if (SYSTEM.test(text)) return [];
    const type = TYPE.exec(text)?.[1];
    if (type === 'context_edit') return this.#retried(text);
    const { events, at } = this.#decode(text);
    if (type === 'session') return this.#introduce(text, at ?? 0);
    const owner = this.#owner;
    if (owner === undefined) return [];
    if (type === 'model_change') return this.#learnModel(text, owner, at ?? 0);
    const words = events.some(needsWords) ? wordsOf(text) : '';
    const settled = events.length === 0 ? [] : this.#settle(owner);
    return [...settled, ...withoutCommandEnds(events).flatMap((event) => this.#shown(event, owner, words))];
  }

  #introduce(text: string, at: number): PiEvent[] {
    const raw = asRecord(parseJson(text));
    const id = asText(raw?.['id']);
    if (id === undefined || !SESSION_ID.test(id) || this.#owner !== undefined) return [];
    this.#owner = new ShownSession(id, folderIn(raw?.['cwd']) ?? '/', { safe: this.#safe, visibility: this.#options.visibility });
    return [{ at, owner: this.#owner, body: { type: 'facts' } }];
  }

  #learnModel(text: string, owner: ShownSession, at: number): PiEvent[] {
    const model = asText(asRecord(parseJson(text))?.['modelId']);
    return model === undefined ? [] : this.#factsOf(model, owner, at);
  }

  /** The failed call is taken out of the context: it will be tried again. */
  #retried(text: string): PiEvent[] {
    const [failed, owner] = [this.#failed, this.#owner];
    this.#failed = undefined;
    const at = Date.parse(asText(asRecord(parseJson(text))?.['timestamp']) ?? '');
    if (failed === undefined || owner === undefined) return [];
    return [{ at: Number.isNaN(at) ? failed.at : at, owner, body: { type: 'retried' } }];
  }

  /** Another line follows a failed call that was not taken back: it was the end of its turn. */
  #settle(owner: ShownSession): PiEvent[] {
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed === undefined) return [];
    const { at, ...why } = failed;
    return owner.shown({ type: 'run_ended', outcome: 'failed', ...why }, '').map((body) => ({ at, owner, body }));
  }

  #shown({ at, ...body }: DecodedEvent, owner: ShownSession, words: string): PiEvent[] {
    if (body.type === 'message' && body.stop === 'error')
      this.#failed = { at, ...(body.reason === undefined ? {} : { reason: body.reason }) };
    const shown = owner.shown(body, words).map((each): PiEvent => ({ at, owner, body: each }));
    // Where reading begins in the middle of a log, the line that names the model lies before it.
    return body.type === 'message' && body.model !== undefined ? [...this.#factsOf(body.model, owner, at), ...shown] : shown;
  }

  #factsOf(model: string, owner: ShownSession, at: number): PiEvent[] {
    return [{ at, owner, body: { type: 'facts', model: this.#safe.line(model, MAX_MODEL_POINTS) } }];
  }
}

/** OpenClaw answers slash commands itself, and their turns end at once. pi has none in its log: such a line is a prompt. */
function withoutCommandEnds(events: readonly DecodedEvent[]): readonly DecodedEvent[] {
  const isCommand = events.some((event) => event.type === 'turn_started' && event.trigger.kind === 'command');
  return isCommand ? events.filter(({ type }) => type !== 'run_ended') : events;
}

/** Whether more of its message is needed than the event says. */
function needsWords(event: DecodedEvent): boolean {
  return event.type === 'turn_started' || (event.type === 'tool_ended' && event.outcome.kind === 'failed');
}

function wordsOf(text: string): string {
  return contentText(asRecord(asRecord(parseJson(text))?.['message'])?.['content']);
}
