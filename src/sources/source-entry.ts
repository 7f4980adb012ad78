// What the catalogue knows about a source before it is loaded.

import type { Source, SourcePorts } from '../core/source.ts';
import type { AgentHome } from './coding-agents/find-homes.ts';

/** The folder of a source of files. */
interface SourceFolder {
  /** The name of its setting in the table of variables. */
  readonly setting: string;
  /** What is in the folder: the first word of a sentence about it. */
  readonly subject: string;
}

/** One line of the catalogue. `Settings` is the part of the configuration that the source needs. */
export interface SourceEntry<Settings> extends Pick<Source, 'id' | 'capabilities'> {
  /** Only for a source of files: `SOURCES=auto` uses it when its folder is set. */
  readonly reads?: SourceFolder;
  /** Only for a source of a coding agent: `SOURCES=auto` uses it when such a home is there. */
  readonly lives?: AgentHome;
  /** Loads and creates the source; `undefined` when a setting that it needs is missing. */
  create(settings: Settings, ports: SourcePorts): Promise<Source | undefined>;
}
