// Describes how well the logs of a coding agent can be read, for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../core/source.ts';
import type { Problem } from '../../files/file-problems.ts';
import type { Watching } from '../../files/watched-folders.ts';

export interface LogsDetails {
  noun: string;
  root: string;
  watching: Watching;
  /** Whether the home exists and can be listed; `forbidden`: it exists, but this user may not. */
  readable: boolean;
  forbidden: boolean;
  wasRead: boolean;
  files: number;
  problems: readonly Problem<string>[];
}

export function logsHealth(details: LogsDetails): Omit<SourceHealth, 'lastEventAt' | 'unknownKinds'> {
  const problems: Record<string, number> = {};
  for (const { kind, count } of details.problems) problems[kind] = (problems[kind] ?? 0) + count;
  return { condition: conditionOf(details), wasRead: details.wasRead && details.readable, files: details.files, problems };
}

function conditionOf(details: LogsDetails): SourceCondition {
  const { readable, forbidden, root, files, wasRead } = details;
  if (forbidden) return { state: 'unreadable', because: `this user may not look into ${root} (permission denied); ${AS_OWNER}` };
  if (!readable) return { state: 'unreadable', because: `${root} does not exist; it is waited for` };
  const lacks = lackingIn(details);
  if (lacks.length > 0) return { state: 'impaired', because: lacks.join('; ') };
  return files === 0 && !wasRead ? { state: 'unknown' } : { state: 'readable' };
}

const AS_OWNER = 'run the watcher as the user who owns it';

/** What is not seen, by the kind of problem that prevents it. */
const LACKS: Partial<Record<string, string>> = {
  unreadable: 'that cannot be read (permission denied)',
  folder_unreadable: 'in folders that cannot be listed (permission denied)',
  half_written: 'that are half-written or no JSON, so that what was read of them last stays',
  too_large: 'that are too large to be read',
  too_many: 'that wait, because more are at work than are followed at once',
};

function lackingIn({ noun, watching, problems }: LogsDetails): string[] {
  const isPolled = watching === 'polling' && problems.some(({ kind }) => kind === 'watch_limit');
  const events = 'file events ran out, so the folders are polled; raise fs.inotify.max_user_watches or max_user_instances';
  const standing = problems.flatMap(({ kind, standing: paths, path }) => {
    const lack = LACKS[kind];
    return paths === 0 || lack === undefined ? [] : [`there are ${noun}s ${lack}, such as ${path}`];
  });
  return isPolled ? [events, ...standing] : standing;
}
