// Agents at work in several sessions at once, each turn recognisable by a mark in its text. Owns what was really done.

import { randomUUID } from 'node:crypto';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import type { OpenClawWriter } from './openclaw-writer.ts';

/** What truly happened in one turn. */
export interface DoneTurn {
  /** Stands in every text of the turn and in no other turn's. */
  mark: string;
  startedAt: number;
  endedAt?: number;
}

interface Conversation {
  name: string;
  sessionId: string;
  turn: (DoneTurn & { calls: number; pending: string | undefined; wantedCalls: number }) | undefined;
  turns: number;
}

const CHANNELS = [SAMPLE.publicId, SAMPLE.privateId];

export class Conversations {
  readonly turns: DoneTurn[] = [];
  readonly #writer: OpenClawWriter;
  readonly #random: () => number;
  readonly #conversations: Conversation[];

  constructor(writer: OpenClawWriter, count: number, random: () => number) {
    this.#writer = writer;
    this.#random = random;
    this.#conversations = Array.from({ length: count }, (_, index) => {
      const name = `s${index}`;
      const sessionId = randomUUID();
      writer.session(`agent:${name}:mattermost:channel:${CHANNELS[index % CHANNELS.length] ?? ''}`, { sessionId });
      return { name, sessionId, turn: undefined, turns: 0 };
    });
  }

  /** One step of a session chosen at random: a turn begins, goes on or ends. */
  step(): void {
    const chosen = this.#conversations[Math.floor(this.#random() * this.#conversations.length)];
    if (chosen === undefined) return;
    if (chosen.turn === undefined) this.#begin(chosen);
    else if (chosen.turn.pending !== undefined) this.#answer(chosen);
    else if (chosen.turn.calls < chosen.turn.wantedCalls) this.#call(chosen);
    else this.#end(chosen);
  }

  /** Begins a turn in every session that is at rest. */
  beginAll(): void {
    for (const conversation of this.#conversations) if (conversation.turn === undefined) this.#begin(conversation);
  }

  /** Ends every turn that runs. */
  endAll(): void {
    for (const conversation of this.#conversations) {
      if (conversation.turn?.pending !== undefined) this.#answer(conversation);
      if (conversation.turn !== undefined) this.#end(conversation);
    }
  }

  #begin(conversation: Conversation): void {
    conversation.turns += 1;
    const mark = `${conversation.name}n${conversation.turns}x`;
    const wantedCalls = 1 + Math.floor(this.#random() * 6);
    conversation.turn = { mark, startedAt: Date.now(), calls: 0, pending: undefined, wantedCalls };
    this.turns.push(conversation.turn);
    if (this.#random() < 0.5) this.#writer.lock(conversation.sessionId);
    this.#writer.user(conversation.sessionId, 'please');
    this.#call(conversation);
  }

  #call({ sessionId, turn }: Conversation): void {
    if (turn === undefined) return;
    turn.calls += 1;
    turn.pending = randomUUID();
    this.#writer.assistant(sessionId, `step ${turn.calls} of ${turn.mark}`, [
      { id: turn.pending, name: 'exec', arguments: { command: `make ${turn.calls}` } },
    ]);
  }

  #answer({ sessionId, turn }: Conversation): void {
    if (turn?.pending === undefined) return;
    this.#writer.result(sessionId, turn.pending, 0);
    turn.pending = undefined;
  }

  #end(conversation: Conversation): void {
    const { turn, sessionId } = conversation;
    if (turn === undefined) return;
    this.#writer.assistant(sessionId, `finished ${turn.mark}`);
    this.#writer.unlock(sessionId);
    turn.endedAt = Date.now();
    conversation.turn = undefined;
  }
}
