// Turns the lines of one file of a thread into events. Remembers the turn, open calls and sums; does no I/O.

import type { Decoded } from '../../files/log-format.ts';
import { neverThrowing } from '../../files/never-throwing.ts';
import { asNumber, asRecord, asText, type JsonRecord } from '../../core/json-guards.ts';
import { plausibleInstant } from '../coding-agents/plausible-instant.ts';
import { folderIn } from '../coding-agents/project.ts';
import { createKindNames } from '../openclaw/decoding/kind-names.ts';
import { createSafeText } from '../openclaw/decoding/safe-text.ts';
import type { SourcePorts } from '../../core/source.ts';
import { Calls } from './thread-calls.ts';
import { decodeItem } from './decode-item.ts';
import type { FactsEvent, LineEvent, RolloutEvent, SessionFacts } from './rollout-event.ts';
import { lookAt, type RolloutLine } from './rollout-line.ts';
import { ShownThread } from './shown-thread.ts';
import { threadOf } from './thread.ts';
import { Turns } from './turns.ts';
import { type CallUsage, contextUseOf, TokenCounts, usageOfRecord } from './usage.ts';

export interface RolloutDecoderOptions extends Pick<SourcePorts, 'redact' | 'visibility' | 'costOf'> {
  /** Gets short harmless names to count. */
  onUnknown(kind: string): void;
  /** What a person called a thread. */
  nameOf?: (threadId: string) => string | undefined;
  /** What lines that were read by an earlier process said. */
  memoryOf?: (threadId: string) => ThreadMemory;
}

/** What matters of a thread though it lies before what is read. */
export interface ThreadMemory {
  model?: string;
  openTurn?: string;
}

/** A decoder for the lines of one file, in order. It never throws, whatever a line contains. */
export function createRolloutDecoder(options: RolloutDecoderOptions): (text: string) => Decoded<RolloutEvent> {
  const decoder = new RolloutDecoder(options);
  return neverThrowing((text) => ({ events: decoder.decode(text) }), options.onUnknown);
}

class RolloutDecoder {
  readonly #options: RolloutDecoderOptions;
  readonly #safe;
  readonly #kindName: (kind: string) => string;
  readonly #counts = new TokenCounts();
  #owner: ShownThread | undefined;
  /** Lines of another thread follow, which a fork has copied. */
  #isCopy = false;
  #turns: Turns | undefined;
  #calls: Calls | undefined;
  #facts: SessionFacts = {};
  /** As the line names it. */
  #model: string | undefined;

  constructor(options: RolloutDecoderOptions) {
    this.#options = options;
    this.#safe = createSafeText(options.redact);
    this.#kindName = createKindNames(this.#safe);
  }

  decode(text: string): RolloutEvent[] {
    const look = lookAt(text);
    if ('unknown' in look) this.#unknown(look.unknown);
    if (!('line' in look)) return [];
    const { line } = look;
    if (line.kind === 'session_meta') return this.#introduce(line);
    const owner = this.#owner;
    if (owner === undefined) return [];
    if (this.#isCopied(line, owner)) return [];
    const events = this.#decodeLine(line, owner).map(({ at = line.at, ...body }): RolloutEvent => ({ at, owner, body }));
    this.#turns?.seen(line.at);
    return events;
  }

  /** The first thread is the file's own; one more is that of a copied history. */
  #introduce({ payload, at }: RolloutLine): RolloutEvent[] {
    const thread = threadOf(payload, at);
    if (thread === undefined) this.#unknown('session_meta without id');
    if (thread === undefined || this.#owner !== undefined) {
      this.#isCopy ||= thread !== undefined && thread.id !== this.#owner?.thread.id;
      return [];
    }
    const owner = new ShownThread(thread, { ...this.#options, safe: this.#safe });
    this.#owner = owner;
    this.#calls = new Calls(owner, this.#safe);
    const { model, openTurn } = this.#options.memoryOf?.(thread.id) ?? {};
    this.#model = model;
    this.#turns = new Turns(owner, this.#safe, this.#calls, openTurn);
    return [{ at, owner, body: { type: 'facts', facts: {} } }];
  }

  /** The copy ends with the first turn that began after the fork. Its sums are the base of what follows. */
  #isCopied({ kind, payload, at }: RolloutLine, { thread }: ShownThread): boolean {
    if (!this.#isCopy) return false;
    if (kind === 'event_msg/token_count') this.#counts.next(payload);
    const startedAt = (asNumber(payload['started_at']) ?? at / 1000) * 1000;
    if (kind === 'event_msg/task_started') this.#isCopy = startedAt + 999 < thread.startedAt;
    return this.#isCopy;
  }

  #decodeLine({ kind, payload, at }: RolloutLine, owner: ShownThread): (LineEvent | FactsEvent)[] {
    const [turns, calls] = [this.#turns, this.#calls];
    if (turns === undefined || calls === undefined) return [];
    switch (kind) {
      case 'event_msg/task_started':
        return turns.start(payload, at);
      case 'event_msg/task_complete':
        return turns.complete(payload);
      case 'event_msg/turn_aborted':
        return turns.abort(payload);
      case 'event_msg/user_message':
        return turns.prompt(asText(payload['message']), at);
      case 'event_msg/agent_message':
        return turns.say(undefined, asText(payload['message']), at);
      case 'event_msg/item_completed':
        return this.#decodeItem(payload, turns, calls, at);
      case 'event_msg/patch_apply_end':
        return calls.patched(payload);
      case 'response_item/function_call':
      case 'response_item/custom_tool_call':
        return [...turns.work(at), ...calls.start(payload, turns.current)];
      case 'response_item/function_call_output':
      case 'response_item/custom_tool_call_output':
        return calls.output(payload);
      case 'event_msg/token_count':
        return this.#decodeCount(payload, owner, turns, at);
      case 'token_usage_record':
        return turns.use(this.#priced(usageOfRecord(payload)), at);
      case 'turn_context':
        this.#model = asText(payload['model']);
        owner.moveTo(folderIn(payload['cwd']) ?? owner.thread.cwd);
        return this.#learn(modelIn(payload), owner);
      case 'compacted':
        return turns.compact(at);
      default:
        this.#unknown(kind);
        return [];
    }
  }

  #decodeItem(payload: JsonRecord, turns: Turns, calls: Calls, at: number): LineEvent[] {
    const item = asRecord(payload['item']) ?? {};
    const decoded = decodeItem(item, { turns, calls, at, startedAt: plausibleInstant(asNumber(payload['started_at_ms'])) });
    if (decoded === undefined) this.#unknown(`item:${asText(item['type']) ?? ''}`);
    return decoded ?? [];
  }

  /** Where there are records of calls, the sums say only how full the context is. */
  #decodeCount(payload: JsonRecord, owner: ShownThread, turns: Turns, at: number): (LineEvent | FactsEvent)[] {
    const used = owner.thread.isPaginated ? undefined : this.#counts.next(payload);
    return [...turns.use(this.#priced(used), at), ...this.#learn(contextUseOf(payload), owner)];
  }

  /** Codex tells no cost. */
  #priced(used: CallUsage | undefined): CallUsage | undefined {
    if (used === undefined) return undefined;
    const costUsd = this.#options.costOf?.(this.#model, used.usage) ?? 0;
    return { ...used, usage: { ...used.usage, costUsd } };
  }

  #learn(facts: SessionFacts, owner: ShownThread): FactsEvent[] {
    const model = facts.model === undefined ? {} : { model: owner.word(facts.model) };
    const now = { ...this.#facts, ...facts, ...model };
    if (JSON.stringify(now) === JSON.stringify(this.#facts)) return [];
    this.#facts = now;
    return [{ type: 'facts', facts: now }];
  }

  #unknown(kind: string): void {
    this.#options.onUnknown(this.#kindName(kind));
  }
}

function modelIn(payload: JsonRecord): SessionFacts {
  const model = asText(payload['model']);
  return model === undefined ? {} : { model };
}
