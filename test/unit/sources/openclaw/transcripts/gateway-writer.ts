import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let count = 0;

/** A line as the gateway writes it. The id follows from the text, so that tests can name it. */
export function line(role: 'user' | 'assistant', text: string, more: { at?: number; stopReason?: string; id?: string } = {}): string {
  const at = more.at ?? Date.now();
  const stop = role === 'assistant' ? { stopReason: more.stopReason ?? 'stop', provider: 'p', model: 'm' } : {};
  const message = { role, content: [{ type: 'text', text }], timestamp: at, ...stop };
  return `${JSON.stringify({ type: 'message', id: more.id ?? text, parentId: null, timestamp: new Date(at).toISOString(), message })}\n`;
}

export function header(sessionId: string, at = Date.now()): string {
  return `${JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: new Date(at).toISOString(), cwd: '/w' })}\n`;
}

/** A user line and its answer. */
export function turn(name: string, at = Date.now()): string {
  return line('user', `ask-${name}`, { at }) + line('assistant', `answer-${name}`, { at });
}

/** Writes into a sessions folder the way the gateway does. */
export class GatewayWriter {
  readonly folder: string;
  #store: Record<string, object> = {};

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  path(sessionId: string): string {
    return join(this.folder, `${sessionId}.jsonl`);
  }

  /** Puts an entry into the index, by temp file and rename. */
  index(key: string, entry: { sessionId: string } & Record<string, unknown>): void {
    this.#store = { ...this.#store, [key]: { updatedAt: Date.now(), sessionFile: `/home/node/x/${entry.sessionId}.jsonl`, ...entry } };
    this.#writeStore();
  }

  unindex(key: string): void {
    const { [key]: _gone, ...rest } = this.#store;
    this.#store = rest;
    this.#writeStore();
  }

  append(sessionId: string, ...lines: string[]): void {
    appendFileSync(this.path(sessionId), lines.join(''));
  }

  lock(sessionId: string, content: object = { pid: process.pid, createdAt: new Date().toISOString() }): void {
    writeFileSync(`${this.path(sessionId)}.lock`, JSON.stringify(content));
  }

  unlock(sessionId: string): void {
    rmSync(`${this.path(sessionId)}.lock`);
  }

  archive(sessionId: string, reason: 'reset' | 'deleted' | 'bak'): void {
    renameSync(this.path(sessionId), `${this.path(sessionId)}.${reason}.2026-11-21T02-04-50.${++count}Z`);
  }

  #writeStore(): void {
    const temp = join(this.folder, `sessions.json.1.${++count}.tmp`);
    writeFileSync(temp, JSON.stringify(this.#store));
    renameSync(temp, join(this.folder, 'sessions.json'));
  }
}
