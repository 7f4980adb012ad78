// Describes how well a configuration folder of Claude Code can be read, for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../core/source.ts';
import type { Watching } from '../../files/watched-folders.ts';
import type { Problem } from '../../files/file-problems.ts';
import type { ProblemKind } from './home-problems.ts';

/** The figures of one folder. */
export interface HomeDetails {
  root: string;
  files: number;
  lastEventAt: number | undefined;
  unknownKinds: Readonly<Record<string, number>>;
  problems: readonly Problem<ProblemKind>[];
  watching: Watching;
  /** The folder exists and can be listed. */
  readable: boolean;
  /** It exists, but this user may not list it. */
  forbidden: boolean;
  /** Everything that existed at the start was read. */
  wasRead: boolean;
}

const AS_OWNER = 'run the watcher as the user who owns them, or give it the right to read';

/** The health of a source with this folder. */
export function healthOf(home: HomeDetails): SourceHealth {
  const { wasRead, lastEventAt, files, unknownKinds } = home;
  const problems = Object.fromEntries(home.problems.map(({ kind, count }) => [kind, count]));
  return { condition: conditionOf(home), wasRead, lastEventAt, files, unknownKinds, problems };
}

function conditionOf(home: HomeDetails): SourceCondition {
  if (home.forbidden) return { state: 'unreadable', because: `${home.root} cannot be looked into (permission denied); ${AS_OWNER}` };
  if (!home.readable) return { state: 'unreadable', because: `${home.root} does not exist; it is waited for` };
  const lacks = lackingIn(home);
  if (lacks.length > 0) return { state: 'impaired', because: lacks.join('; ') };
  return home.files === 0 && home.lastEventAt === undefined && !home.wasRead ? { state: 'unknown' } : { state: 'readable' };
}

const LACKS: Partial<Record<ProblemKind, (path: string) => string>> = {
  unreadable: (path) => `sessions cannot be read (permission denied), such as ${path}; ${AS_OWNER}`,
  folder_unreadable: (path) => `folders cannot be looked into (permission denied), such as ${path}; ${AS_OWNER}`,
  too_many: (path) => `there are more sessions at work than are followed at once, such as in ${path}: the others wait`,
};

function lackingIn({ watching, problems }: HomeDetails): string[] {
  const isPolled = watching === 'polling' && problems.some(({ kind }) => kind === 'watch_limit');
  const polled = isPolled ? ['file events ran out, so folders are polled; raise fs.inotify.max_user_watches or max_user_instances'] : [];
  return [...polled, ...problems.flatMap(({ kind, standing, path }) => (standing === 0 ? [] : (LACKS[kind]?.(path) ?? [])))];
}
