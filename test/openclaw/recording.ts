// Writes down what the seven turns were to a reader: one capture of frames per turn, and everything that happened in the sessions
// folder. Owns the files.

import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderRecorder } from './folder-recorder.ts';
import { Recorder } from './recorder.ts';

export interface RecordingPlan {
  /** Where the captures go. */
  folder: string;
  gateway: { url: string; token: string; home: string; sessionsDir: string };
  /** Tokens that are none of anybody's business. */
  secrets: readonly string[];
}

/** What a box has to say in the end, without times and figures. */
export interface TrueBox {
  /** How its title begins. */
  title: string;
  lines: string[];
}

const LATE_MS = 1_500; // rows lag behind

export class Recording {
  readonly #plan: RecordingPlan;
  readonly #files: FolderRecorder;
  readonly #truthByScene: Record<string, readonly TrueBox[]> = {};

  constructor(plan: RecordingPlan) {
    this.#plan = plan;
    mkdirSync(join(plan.folder, 'frames'), { recursive: true });
    this.#files = new FolderRecorder(plan.gateway.sessionsDir, (text) => this.#scrub(text));
  }

  /** Records the frames while `act` goes on, and with them what it says of what really happened. */
  async scene(name: string, act: () => Promise<TrueBox[]>): Promise<void> {
    const { folder, gateway } = this.#plan;
    const { url, token, home } = gateway;
    const recorder = await Recorder.begin({ url, token, deviceFolder: home, scrub: (text) => this.#scrub(text) });
    try {
      this.#truthByScene[name] = await act();
      await sleep(LATE_MS);
    } finally {
      writeLines(join(folder, 'frames', `${name}.ndjson`), await recorder.end());
    }
  }

  /** What a watcher logged; it is no capture, but tells why a box is not what it should be. */
  log(watcher: string, output: string): void {
    writeFileSync(join(this.#plan.folder, `watcher-${watcher}.log`), output);
  }

  /** Nothing is recorded after this. */
  close(): void {
    writeFileSync(join(this.#plan.folder, 'truth.json'), `${JSON.stringify(this.#truthByScene, null, 2)}\n`);
    const operations = this.#files.close();
    if (operations.length > 0) writeLines(join(this.#plan.folder, 'sessions.ndjson'), operations);
  }

  #scrub(text: string): string {
    const { gateway, secrets } = this.#plan;
    const plain = text.replaceAll(gateway.home, '/home/node').replaceAll(hostname(), 'host');
    return secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, 'fake-token'), plain);
  }
}

function writeLines(path: string, lines: readonly object[]): void {
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
