// Runs what the documents tell people to type: one shell for a document, in which what was exported stays.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a document has people type, what it says is printed, and the exit code that it names in a comment. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
  readonly code: number;
}

const FENCE = /^ *```(sh|console) runnable(?: (\w+))?\n([^]*?)^ *```$/gm;

/**
 * What the runnable blocks of a document have people type, in its order: a block of `sh` as a whole, in a block of `console` what stands
 * behind each `$`. Blocks with a word behind `runnable` need another place, which `where` names.
 */
export function runnable(document: string, where?: string): Shown[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${document}`, import.meta.url)), 'utf8');
  return [...text.matchAll(FENCE)]
    .filter(([, , place]) => place === where)
    .flatMap(([, kind, , body = '']) => (kind === 'console' ? sessionOf(body.trimEnd().split('\n')) : [asBlock(body)]));
}

function asBlock(body: string): Shown {
  return { command: `set -e\n${body}set +e`, output: ['…'], code: 0 };
}

function sessionOf(lines: readonly string[]): Shown[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, nth) => {
    const command = lines[start]?.slice(2) ?? '';
    const code = Number(/# exit code (\d+)/.exec(command)?.[1] ?? 0);
    return { command, code, output: lines.slice(start + 1, starts[nth + 1]) };
  });
}

/** A shell that stays until it is closed. */
export class DocShell {
  readonly #child: ChildProcess;
  #said = '';

  constructor(env: NodeJS.ProcessEnv, cwd: string) {
    this.#child = spawn('bash', ['--norc', '-s'], { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdin?.write('exec 2>&1\n');
    this.#child.stdout?.on('data', (data: Buffer) => (this.#said += data.toString()));
  }

  /** Types it, and gives what it printed and how it ended; rejects when the shell has ended, as it does where a block fails. */
  async run(command: string): Promise<{ code: number; out: string }> {
    if (this.#child.exitCode !== null) throw new Error(`The shell has ended before ${command}`);
    this.#said = '';
    this.#child.stdin?.write(`{ ${command}\n} </dev/null; printf '\\n@%s@\\n' "$?"\n`);
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const [all, code] = /\n@(\d+)@\n$/.exec(this.#said) ?? [];
        if (all === undefined) return;
        this.#child.stdout?.off('data', look);
        resolve({ code: Number(code), out: this.#said.slice(0, -all.length) });
      };
      this.#child.stdout?.on('data', look);
      this.#child.once('close', () => reject(new Error(`The shell ended at ${command}: ${this.#said}`)));
    });
  }

  close(): void {
    this.#child.stdin?.end();
  }
}

/** Numbers, ids and blanks are not the same twice; a line of an ellipsis stands for any lines. The pattern of what a document shows. */
export function looksLike(shown: readonly string[]): RegExp {
  const lines = shown.map((line) => (line === '…' ? '(?:.*\n)*?' : `${loose(line).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\n`));
  return new RegExp(`^${lines.join('')}$`);
}

/** A text without what differs from run to run. */
export function loose(text: string): string {
  return text
    .replaceAll(/\b(?:[a-z0-9]{26}|[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{64})\b/g, 'ID')
    .replaceAll(/\d+(?:\.\d+)*/g, 'N')
    .replaceAll(/ +/g, ' ');
}
