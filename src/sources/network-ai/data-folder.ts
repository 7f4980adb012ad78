// One data folder of Network-AI with its environments, as a source.

import type { Source, SourcePorts } from '../../core/source.ts';
import { UnknownKinds } from '../../core/unknown-kinds.ts';
import { type OpenPorts, untilStopped } from '../../core/until-stopped.ts';
import { Sweeps } from '../../files/sweeps.ts';
import type { FileEvents } from '../../files/watch.ts';
import { WatchedFolders } from '../../files/watched-folders.ts';
import { logsHealth } from '../coding-agents/logs-health.ts';
import { dataProblems } from './data-problems.ts';
import { Environment } from './environment.ts';
import { isDataFile } from './environment-files.ts';
import { DATA_LAYOUT, type DataPlace } from './environment-folders.ts';
import { NETWORK_AI } from './network-ai-identity.ts';
import { ToldTasks } from './told-tasks.ts';
import { createWords } from './words.ts';

export interface DataFolderOptions extends SourcePorts {
  id?: string;
  /** The folder that the scripts write. It may be missing and is waited for. */
  root: string;
  /** As it is called in addresses. */
  name: string;
  /** Poll instead of using file events, for network mounts. */
  polling: boolean;
  fileEvents?: FileEvents;
}

/** A source that emits what the files in that folder say, from `start` until `stop`. */
export function createDataFolder(options: DataFolderOptions): Source {
  return untilStopped(options, (ports) => {
    const folder = new DataFolder(ports);
    return {
      ...NETWORK_AI,
      id: options.id ?? NETWORK_AI.id,
      start: () => folder.start(),
      stop: () => folder.stop(),
      health: () => folder.health(),
    };
  });
}

class DataFolder {
  readonly #options: OpenPorts<DataFolderOptions>;
  readonly #environments = new Map<string | undefined, Environment>();
  readonly #unknownKinds = new UnknownKinds();
  readonly #problems;
  readonly #words;
  readonly #told: ToldTasks;
  readonly #folders: WatchedFolders<DataPlace>;
  readonly #sweeps: Sweeps;
  #wasRead = false;

  constructor(options: OpenPorts<DataFolderOptions>) {
    const { root, polling, clock, log, redact, fileEvents } = options;
    this.#options = options;
    this.#problems = dataProblems(log, clock);
    this.#words = createWords(redact);
    this.#told = new ToldTasks(options, root);
    this.#sweeps = new Sweeps({ clock, sweep: () => this.#sweep(), hasEvents: () => this.#folders.watching === 'events' });
    this.#folders = new WatchedFolders({
      root,
      layout: DATA_LAYOUT,
      polling,
      problems: this.#problems,
      onName: (place, name) => (isDataFile(name) ? this.#of(place.environment).hint() : undefined),
      onHint: () => this.#sweeps.soon(),
      onFound: ({ environment }) => void this.#of(environment),
      onGone: () => undefined,
      ...(fileEvents === undefined ? {} : { events: fileEvents }),
    });
  }

  async start(): Promise<void> {
    await this.#sweeps.now();
    this.#wasRead = true;
    this.#sweeps.start();
  }

  async stop(): Promise<void> {
    await this.#folders.stop();
    await this.#sweeps.stop();
    for (const environment of this.#environments.values()) await environment.stop();
  }

  health(): ReturnType<Source['health']> {
    const { root, lastEventAt } = this.#options;
    const { watching, readable, forbidden } = this.#folders;
    const files = [...this.#environments.values()].reduce((sum, { fileCount }) => sum + fileCount, 0);
    const problems = this.#problems.list();
    const about = { noun: 'file of Network-AI', root, watching, readable, forbidden, wasRead: this.#wasRead, files, problems };
    return { ...logsHealth(about), lastEventAt: lastEventAt(), unknownKinds: this.#unknownKinds.counts };
  }

  async #sweep(): Promise<void> {
    await this.#folders.rediscover();
    for (const environment of this.#environments.values()) await environment.look();
  }

  /** A folder that vanished ends nothing: its environment stays. */
  #of(environment: string | undefined): Environment {
    const known = this.#environments.get(environment);
    if (known !== undefined) return known;
    const { root, name, clock, emit, visibility, id = NETWORK_AI.id } = this.#options;
    const created = new Environment({
      id,
      root,
      path: environment === undefined ? root : `${root}/${environment}`,
      name: environment === undefined ? name : `${name}:${environment}`,
      environment,
      clock,
      emit,
      visibility,
      words: this.#words,
      problems: this.#problems,
      unknownKinds: this.#unknownKinds,
      told: this.#told,
    });
    this.#environments.set(environment, created);
    return created;
  }
}
