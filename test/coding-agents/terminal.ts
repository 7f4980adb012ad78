// A person at a terminal: a program in a tmux server of its own. Owns that server and ends it.

import { execFileSync } from 'node:child_process';
import { until } from '../support/until.ts';

const SHOWN_LIMIT_MS = 120_000; // a program of 400 MB begins on two slow cores
const KEY_PAUSE_MS = 400; // what is pasted together with Enter is taken for a line break

export class Terminal {
  readonly #server: string;
  readonly #pane: string;

  private constructor(server: string, pane: string) {
    this.#server = server;
    this.#pane = pane;
  }

  /** Starts `command` with this environment and nothing else in it. */
  static open(server: string, folder: string, env: NodeJS.ProcessEnv, command: readonly string[]): Terminal {
    const settings = Object.entries({ ...env, TERM: 'xterm-256color' }).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', '120', '-y', '45'];
    const args = ['-L', server, '-f', '/dev/null', 'new-session', '-d', ...size, '-P', '-F', '#{pane_id}', '-c', folder];
    const pane = execFileSync('tmux', [...args, '--', 'env', '-i', ...settings, ...command], { encoding: 'utf8' }).trim();
    return new Terminal(server, pane);
  }

  /** What stands on the screen. */
  get screen(): string {
    try {
      return this.#tmux('capture-pane', '-p', '-t', this.#pane);
    } catch {
      return '(the program has ended)';
    }
  }

  /** The process in the terminal. */
  get pid(): number {
    return Number(this.#tmux('display-message', '-p', '-t', this.#pane, '#{pane_pid}').trim());
  }

  async shows(pattern: RegExp): Promise<void> {
    await until(`the screen shows ${String(pattern)}`, () => pattern.test(this.screen), {
      timeoutMs: SHOWN_LIMIT_MS,
      detail: () => this.screen,
    });
  }

  async types(text: string): Promise<void> {
    this.#tmux('send-keys', '-t', this.#pane, '-l', text);
    await pause();
    this.#tmux('send-keys', '-t', this.#pane, 'Enter');
  }

  async presses(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.#tmux('send-keys', '-t', this.#pane, key);
      await pause();
    }
  }

  /** Presses a key until the screen shows no more what it answers: a dialog is drawn before it takes keys. */
  async answers(dialog: RegExp, key: string): Promise<void> {
    await this.shows(dialog);
    const isAnswered = async (): Promise<boolean> => {
      await pause();
      if (!dialog.test(this.screen)) return true;
      this.#tmux('send-keys', '-t', this.#pane, key);
      return false;
    };
    await until(`${String(dialog)} is answered by ${key}`, isAnswered, { timeoutMs: SHOWN_LIMIT_MS, detail: () => this.screen });
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

/** Never throws. */
export function endTerminals(server: string): void {
  try {
    execFileSync('tmux', ['-L', server, 'kill-server'], { stdio: 'ignore' });
  } catch {
    // There was none, or it has ended.
  }
}

function pause(): Promise<void> {
  return new Promise((done) => void setTimeout(done, KEY_PAUSE_MS));
}
