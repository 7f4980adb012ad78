// What can be wrong with transcripts, indexes and folders, and how the log says it.

import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/log.ts';
import { createFileProblems, type FileProblem, type FileProblems, type Problem as OneProblem } from '../../../files/problems.ts';

/** The closed set of things that can be wrong with what is read. Everything else goes on. */
export type ProblemKind =
  | FileProblem
  | 'index_missing'
  | 'index_broken'
  | 'index_refused'
  | 'index_unreadable'
  | 'index_large'
  | 'folder_unreadable'
  | 'watch_limit'
  | 'watch_failed'
  | 'emit_failed';

export type Problem = OneProblem<ProblemKind>;

export type Problems = FileProblems<ProblemKind>;

const SENTENCES: Record<ProblemKind, string> = {
  symlink: 'A transcript is a symbolic link and is not followed.',
  not_a_file: 'A transcript is no regular file and is not opened.',
  outside: 'A transcript lies behind a symbolic link outside the transcript directory and is not read.',
  unreadable: 'A transcript cannot be read: permission denied.',
  exhausted: 'No file handles are left; reading is tried again.',
  failed: 'A transcript cannot be read.',
  long_line: 'A line is too long and was skipped.',
  nul_block: 'A block of NUL bytes was skipped.',
  index_missing: 'There is no session index yet.',
  index_broken: 'The session index is not valid JSON; the last good one is used.',
  index_refused: 'The session index is no regular file and is not read; the last good one is used.',
  index_unreadable: 'The session index cannot be read: permission denied; the last good one is used.',
  index_large: 'The session index has more rows than are kept; sessions that were not updated for long are missing.',
  folder_unreadable: 'A folder cannot be listed: permission denied.',
  too_many: 'An agent has more transcripts at work than are followed at once; the others wait.',
  watch_limit:
    'The system has no file watches left; polling instead. Raise fs.inotify.max_user_watches or fs.inotify.max_user_instances to get events again.',
  emit_failed: 'An event could not be handed on.',
  watch_failed: 'File events failed; the slow sweep goes on.',
};

/** What is wrong with one agent's folder is often wrong with all of them. */
const OF_FOLDERS: readonly ProblemKind[] = ['too_many', 'index_missing', 'index_unreadable', 'folder_unreadable'];

export function createProblems(log: Logger, clock: Clock): Problems {
  return createFileProblems({ sentences: SENTENCES, ofFolders: OF_FOLDERS }, log, clock);
}
