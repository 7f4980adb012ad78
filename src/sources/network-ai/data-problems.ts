// What can be wrong with the files of Network-AI, and how the log says it.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { createFileProblems, type FileProblem, type FileProblems, fileSentences, type FolderProblem } from '../../files/file-problems.ts';

export type DataProblem = FileProblem | FolderProblem | 'half_written' | 'too_large';

const SENTENCES: Readonly<Record<DataProblem, string>> = {
  ...fileSentences('file of Network-AI'),
  half_written: 'A file of Network-AI is half-written or is no JSON; what was read of it last stays.',
  too_large: 'A file of Network-AI is too large to be read; what was read of it last stays.',
};

export function dataProblems(log: Logger, clock: Clock): FileProblems<DataProblem> {
  return createFileProblems<DataProblem>({ sentences: SENTENCES, ofFolders: ['folder_unreadable'] }, log, clock);
}
