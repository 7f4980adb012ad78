// Writes a folder of agents as OpenClaw 2026.2 does: transcripts line by line, the index replaced by rename, a lock for the whole run.

import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A session for the index. */
export interface LiveSession {
  readonly agentId: string;
  readonly key: string;
  readonly row: Readonly<Record<string, unknown>> & { readonly sessionId: string };
}

export class Gateway {
  readonly #root: string;
  readonly #rowsByKeyByAgent = new Map<string, Map<string, object>>();
  #indexWrites = 0;

  /** `root` is what `TRANSCRIPT_DIR` names. */
  constructor(root: string) {
    this.#root = root;
    mkdirSync(root, { recursive: true });
  }

  /** Names the session in the index, then makes its lock. The transcript follows with its first lines. */
  startRun(session: LiveSession): void {
    mkdirSync(this.#folderOf(session), { recursive: true });
    this.#index(session);
    writeFileSync(`${this.#pathOf(session)}.lock`, JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }));
  }

  append(session: LiveSession, entry: object): void {
    appendFileSync(this.#pathOf(session), `${JSON.stringify(entry)}\n`);
  }

  endRun(session: LiveSession): void {
    rmSync(`${this.#pathOf(session)}.lock`, { force: true });
    this.#index(session);
  }

  #index(session: LiveSession): void {
    const rowsByKey = this.#rowsByKeyByAgent.get(session.agentId) ?? new Map<string, object>();
    this.#rowsByKeyByAgent.set(session.agentId, rowsByKey);
    rowsByKey.set(session.key, { ...session.row, sessionFile: this.#pathOf(session), updatedAt: Date.now() });
    this.#indexWrites += 1;
    const index = join(this.#folderOf(session), 'sessions.json');
    const temporary = `${index}.${process.pid}.${this.#indexWrites}.tmp`;
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(rowsByKey), null, 2), { mode: 0o600 });
    renameSync(temporary, index);
  }

  #folderOf({ agentId }: LiveSession): string {
    return join(this.#root, agentId, 'sessions');
  }

  #pathOf(session: LiveSession): string {
    return join(this.#folderOf(session), `${session.row.sessionId}.jsonl`);
  }
}
