// Somebody who only watches while others do harm: sees how soon health answers, how much memory the watcher takes and how late its event
// loop is, and how much of that the machine does to everybody. Owns the process it looks from, which ends with this one.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Watcher } from './harness.ts';

export interface Seen {
  slowestHealthMs: number;
  /** Questions without an answer. */
  unanswered: number;
  mostRssBytes: number;
  /** How long the watcher let one of a hundred callers wait for a page that costs nothing. */
  loopDelayP99Ms: number;
  /** How much longer than on a core of its own a computation takes here: 1 on an idle machine. */
  stretch: number;
  /** How late an event loop is that has next to nothing to do. */
  idleP99Ms: number;
  idleMostMs: number;
}

const MIB = 1024 ** 2;
const MOST_LOOP_DELAY_MS = 100;
const MOST_HEALTH_MS = 1_000;
const MOST_GROWTH_MIB = 150;

const PROCESS = fileURLToPath(new URL('./bystander-process.ts', import.meta.url));

export class Bystander {
  readonly #rssBefore: number;
  readonly #process: ChildProcess;

  private constructor(url: string, rssBefore: number) {
    this.#rssBefore = rssBefore;
    this.#process = fork(PROCESS, [url], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  }

  static async beside(watcher: Watcher): Promise<Bystander> {
    const bystander = new Bystander(watcher.healthUrl, (await watcher.health()).process.rssBytes);
    await once(bystander.#process, 'message');
    return bystander;
  }

  /**
   * Stops looking and tells every bound that was passed. Memory is within its bound or not; what takes time may take as much longer as
   * everything does on this machine meanwhile.
   */
  async harm(): Promise<string[]> {
    this.#process.send('enough');
    const [seen] = (await once(this.#process, 'message')) as [Seen];
    const grownMib = (seen.mostRssBytes - this.#rssBefore) / MIB;
    const figures = `${Math.round(grownMib)} MiB, ${JSON.stringify(seen)}`;
    if (process.env['TELL_FIGURES'] !== undefined) process.stdout.write(`${figures}\n`);
    const harm: [string, boolean][] = [
      ['health did not answer', seen.unanswered > 0],
      ['memory', grownMib > MOST_GROWTH_MIB],
      ['event loop', seen.loopDelayP99Ms > MOST_LOOP_DELAY_MS * seen.stretch + seen.idleP99Ms],
      ['health was slow', seen.slowestHealthMs > MOST_HEALTH_MS * seen.stretch + seen.idleMostMs],
    ];
    return harm.flatMap(([what, isHarm]) => (isHarm ? [`${what}: ${figures}`] : []));
  }
}
