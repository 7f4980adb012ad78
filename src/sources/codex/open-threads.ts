// Remembers which threads have something open: a turn, or commands in the background. Pure bookkeeping over events.

import type { RolloutEvent } from './rollout-event.ts';
import type { LastCall } from './waits.ts';

interface Open {
  hasTurn: boolean;
  background: Set<string>;
  /** What calls that are not answered do, by call. */
  calls: Map<string, string>;
}

const COMMANDS = ['command', 'cmd'];

/** The tool, with its command where that is shown; rules look at more of it. */
function whatItDoes({ tool, args, hidden = {} }: Extract<RolloutEvent['body'], { type: 'tool_started' }>): string {
  const name = COMMANDS.find((each) => args[each] !== undefined);
  return name === undefined ? tool : `${tool}: ${hidden[name] ?? args[name] ?? ''}`;
}

export class OpenThreads {
  readonly #byId = new Map<string, Open>();

  /** A turn that was open when an earlier process ended. */
  add(threadId: string): void {
    this.#of(threadId).hasTurn = true;
  }

  /** True when nothing of the thread is open any more. */
  apply(threadId: string, body: RolloutEvent['body']): boolean {
    const open = this.#of(threadId);
    if (body.type === 'turn_started') open.hasTurn = true;
    if (body.type === 'run_ended') {
      open.hasTurn = false;
      open.calls.clear();
    }
    if (body.type === 'tool_started') open.calls.set(body.callId, whatItDoes(body));
    if (body.type === 'tool_ended') open.calls.delete(body.callId);
    if (body.type === 'tool_ended' && body.outcome.kind === 'background') open.background.add(body.outcome.handle);
    if (body.type === 'background_ended') open.background.delete(body.handle);
    const isClosed = !open.hasTurn && open.background.size === 0;
    if (isClosed) this.#byId.delete(threadId);
    return isClosed;
  }

  has(threadId: string): boolean {
    return this.#byId.has(threadId);
  }

  ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** The newest call that is not answered. */
  lastCall(threadId: string): LastCall | undefined {
    const last = [...(this.#byId.get(threadId)?.calls ?? [])].at(-1);
    return last === undefined ? undefined : { callId: last[0], text: last[1] };
  }

  forget(threadId: string): void {
    this.#byId.delete(threadId);
  }

  #of(threadId: string): Open {
    const open = this.#byId.get(threadId) ?? { hasTurn: false, background: new Set(), calls: new Map() };
    this.#byId.set(threadId, open);
    return open;
  }
}
