// Describes how well transcripts can be read, for `/health`. Pure.

import type { SourceCondition, SourceHealth } from '../../../core/source.ts';
import type { Watching } from '../../../files/watched-folders.ts';
import type { Problem } from './transcripts-problems.ts';

/** The figures of the source that its health is made of. */
export interface TranscriptDetails {
  /** How many transcripts are known, and how many of them are in use. */
  files: number;
  active: number;
  /** By our wall clock; `undefined` before the first event. */
  lastEventAt: number | undefined;
  unknownKinds: Record<string, number>;
  problems: Problem[];
  /** Files beside the transcripts that are no sessions, counted by the kind of their names at the last listing. */
  ignored: Record<string, number>;
  watching: Watching;
  /** Whether the directory exists and can be listed. */
  readable: boolean;
  /** Everything that existed at the start was read. */
  wasRead: boolean;
  /** The directory exists, but this user may not list it. */
  forbidden: boolean;
}

/** The health of a source with these details. */
export function healthOf(details: TranscriptDetails): SourceHealth {
  const problems: Record<string, number> = {};
  for (const { kind, count } of details.problems) problems[kind] = (problems[kind] ?? 0) + count;
  const { files, lastEventAt, unknownKinds, ignored } = details;
  const wasRead = details.wasRead && details.readable;
  return { condition: conditionOf(details), wasRead, lastEventAt, files, unknownKinds, problems, ignoredNames: ignored };
}

/** Whether everything can be read; if not, why, and what to do. */
function conditionOf(details: TranscriptDetails): SourceCondition {
  if (!details.readable) return { state: 'unreadable', because: whyNoDirectory(details) };
  const lacks = lackingIn(details);
  if (lacks.length > 0) return { state: 'impaired', because: lacks.join('; ') };
  return details.files === 0 && details.lastEventAt === undefined ? { state: 'unknown' } : { state: 'readable' };
}

function whyNoDirectory({ forbidden }: TranscriptDetails): string {
  if (forbidden) return `this user may not look into the transcript directory (permission denied); ${AS_OWNER}`;
  return 'the transcript directory does not exist; it is waited for';
}

const AS_OWNER = 'run the watcher as the user who owns the transcripts';

/** What is not seen, by the kind of problem that prevents it. */
const LACKS: Partial<Record<Problem['kind'], (standing: number, path: string) => string>> = {
  unreadable: (standing, path) => `${countOf(standing, 'transcript')} cannot be read (permission denied), such as ${path}; ${AS_OWNER}`,
  folder_unreadable: (standing, path) =>
    `${countOf(standing, 'folder')} cannot be looked into (permission denied), such as ${path}; ${AS_OWNER}`,
  index_unreadable: (standing, path) =>
    `${countOf(standing, 'session index', 'session indexes')} cannot be read (permission denied), such as ${path}; ${AS_OWNER}`,
  too_many: (standing, path) =>
    `${countOf(standing, 'folder')} with more transcripts at work than are followed at once, such as ${path}: the others wait`,
  index_large: (standing, path) =>
    `${countOf(standing, 'session index', 'session indexes')} with far too many rows, such as ${path}: only the newest are used; remove old sessions`,
};

function lackingIn({ watching, problems }: TranscriptDetails): string[] {
  const standing = problems.flatMap(({ kind, standing: paths, path }) => (paths === 0 ? [] : (LACKS[kind]?.(paths, path) ?? [])));
  const isPolled = watching === 'polling' && problems.some(({ kind }) => kind === 'watch_limit');
  const lackOfEvents = 'file events ran out, so the directory is polled; raise fs.inotify.max_user_watches or max_user_instances';
  return isPolled ? [lackOfEvents, ...standing] : standing;
}

function countOf(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
