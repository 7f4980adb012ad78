// Turns what the daemon says of threads into waits. Remembers which waits were told.

import type { SessionEvent } from '../../core/event.ts';
import type { WaitsOn } from './daemon-socket.ts';
import { whereItWaits } from '../coding-agents/where-it-waits.ts';
import { keyOfThread } from './thread-key.ts';

/** The call that a thread has made last and that is not answered. */
export interface LastCall {
  callId: string;
  /** Its tool, and its command where the route shows that. */
  text: string;
}

export interface WaitsOptions {
  source: string;
  now(): number;
  emit(event: SessionEvent): void;
  /** Only open threads wait: the daemon also has others, such as the one that makes a title. */
  isOpen(threadId: string): boolean;
  lastCall(threadId: string): LastCall | undefined;
  /** What a person called the thread, where the route shows that. */
  nameOf(threadId: string): string | undefined;
  /** The name of this machine: the daemon's socket is on it. */
  host: string;
}

const WAIT_ID = 'daemon';

export class Waits {
  readonly #options: WaitsOptions;
  readonly #toldByThread = new Map<string, Exclude<WaitsOn, undefined>>();

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  told(threadId: string, on: WaitsOn): void {
    if (this.#toldByThread.get(threadId) === on || !this.#options.isOpen(threadId)) return;
    const common = { at: this.#options.now(), sessionKey: keyOfThread(threadId), source: this.#options.source, waitId: WAIT_ID };
    if (on === undefined) this.#toldByThread.delete(threadId);
    else this.#toldByThread.set(threadId, on);
    if (on === undefined) return this.#options.emit({ type: 'waiting_ended', ...common });
    const call = this.#options.lastCall(threadId);
    const who = whereItWaits({ host: this.#options.host, session: this.#options.nameOf(threadId) });
    this.#options.emit({ type: 'waiting_started', on, who, ...common, ...call });
  }

  /** Nobody says any more who waits. */
  silence(): void {
    for (const threadId of this.#toldByThread.keys()) this.told(threadId, undefined);
  }

  forget(threadId: string): void {
    this.#toldByThread.delete(threadId);
  }
}
