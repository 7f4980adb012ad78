// Knows the names that people gave to threads, from the index of a home: of several lines the last one counts.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asRecord, asText, parseJson } from '../../core/json-guards.ts';
import { SmallFile } from '../../files/small-file.ts';
import { keyPart } from '../coding-agents/plain-id.ts';

const MAX_BYTES = 4 * 1024 * 1024; // tens of thousands of names

export class ThreadNames {
  readonly #path: string;
  readonly #index: SmallFile;
  #nameById = new Map<string, string>();

  constructor(home: string) {
    this.#path = join(home, 'session_index.jsonl');
    this.#index = new SmallFile({ path: this.#path, root: home }, MAX_BYTES);
  }

  of(threadId: string): string | undefined {
    return this.#nameById.get(threadId);
  }

  /** Reads the index again if it has changed, and says whether it had. What is there stays known when it cannot be read. */
  async refresh(): Promise<boolean> {
    if (!existsSync(this.#path)) return false; // until somebody gives the first name
    const read = await this.#index.read();
    if (read.kind !== 'read') return false;
    this.#nameById = new Map(read.text.split('\n').flatMap(nameIn));
    return true;
  }
}

function nameIn(line: string): [string, string][] {
  const raw = asRecord(parseJson(line));
  const [id, name] = [keyPart(raw?.['id']), asText(raw?.['thread_name'])];
  return id === undefined || name === undefined ? [] : [[id, name]];
}
