// Sessions of Claude Code, Codex and pi that work on files of their own, each with a real process where the program leaves a sign of one.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownDomain, SessionWriter, startOf } from '../unit/sources/claude-code/session-writer.ts';
import { rolloutLine } from '../unit/sources/codex/rollout-writer.ts';
import { endedWithTests } from './process-cleanup.ts';

/** One session. A turn is named by its mark, which stands in what the agent says. */
export interface AtWork {
  readonly source: 'claude-code' | 'codex' | 'pi';
  /** Opens the session: from now on its process is there. */
  opens(): Promise<void>;
  asks(mark: string, cwd?: string): void;
  ends(mark: string): void;
  /** kill -9: nothing is cleaned up. */
  dies(): Promise<void>;
}

const CALL = 'make'; // runs until its turn ends

class Program {
  #child: ChildProcess | undefined;

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(program: string, ...args: string[]): ChildProcess {
    this.#child = endedWithTests(spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
    return this.#child;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

export class ClaudeAtWork implements AtWork {
  readonly source = 'claude-code';
  readonly writer: SessionWriter;
  readonly #program = new Program();

  constructor(home: string, number: number) {
    this.writer = new SessionWriter(join(home, '.claude'), { number });
  }

  async opens(): Promise<void> {
    await once(this.#program.start('sleep', '600'), 'spawn');
    this.writer.live({ pid: this.#program.pid, procStart: startOf(this.#program.pid), pidDomain: ownDomain() });
  }

  asks(mark: string, cwd: string = this.writer.cwd): void {
    const { writer } = this;
    const prompt = writer.line('user', { message: { role: 'user', content: 'Go on.' } }, { promptSource: 'typed', cwd });
    writer.add(
      prompt,
      writer.says([{ type: 'text', text: `I work on ${mark}.` }]),
      writer.calls(`call-${mark}`, 'Bash', { command: CALL }),
    );
  }

  ends(mark: string): void {
    const { writer } = this;
    writer.add(
      writer.result(`call-${mark}`, 'made'),
      writer.says([{ type: 'text', text: `Finished ${mark}.` }], 'end_turn'),
      writer.ends(),
    );
  }

  dies(): Promise<void> {
    return this.#program.kill();
  }
}

export class CodexAtWork implements AtWork {
  readonly source = 'codex';
  readonly id: string;
  readonly #home: string;
  readonly #program = new Program();

  constructor(home: string, id: string) {
    this.id = id;
    this.#home = join(home, '.codex');
    for (const path of [this.#rollout, this.#lock]) mkdirSync(dirname(path), { recursive: true });
    this.#add('session_meta', { id, timestamp: new Date().toISOString(), cwd: '/home/dev/shop' });
  }

  get #rollout(): string {
    return join(this.#home, 'sessions', '2026', '11', '27', `rollout-2026-11-27T09-00-00-${this.id}.jsonl`);
  }

  get #lock(): string {
    return join(this.#home, 'thread-writer-locks', `${this.id}.lock`);
  }

  /** One process holds the lock, as Codex does, and hands it to no child. */
  async opens(): Promise<void> {
    const holder = this.#program.start('flock', '--no-fork', this.#lock, 'sh', '-c', 'echo held; exec sleep 600');
    if (holder.stdout !== null) await once(holder.stdout, 'data');
  }

  asks(mark: string, cwd = '/home/dev/shop'): void {
    this.#add('event_msg', { type: 'task_started', turn_id: mark, started_at: Math.floor(Date.now() / 1_000) });
    this.#add('turn_context', { model: 'gpt-test', cwd });
    this.#add('event_msg', { type: 'user_message', message: 'Go on.' });
    this.#add('event_msg', { type: 'agent_message', message: `I work on ${mark}.` });
    const call = { type: 'function_call', name: 'exec_command', arguments: JSON.stringify({ cmd: CALL }), call_id: `call-${mark}` };
    this.#add('response_item', call);
  }

  ends(mark: string): void {
    this.#add('response_item', {
      type: 'function_call_output',
      call_id: `call-${mark}`,
      output: 'Process exited with code 0\nOutput:\nmade',
    });
    this.#add('event_msg', { type: 'agent_message', message: `Finished ${mark}.` });
    this.#add('event_msg', { type: 'task_complete', turn_id: mark, last_agent_message: `Finished ${mark}.` });
  }

  dies(): Promise<void> {
    return this.#program.kill();
  }

  #add(type: string, payload: Record<string, unknown>): void {
    appendFileSync(this.#rollout, rolloutLine(type, payload));
  }
}

class PiAtWork implements AtWork {
  readonly source = 'pi';
  readonly #path: string;
  #lines = 0;

  constructor(home: string, id: string) {
    this.#path = join(home, '.pi', 'agent', 'sessions', '--home-dev-shop--', `2026-11-27T09-00-00-000Z_${id}.jsonl`);
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#add({ type: 'session', version: 3, id, cwd: '/home/dev/shop' });
  }

  /** Nothing that it leaves tells of its process. */
  async opens(): Promise<void> {}

  asks(mark: string): void {
    this.#say({ role: 'user', content: [{ type: 'text', text: 'Go on.' }] });
    const call = { type: 'toolCall', id: `call-${mark}`, name: 'bash', arguments: { command: CALL } };
    this.#say({ role: 'assistant', content: [{ type: 'text', text: `I work on ${mark}.` }, call], stopReason: 'toolUse' });
  }

  ends(mark: string): void {
    const result = { role: 'toolResult', toolCallId: `call-${mark}`, toolName: 'bash', content: [{ type: 'text', text: 'made' }] };
    this.#say({ ...result, isError: false });
    this.#say({ role: 'assistant', content: [{ type: 'text', text: `Finished ${mark}.` }], stopReason: 'stop' });
  }

  async dies(): Promise<void> {}

  #say(message: Record<string, unknown>): void {
    this.#add({ type: 'message', id: `m${this.#lines}`, parentId: null, message });
  }

  #add({ type, ...rest }: Record<string, unknown>): void {
    this.#lines += 1;
    appendFileSync(this.#path, `${JSON.stringify({ type, ...rest, timestamp: new Date().toISOString() })}\n`);
  }
}

/** So many of each. */
export function agentsAtWork(home: string, count: number): AtWork[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...numbers.map((number) => new ClaudeAtWork(home, number)),
    ...numbers.map((number) => new CodexAtWork(home, `thread${number}`)),
    ...numbers.map((number) => new PiAtWork(home, `session${number}`)),
  ];
}
