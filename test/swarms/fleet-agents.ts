// Agents at work on the machine of one gateway, each doing one turn after the other. Owns what was really done there.

import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE } from '../../src/stand-in/sample-seed.ts';
import { OneAgent } from '../integration/one-agent.ts';
import { OpenClawWriter } from '../integration/openclaw-writer.ts';

export interface AgentsOptions {
  folder: string;
  gateway: string;
  count: number;
  random: () => number;
}

const STEP_MS = 700; // on average
const STEPS = 8; // of one turn, on average
const REST_MS = 1_500; // between two turns, on average

export class FleetAgents {
  /** The marks of all turns that have begun. */
  readonly marks: string[] = [];
  readonly #agents: readonly OneAgent[];
  readonly #random: () => number;
  readonly #stopped = new AbortController();
  #work: Promise<unknown> = Promise.resolve();

  /** Agents of all gateways are called the same, and so are their sessions. */
  constructor({ folder, gateway, count, random }: AgentsOptions) {
    const writer = new OpenClawWriter(folder);
    const channels = [SAMPLE.publicId, SAMPLE.privateId];
    this.#random = random;
    this.#agents = Array.from({ length: count }, (_, index) => {
      return new OneAgent(writer, `${gateway}s${index}`, channels[index % channels.length], `agent${index}`);
    });
  }

  start(): void {
    this.#work = Promise.all(this.#agents.map((agent) => this.#workOf(agent)));
  }

  /** Resolves when all have ended the turn at which they were. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#work;
  }

  /** One step of each agent, for those who want to know when. A turn begins where none runs. */
  beginAll(): readonly string[] {
    return this.#agents.map((agent) => this.#begin(agent));
  }

  stepAll(): void {
    for (const agent of this.#agents) agent.step();
  }

  endAll(): readonly string[] {
    return this.#agents.map((agent) => agent.end());
  }

  /** Where every agent that is not over is. */
  get steps(): readonly { readonly mark: string; readonly step: number }[] {
    return this.#agents.map(({ mark, steps }) => ({ mark, step: steps }));
  }

  #begin(agent: OneAgent): string {
    const mark = agent.begin();
    this.marks.push(mark);
    return mark;
  }

  async #workOf(agent: OneAgent): Promise<void> {
    const { signal } = this.#stopped;
    await sleep(this.#about(REST_MS));
    while (!signal.aborted) {
      this.#begin(agent);
      for (let left = this.#about(STEPS); left > 0 && !signal.aborted; left -= 1) {
        await sleep(this.#about(STEP_MS));
        agent.step();
      }
      agent.end();
      await sleep(this.#about(REST_MS));
    }
  }

  #about(mean: number): number {
    return mean * (0.5 + this.#random());
  }
}
