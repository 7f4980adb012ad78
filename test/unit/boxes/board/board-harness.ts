// A board with a fake clock and the real renderer. Records everything that the board shows.

import { Counters } from '../../../../src/health/counters.ts';
import { Board } from '../../../../src/boxes/board/board.ts';
import type { BoardOptions, BoardPorts } from '../../../../src/boxes/board/board-ports.ts';
import type { Placement } from '../../../../src/boxes/board/box-entry.ts';
import { BUILT_IN_LABELS } from '../../../../src/boxes/render/tool-labels.ts';
import { drawn } from '../../../../src/boxes/publish/drawing.ts';
import type { BoxNews, BoxView } from '../../../../src/boxes/publish/publisher-ports.ts';
import { sketchCard } from '../../../../src/boxes/render/render-card.ts';
import { EventPath } from '../../../../src/app/event-path.ts';
import type { SessionEvent } from '../../../../src/core/event.ts';
import { Fold } from '../../../../src/core/fold.ts';
import type { TurnTree } from '../../../../src/core/session.ts';
import { introduction } from '../../core/introduced.ts';
import { FakeClock } from '../../../support/clock.ts';

export const MAIN = 'agent:main:main';
const TICK_MS = 500;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type Bare = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'sessionKey' | 'at' | 'source'> : never) : never;

export interface BoardHarnessOptions {
  policy?: Partial<BoardOptions['policy']>;
  maxBoxes?: number;
  /** Called whenever the board asks how many boxes there may be: it does so to share out the slots, and only then. */
  onShare?: () => void;
  clock?: FakeClock;
  /** Told of every view beside its being drawn and written down. */
  show?: (view: BoxView | BoxNews) => void;
  place?: (tree: TurnTree) => Promise<Placement>;
  /** Whether all addresses have their boxes in one place. */
  leadAlike?: boolean;
  hurry?: BoardPorts['hurry'];
  warn?: (fields: object) => void;
  debug?: (fields: object, message: string) => void;
  /** Left to the test: the sources are still reading what happened before the start. */
  isCatchingUp?: boolean;
}

export class BoardHarness {
  readonly clock: FakeClock;
  readonly fold = new Fold();
  readonly board: Board;
  readonly path: EventPath;
  readonly counters = new Counters();
  readonly views: BoxView[] = [];
  readonly forgotten: string[] = [];
  /** The instants at which ticks were asked for. */
  readonly asked: number[] = [];
  #ids = 0;

  constructor({ policy, maxBoxes = 20, onShare, clock = new FakeClock(), ...options }: BoardHarnessOptions = {}) {
    const { show, place, leadAlike = false, isCatchingUp = false } = options;
    this.clock = clock;
    this.board = new Board(
      {
        clock,
        sessions: this.fold.sessionsByKey,
        emit: (event) => this.path.apply(event),
        tickAt: (instant) => void this.asked.push(instant),
        log: { ...quiet, warn: options.warn ?? quiet.warn, debug: options.debug ?? quiet.debug },
        meter: this.counters,
        sketch: (tree) => sketchCard(tree, { verbosity: 'normal', maxLines: 15, labels: BUILT_IN_LABELS, redact: (text) => text }),
        show: (view) => {
          this.views.push(drawn(view));
          show?.(view);
        },
        hurry: (box) => options.hurry?.(box),
        place: place ?? (async () => ({ target: { channelId: 'town' } })),
        forget: ({ boxId, sessionKey }) => {
          this.forgotten.push(boxId);
          this.fold.forgetTurn(sessionKey, boxId);
        },
      },
      {
        limits: { idleTimeoutMs: 60_000, maxDurationMs: 1_800_000 },
        policy: { openAfterMs: 2_000, schedule: 'failures', allowsAgent: () => true, ...policy },
        get maxBoxes() {
          onShare?.();
          return maxBoxes;
        },
      },
    );
    this.path = new EventPath({
      tickAt: (instant) => void this.asked.push(instant),
      clock,
      fold: this.fold,
      board: () => this.board,
      routes: { isShown: () => true, leadAlike: () => leadAlike },
    });
    if (!isCatchingUp) this.board.caughtUp();
  }

  /** Something happens now, perhaps in a session that was not known before. */
  tell(event: Bare, sessionKey = MAIN): void {
    const at = this.clock.now();
    if (!this.fold.sessionsByKey.has(sessionKey)) this.path.apply(introduction(sessionKey, at));
    this.path.apply({ ...event, sessionKey, source: 'transcripts', at });
  }

  ask(sessionKey = MAIN): void {
    this.tell({ type: 'turn_started', trigger: { kind: 'person' }, messageId: this.#newId() }, sessionKey);
  }

  say(stop: 'tools' | 'stop' | 'error' | 'aborted', text = 'text', sessionKey = MAIN): void {
    const reason = stop === 'error' ? { reason: 'HTTP 500' } : {};
    this.tell({ type: 'message', messageId: this.#newId(), stop, text, ...reason }, sessionKey);
  }

  call(callId: string, sessionKey = MAIN): void {
    this.tell({ type: 'tool_started', callId, tool: 'exec', args: { command: 'make' } }, sessionKey);
  }

  answer(callId: string, sessionKey = MAIN): void {
    this.tell({ type: 'tool_ended', callId, outcome: { kind: 'ok' } }, sessionKey);
  }

  /** Time passes, with the daemon's ticks in it. */
  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds * 1_000; passed += TICK_MS) {
      await this.clock.advance(TICK_MS);
      this.path.tick();
    }
    await this.clock.advance(1);
  }

  /** The newest title of every box, in the order in which they were first shown. */
  titles(): string[] {
    const byBox = new Map<string, string>();
    for (const { boxId, card } of this.views) byBox.set(boxId, card.title);
    return [...byBox.values()];
  }

  #newId(): string {
    this.#ids += 1;
    return `m${this.#ids}`;
  }
}
