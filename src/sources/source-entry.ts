// What the catalogue knows of a source before it is loaded.

import type { Source, SourcePorts } from '../core/source.ts';

/** One line of the catalogue. `Settings` is what the source needs of the configuration. */
export interface SourceEntry<Settings> extends Pick<Source, 'id' | 'capabilities'> {
  /** Loads the source and makes one; `undefined` when the configuration does not choose it. */
  create(settings: Settings, ports: SourcePorts): Promise<Source | undefined>;
}
