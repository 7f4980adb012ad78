// Machines of a fleet with the real program on each, one bus and one chat: they run alone, or as watchers with publishers beside them.

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createRig, type Box, type Rig, type Watcher } from '../integration/harness.ts';
import { OpenClawWriter } from '../integration/openclaw-writer.ts';
import { until } from '../support/until.ts';
import { NatsServer } from './nats-server.ts';

/** A machine with agents, and a state of its own. */
export interface Machine {
  readonly gateway: string;
  readonly writer: OpenClawWriter;
  /** The program as it runs without any fleet. */
  alone(extra?: NodeJS.ProcessEnv): Promise<Watcher>;
  /** The same, as a watcher of the fleet. */
  watching(): Promise<Watcher>;
}

export class FleetOfMachines {
  readonly rig: Rig;
  readonly bus: NatsServer;
  #publishers = 0;

  private constructor(rig: Rig, bus: NatsServer) {
    this.rig = rig;
    this.bus = bus;
  }

  static async start(): Promise<FleetOfMachines> {
    const rig = await createRig();
    onTestFinished(() => rig.close());
    return new FleetOfMachines(rig, await NatsServer.start());
  }

  machine(gateway: string): Machine {
    const folder = join(this.rig.folder, gateway);
    const own = {
      GATEWAY_ID: gateway,
      TRANSCRIPT_DIR: join(folder, 'agents'),
      STATE_DIR: join(folder, 'state'),
      PID_FILE: join(folder, 'x.pid'),
      EDITS_PER_SECOND: '50:100',
    };
    const fleet = { ROLE: 'watcher', FLEET_URL: this.bus.url, MM_URL: '', MM_TOKEN: '' };
    return {
      gateway,
      writer: new OpenClawWriter(join(folder, 'agents')),
      alone: async (extra = {}) => (await this.rig.watcher({ ...own, ...extra })).ready(),
      watching: async () => (await this.rig.watcher({ ...own, ...fleet })).says('The watcher runs'),
    };
  }

  /** Resolves when it stands by. */
  async publisher(extra: NodeJS.ProcessEnv = {}): Promise<Watcher> {
    this.#publishers += 1;
    const name = `publisher-${this.#publishers}`;
    const publisher = await this.rig.watcher({
      ROLE: 'publisher',
      FLEET_URL: this.bus.url,
      STATE_DIR: join(this.rig.folder, name),
      PID_FILE: join(this.rig.folder, `${name}.pid`),
      GATEWAY_ID: 'publishers',
      EDITS_PER_SECOND: '50:100',
      ...extra,
    });
    return await publisher.says('The publisher stands by');
  }

  /** Waits until the boxes are as they should be. */
  async shows(what: string, areRight: (boxes: Box[]) => boolean): Promise<Box[]> {
    const texts = (): string =>
      this.rig
        .boxes()
        .map(({ postId, title, text }) => `${postId} ${title}\n${text}`)
        .join('\n\n');
    await until(what, () => areRight(this.rig.boxes()), { detail: texts });
    return this.rig.boxes();
  }
}

/** The one box in which these words are. */
export function boxWith(boxes: readonly Box[], words: string): Box | undefined {
  return boxes.find(({ text }) => text.includes(words));
}
