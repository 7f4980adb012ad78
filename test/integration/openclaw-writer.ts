// Writes transcripts the way OpenClaw 2026.2 does: one line per append, the index replaced by rename, a lock for the whole run.

import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SessionEntry {
  sessionId: string;
  spawnedBy?: string;
  label?: string;
  chatType?: string;
  deliveryContext?: { channel: string; to?: string };
}

export class OpenClawWriter {
  readonly dir: string;
  readonly #entriesByKey = new Map<string, SessionEntry>();
  /** Added to every time stamp: what is written then happened that much later, or earlier. */
  shiftMs = 0;
  #ids = 0;

  /** `agentsRoot` is what `TRANSCRIPT_DIR` names. */
  constructor(agentsRoot: string, agentId = 'main') {
    this.dir = join(agentsRoot, agentId, 'sessions');
    mkdirSync(this.dir, { recursive: true });
  }

  /** Announces a session in the index and writes its header. */
  session(key: string, entry: SessionEntry): void {
    this.#entriesByKey.set(key, entry);
    this.#writeIndex();
    this.#append(entry.sessionId, { type: 'session', version: 3, id: entry.sessionId });
  }

  user(sessionId: string, text: string): void {
    this.#message(sessionId, { role: 'user', content: [{ type: 'text', text }] });
  }

  /** One assistant message; with calls it goes on, without it ends the run. */
  assistant(sessionId: string, text: string, calls: { id: string; name: string; arguments: object }[] = []): void {
    const content = [...(text === '' ? [] : [{ type: 'text', text }]), ...calls.map((call) => ({ type: 'toolCall', ...call }))];
    const usage = { input: 900, output: 100, cacheRead: 0, cacheWrite: 0, totalTokens: 1000, cost: { total: 0.01 } };
    this.#message(sessionId, {
      role: 'assistant',
      content,
      provider: 'p',
      model: 'm',
      usage,
      stopReason: calls.length > 0 ? 'toolUse' : 'stop',
    });
  }

  result(sessionId: string, toolCallId: string, exitCode: number, details: object = {}): void {
    const content = [{ type: 'text', text: exitCode === 0 ? 'ok' : `failed\n\n(Command exited with code ${exitCode})` }];
    this.#message(sessionId, {
      role: 'toolResult',
      toolCallId,
      toolName: 'exec',
      content,
      details: { status: 'completed', exitCode, ...details },
      isError: false,
    });
  }

  lock(sessionId: string): void {
    writeFileSync(this.#path(sessionId, '.lock'), JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }));
  }

  unlock(sessionId: string): void {
    rmSync(this.#path(sessionId, '.lock'), { force: true });
  }

  /** One more line for a transcript of any agent. */
  appendTo(agentId: string, sessionId: string, entry: object): void {
    const path = join(this.dir, '..', '..', agentId, 'sessions', `${sessionId}.jsonl`);
    appendFileSync(path, `${JSON.stringify({ timestamp: this.#timestamp(), ...entry })}\n`);
  }

  raw(sessionId: string, text: string): void {
    appendFileSync(this.#path(sessionId), text);
  }

  #message(sessionId: string, message: object): void {
    this.#append(sessionId, { type: 'message', id: `e${this.#ids++}`, parentId: null, timestamp: this.#timestamp(), message });
  }

  #append(sessionId: string, entry: object): void {
    appendFileSync(this.#path(sessionId), `${JSON.stringify({ timestamp: this.#timestamp(), ...entry })}\n`);
  }

  path(sessionId: string): string {
    return this.#path(sessionId);
  }

  #timestamp(): string {
    return new Date(Date.now() + this.shiftMs).toISOString();
  }

  #path(sessionId: string, suffix = ''): string {
    return join(this.dir, `${sessionId}.jsonl${suffix}`);
  }

  #writeIndex(): void {
    const now = Date.now();
    const entries = [...this.#entriesByKey].map(([key, entry]) => [
      key,
      { ...entry, updatedAt: now, sessionFile: this.#path(entry.sessionId) },
    ]);
    const temporary = join(this.dir, `sessions.json.${process.pid}.tmp`);
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(entries)));
    renameSync(temporary, join(this.dir, 'sessions.json'));
  }
}
