// Looks at the names in the folders of a home: what each of them means, and who reads such a file. Owns which names were seen.

import { sep } from 'node:path';
import { addBounded } from '../../core/bounded-map.ts';
import { inSlices } from '../../files/in-slices.ts';
import type { AgentMeta } from './agent-links.ts';
import { AgentMetas } from './agent-metas.ts';
import { fileKindOf } from './file-names.ts';
import { type Signal, takeSignal } from './hook-signals.ts';
import { type HomeFolder, sessionOfAgents } from './home-folders.ts';
import type { Problems } from './home-problems.ts';
import { listFolder, UnchangedFolders } from './list-folder.ts';
import type { LiveFiles } from './live-files.ts';
import type { SessionFiles } from './session-files.ts';

export interface HomeNamesOptions {
  root: string;
  problems: Problems;
  files: SessionFiles;
  live: LiveFiles;
  /** A sub-agent's `meta.json` was read. */
  onMeta(sessionId: string, agentId: string, meta: AgentMeta): void;
  /** It says something new while we watch. */
  onMetaChanged(sessionId: string, agentId: string, meta: AgentMeta): void;
  /** The folder of a session or a job has appeared. */
  onFolder(path: string): void;
  /** A hook of ours has run. */
  onSignal(signal: Signal): void;
}

const MAX_SEEN_FOLDERS = 100_000;
const LOOKS_AT_ONCE = 64;

export class HomeNames {
  readonly #options: HomeNamesOptions;
  readonly #metas: AgentMetas;
  readonly #unchanged = new UnchangedFolders(() => Date.now());
  /** Folders of sessions and jobs, at work or not. */
  readonly #seenFolders = new Set<string>();
  readonly #listed = new WeakSet<HomeFolder>();

  constructor(options: HomeNamesOptions) {
    this.#options = options;
    this.#metas = new AgentMetas(options.root, (sessionId, agentId, meta) => options.onMeta(sessionId, agentId, meta));
  }

  /** Looks at every name that is not known yet. `hasStarted`: whatever appears now is new. */
  async list(folder: HomeFolder, hasStarted: boolean): Promise<void> {
    const { problems, files, live } = this.#options;
    if (folder.kind === 'project' && !this.#unchanged.mustList(folder)) return;
    const isNew = hasStarted || this.#listed.has(folder);
    const names = listFolder(folder.path, (name) => files.has(folder.path + sep + name));
    if (typeof names === 'string') return names === 'missing' ? undefined : problems.recordOnce('folder_unreadable', folder.path);
    problems.clear('folder_unreadable', folder.path);
    const paths = names.flatMap((name) => (fileKindOf(folder.kind, name).kind === 'live' ? [folder.path + sep + name] : []));
    if (folder.kind === 'live') await live.list(folder.path, paths);
    else await inSlices(names, LOOKS_AT_ONCE, (name) => this.#lookOne(folder, name, isNew));
    this.#listed.add(folder);
  }

  /** Handles a file that is new, changed or gone. */
  look(folder: HomeFolder, name: string, hasStarted: boolean): Promise<void> | undefined {
    return this.#lookOne(folder, name, hasStarted || this.#listed.has(folder));
  }

  readMeta(sessionId: string, agentId: string, folder: string): Promise<AgentMeta | undefined> {
    return this.#metas.look(sessionId, agentId, folder);
  }

  #lookOne(folder: HomeFolder, name: string, isNew: boolean): Promise<void> | undefined {
    const kind = fileKindOf(folder.kind, name);
    const path = folder.path + sep + name;
    switch (kind.kind) {
      case 'session':
        return this.#options.files.look(path, { sessionId: kind.sessionId, agentId: undefined, isNew });
      case 'agent':
        return this.#lookAtAgent(folder, kind.agentId, path, isNew);
      case 'meta':
        return this.#describe(sessionOfAgents(folder), kind.agentId, folder.path);
      case 'live':
        return this.#options.live.look(path);
      case 'job':
        return this.#options.live.lookJob(path);
      case 'signal':
        return this.#hear(folder.path, name, kind.signal);
      case 'folder':
        this.#foundFolder(path, isNew);
        return undefined;
      case 'other':
        return undefined;
      default:
        return kind satisfies never;
    }
  }

  async #lookAtAgent(folder: HomeFolder, agentId: string, path: string, isNew: boolean): Promise<void> {
    const sessionId = folder.kind === 'agents' ? sessionOfAgents(folder) : undefined;
    if (sessionId !== undefined) await this.readMeta(sessionId, agentId, folder.path);
    await this.#options.files.look(path, { sessionId, agentId, isNew });
  }

  async #hear(folder: string, name: string, signal: Omit<Signal, 'at'>): Promise<void> {
    const at = await takeSignal(folder, name);
    if (at !== undefined) this.#options.onSignal({ ...signal, at });
  }

  async #describe(sessionId: string, agentId: string, folder: string): Promise<void> {
    const meta = await this.readMeta(sessionId, agentId, folder);
    if (meta !== undefined) this.#options.onMetaChanged(sessionId, agentId, meta);
  }

  #foundFolder(path: string, isNew: boolean): void {
    const isKnown = this.#seenFolders.has(path);
    addBounded(this.#seenFolders, path, MAX_SEEN_FOLDERS);
    if (isNew && !isKnown) this.#options.onFolder(path);
  }
}
