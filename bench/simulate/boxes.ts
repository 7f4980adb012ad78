// The watcher without sources, disk and network: the real fold, board, publisher and budget on the ports that it is given.

import { Board } from '../../src/boxes/board/board.ts';
import { budgetLimits } from '../../src/boxes/publish/budget.ts';
import { createPublisher } from '../../src/boxes/publish/publisher.ts';
import type { PublisherPorts, PublisherStats } from '../../src/boxes/publish/publisher-ports.ts';
import { RequestBudget } from '../../src/boxes/publish/request-budget.ts';
import { boardOptions, keptLinesOf, publisherOptions } from '../../src/app/box-options.ts';
import { encoderOf, rendererOf } from '../../src/app/encoding.ts';
import { EventPath } from '../../src/app/event-path.ts';
import { type Config, secretsOf } from '../../src/config/config.ts';
import type { SessionEvent } from '../../src/core/event.ts';
import { Fold } from '../../src/core/fold.ts';
import type { SessionsByKey } from '../../src/core/session.ts';
import { Counters } from '../../src/health/counters.ts';
import { startTicks } from '../../src/process/tick-loop.ts';
import { createRedactor } from '../../src/text/redact.ts';

const ignore = (): void => undefined;

export type BoxPorts = Pick<PublisherPorts, 'clock' | 'random' | 'sink' | 'log' | 'posts'> & {
  /** The session's channel. */
  channelOf(sessionKey: string): string;
};

export interface Boxes {
  apply(event: SessionEvent): void;
  /** The box of the session's newest turn. */
  boxOf(sessionKey: string): string;
  sessions(): SessionsByKey;
  entries: Board['entries'];
  stats(): PublisherStats;
}

export function createBoxes(config: Config, ports: BoxPorts): Boxes {
  const { clock, log, channelOf } = ports;
  const counters = new Counters();
  const redact = createRedactor(secretsOf(config));
  const fold = new Fold(keptLinesOf(config));
  const { perSecond, burst } = config.editsPerSecond;
  const publisher = createPublisher(
    {
      ...ports,
      encode: encoderOf(config, () => undefined),
      budget: new RequestBudget(() => budgetLimits(perSecond, burst), clock.monotonic()),
      meter: counters,
      instance: 'simulation',
      claimedAt: clock.now(),
      newPendingId: (boxId) => boxId,
    },
    publisherOptions(config),
  );
  const board: Board = new Board(
    {
      clock,
      log,
      sessions: fold.sessionsByKey,
      emit: (event) => path.apply(event),
      tickAt: (instant) => ticks.tickAt(instant),
      meter: counters,
      sketch: rendererOf(config, redact, log),
      show: (view) => publisher.show(view),
      place: async ({ session }) => ({ target: { channelId: channelOf(session.key) } }),
      hurry: ignore,
      forget: ({ boxId, sessionKey }) => {
        publisher.forget(boxId);
        fold.forgetTurn(sessionKey, boxId);
      },
    },
    boardOptions(config, () => false),
  );
  const path: EventPath = new EventPath({ clock, fold, tickAt: (instant) => ticks.tickAt(instant), board: () => board });
  const ticks = startTicks({ clock, log, tick: () => path.tick(), shiftClock: ignore, afterTick: ignore });
  board.caughtUp();
  return {
    apply: (event) => path.apply(event),
    boxOf: (key) => fold.sessionOf(key).turns.at(-1)?.boxId ?? '',
    sessions: () => fold.sessionsByKey,
    entries: () => board.entries(),
    stats: () => publisher.stats(),
  };
}
