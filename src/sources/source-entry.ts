// What the catalogue knows of a source before it is loaded.

import type { Source, SourcePorts } from '../core/source.ts';

/** The folder of a source of files. */
interface SourceFolder {
  /** Its name in the table of variables, and that of the variable. */
  readonly setting: string;
  readonly variable: string;
  /** Completes "expected …". */
  readonly expected: string;
  /** What lies in it, as a sentence begins with it. */
  readonly subject: string;
}

/** One line of the catalogue. `Settings` is what the source needs of the configuration. */
export interface SourceEntry<Settings> extends Pick<Source, 'id' | 'capabilities'> {
  /** Only of a source of files: `SOURCES=auto` takes it when its folder is set. */
  readonly reads?: SourceFolder;
  /** Loads the source and makes one; `undefined` when what it needs is not set. */
  create(settings: Settings, ports: SourcePorts): Promise<Source | undefined>;
}
