// A transcript that one turn writes for as long as the measurement takes.

import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const USAGE = { input: 900, output: 40, cacheRead: 8_000, cacheWrite: 128, totalTokens: 9_068, cost: { total: 0.006 } };

export class Transcript {
  readonly path: string;
  #entries = 0;
  #calls = 0;

  /** Creates the file in `folder` with a header and the line that begins the turn, and an index beside it that gives it `key`. */
  constructor(folder: string, sessionId: string, key: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${sessionId}.jsonl`);
    const index = join(folder, 'sessions.json');
    writeFileSync(`${index}.tmp`, JSON.stringify({ [key]: { sessionId, updatedAt: Date.now(), sessionFile: this.path } }));
    renameSync(`${index}.tmp`, index);
    this.#append({ type: 'session', version: 3, id: sessionId });
    this.#append({ type: 'message', message: { role: 'user', content: [{ type: 'text', text: 'Please measure.' }] } });
  }

  /** One write: the tool call before has ended, the agent says this and calls the next; the turn goes on. */
  say(text: string): void {
    const result = {
      role: 'toolResult',
      toolCallId: `call${this.#calls}`,
      toolName: 'exec',
      content: [],
      details: { exitCode: 0 },
      isError: false,
    };
    this.#calls += 1;
    const content = [
      { type: 'text', text },
      { type: 'toolCall', id: `call${this.#calls}`, name: 'exec', arguments: { command: 'true' } },
    ];
    this.#append(...(this.#calls > 1 ? [{ type: 'message', message: result }] : []), {
      type: 'message',
      message: { role: 'assistant', content, provider: 'p', model: 'm', usage: USAGE, stopReason: 'toolUse' },
    });
  }

  #append(...entries: object[]): void {
    const lines = entries.map((entry) => {
      this.#entries += 1;
      const id = this.#entries.toString(16).padStart(8, '0');
      return `${JSON.stringify({ id, parentId: null, timestamp: new Date().toISOString(), ...entry })}\n`;
    });
    appendFileSync(this.path, lines.join(''));
  }
}
