// The program as users get it: packed, and installed from the packed file. Owns its folder and ends every watcher that was started
// from it, by whomever.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npmEnvironment, npmInstall, run } from './npm.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** How one command ended. */
export interface Said {
  code: number | null;
  text: string;
}

const ROOT = resolve(import.meta.dirname, '../..');
const NAME = 'live-status';
const COMMAND_LIMIT_MS = 120_000;

export class PackedProgram {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async install(): Promise<PackedProgram> {
    const program = new PackedProgram(realpathSync(tempFolder('packed')));
    try {
      await program.#install();
      return program;
    } catch (error) {
      program.close();
      throw error;
    }
  }

  async #install(): Promise<void> {
    const folder = this.#folder;
    await run(`npm cannot pack ${NAME}`, 'npm', ['pack', '--pack-destination', folder], { cwd: ROOT, env: npmEnvironment() });
    const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    await npmInstall(folder, `./${packed}`, {});
  }

  /** Runs the command in an environment and waits for its end. */
  command(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
    const path = join(this.#folder, 'node_modules/.bin', NAME);
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: COMMAND_LIMIT_MS });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.stderr.on('data', (data: Buffer) => (text += data.toString()));
    return new Promise((done, fail) => child.on('error', fail).on('close', (code) => done({ code, text })));
  }

  /** The watchers that run from here. */
  get watchers(): number[] {
    const daemon = `${join(this.#folder, 'node_modules', NAME, 'dist/main.js')}\0run\0`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && commandLineOf(name).includes(daemon))
      .map(Number);
  }

  /** Never throws. */
  close(): void {
    for (const pid of this.watchers) kill(pid);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Empty when the process is gone. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
