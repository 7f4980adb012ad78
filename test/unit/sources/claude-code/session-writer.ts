// Writes session files and live files as Claude Code does, for what no recording shows.

import { appendFileSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The start of a process, as its live file has it. */
export function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Our own pid domain. */
export function ownDomain(): string {
  return `linux:${readFileSync('/etc/machine-id', 'utf8').trim()}:${readlinkSync('/proc/self/ns/pid')}`;
}

export interface Live {
  pid: number;
  procStart?: string;
  pidDomain?: string;
  sessionId?: string;
  status?: string;
  waitingFor?: string;
  name?: string;
  nameSource?: string;
}

export class SessionWriter {
  /** The configuration folder. */
  readonly dir: string;
  readonly sessionId: string;
  readonly cwd: string;
  readonly path: string;
  #parent: string | null = null;
  #count = 0;

  constructor(dir: string, { number = 1, cwd = '/home/dev/shop' } = {}) {
    this.dir = dir;
    this.cwd = cwd;
    this.sessionId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    this.path = join(dir, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'), `${this.sessionId}.jsonl`);
    mkdirSync(dirname(this.path), { recursive: true });
  }

  get key(): string {
    return `claude-code:${this.sessionId}`;
  }

  /** A line of the conversation. Its id follows from its place. */
  line(type: string, body: object, about: object = {}): string {
    const uuid = `${this.sessionId.slice(-4)}-line-${(this.#count += 1)}`;
    const place = { cwd: this.cwd, sessionId: this.sessionId, version: '2.1.332', entrypoint: 'cli', timestamp: new Date().toISOString() };
    const line = { parentUuid: this.#parent, isSidechain: false, type, ...body, uuid, ...place, ...about };
    this.#parent = uuid;
    return `${JSON.stringify(line)}\n`;
  }

  prompt(text: string): string {
    return this.line('user', { message: { role: 'user', content: text } }, { promptSource: 'typed' });
  }

  says(content: object[], stop = 'tool_use', usage: object = { input_tokens: 10, output_tokens: 2 }, id = `msg-${this.#count}`): string {
    return this.line('assistant', { message: { id, role: 'assistant', model: 'claude-test', content, stop_reason: stop, usage } });
  }

  calls(id: string, name: string, input: object): string {
    return this.says([{ type: 'tool_use', id, name, input }]);
  }

  result(id: string, content: string, about: object = {}): string {
    return this.line('user', { message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] } }, about);
  }

  ends(): string {
    return this.line('system', { subtype: 'turn_duration', durationMs: 1 });
  }

  add(...lines: string[]): void {
    appendFileSync(this.path, lines.join(''));
  }

  livePath(pid: number): string {
    return join(this.dir, 'sessions', `${pid}.json`);
  }

  liveText({ pid, ...state }: Live): string {
    const now = Date.now();
    const about = { cwd: this.cwd, startedAt: now - 60_000, version: '2.1.332', kind: 'interactive', entrypoint: 'cli', updatedAt: now };
    return JSON.stringify({ pid, sessionId: this.sessionId, ...about, status: 'busy', statusUpdatedAt: now, ...state });
  }

  live(live: Live): void {
    mkdirSync(join(this.dir, 'sessions'), { recursive: true });
    writeFileSync(this.livePath(live.pid), this.liveText(live));
  }

  leave(pid: number): void {
    rmSync(this.livePath(pid), { force: true });
  }
}
