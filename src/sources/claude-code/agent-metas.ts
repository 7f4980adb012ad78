// Reads the `meta.json` of sub-agents. It is written before the sub-agent's first line, and again when that has ended or was woken.

import { join } from 'node:path';
import { setBounded } from '../../core/bounded-map.ts';
import { SmallFile } from '../../files/small-file.ts';
import type { AgentMeta } from './agent-links.ts';
import { decodeAgentMeta } from './agent-meta.ts';

const MAX_BYTES = 64 * 1024;
const MAX_FILES = 5_000;

export class AgentMetas {
  readonly #root: string;
  readonly #onRead: (sessionId: string, agentId: string, meta: AgentMeta) => void;
  readonly #filesByPath = new Map<string, SmallFile>();

  constructor(root: string, onRead: (sessionId: string, agentId: string, meta: AgentMeta) => void) {
    this.#root = root;
    this.#onRead = onRead;
  }

  /** What the file says, if that is new. */
  async look(sessionId: string, agentId: string, folder: string): Promise<AgentMeta | undefined> {
    const path = join(folder, `agent-${agentId}.meta.json`);
    const file = this.#filesByPath.get(path) ?? new SmallFile({ path, root: this.#root }, MAX_BYTES);
    setBounded(this.#filesByPath, path, file, MAX_FILES);
    const read = await file.read();
    const meta = read.kind === 'read' ? decodeAgentMeta(read.text) : undefined;
    if (meta !== undefined) this.#onRead(sessionId, agentId, meta);
    return meta;
  }
}
