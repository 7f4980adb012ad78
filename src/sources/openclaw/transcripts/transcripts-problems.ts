// What can be wrong with transcripts, indexes and folders, with the log sentence for each.

import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/log.ts';
import {
  createFileProblems,
  type FileProblem,
  type FileProblems,
  fileSentences,
  type FolderProblem,
  type Problem as OneProblem,
} from '../../../files/file-problems.ts';

/** The closed set of reading problems. None of them stops the rest of the source. */
export type ProblemKind =
  | FileProblem
  | FolderProblem
  | 'index_missing'
  | 'index_broken'
  | 'index_refused'
  | 'index_unreadable'
  | 'index_large'
  | 'emit_failed';

export type Problem = OneProblem<ProblemKind>;

export type Problems = FileProblems<ProblemKind>;

const SENTENCES: Record<ProblemKind, string> = {
  ...fileSentences('transcript'),
  index_missing: 'There is no session index yet.',
  index_broken: 'The session index is not valid JSON; the last good one is used.',
  index_refused: 'The session index is no regular file and is not read; the last good one is used.',
  index_unreadable: 'The session index cannot be read: permission denied. The last good one is used. Run the watcher as its owner.',
  index_large: 'The session index has more rows than are kept; sessions that were not updated for long are missing.',
  emit_failed: 'An event could not be processed; this is a defect of the watcher.',
};

/** Problems that often concern the folders of all agents at once. */
const OF_FOLDERS: readonly ProblemKind[] = ['too_many', 'index_missing', 'index_unreadable', 'folder_unreadable'];

export function createProblems(log: Logger, clock: Clock): Problems {
  return createFileProblems({ sentences: SENTENCES, ofFolders: OF_FOLDERS }, log, clock);
}
