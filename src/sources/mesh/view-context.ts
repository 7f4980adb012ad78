// What a view depends on beside its record.

import type { Visibility } from '../../core/source.ts';
import type { ShowText } from './shown-text.ts';

export interface ViewContext {
  readonly show: ShowText;
  readonly visibility: Visibility;
  /** Our clock, for what only time changes. */
  readonly now: number;
  /** We hear the mesh at this moment: only then is silence a fact. */
  readonly isHeard: boolean;
  /** When the message came that brought the record: for a record without any instant. */
  readonly heardAt: number;
  /** The size of the record in the bucket. */
  readonly bytes?: number | undefined;
}
