// What can be wrong with the files of Claude Code, with the log sentence for each.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { createFileProblems, type FileProblem, type FileProblems, fileSentences, type FolderProblem } from '../../files/file-problems.ts';

export type ProblemKind = FileProblem | FolderProblem | 'emit_failed';

export type Problems = FileProblems<ProblemKind>;

const SENTENCES: Record<ProblemKind, string> = {
  ...fileSentences('Claude Code session'),
  emit_failed: 'An event could not be processed; this is a defect of the watcher.',
};

export function createProblems(log: Logger, clock: Clock): Problems {
  return createFileProblems({ sentences: SENTENCES, ofFolders: ['too_many', 'folder_unreadable'] }, log, clock);
}
