// Pure: what a name inside a sessions folder stands for. Knows no file's content and no clock.

/** Why a transcript was renamed away: a reset or expiry, a deletion, or a compaction that keeps a backup. */
export type ArchiveReason = 'reset' | 'deleted' | 'bak';

const ARCHIVE_REASONS: readonly ArchiveReason[] = ['reset', 'deleted', 'bak'];

/** What a name stands for. `transcript` is the name of the transcript the file belongs to. */
export type FileKind =
  | { kind: 'transcript'; sessionId: string }
  | { kind: 'archived'; transcript: string; reason: ArchiveReason; stamp: string }
  | { kind: 'lock'; transcript: string }
  | { kind: 'index' }
  | { kind: 'other' };

export const INDEX_NAME = 'sessions.json';

// The trace side files of 2026.7 end in `.jsonl` too; they hold megabytes and are not transcripts.
const SIDE_FILE = /\.trajectory\.jsonl$/;
const ARCHIVED = /^(.+\.jsonl)\.([a-z]+)\.([^/]+)$/;
const FORK_PREFIX = /^\d{4}-\d\d-\d\dT[0-9-]+Z?_/;
const TOPIC_SUFFIX = /-topic-[^/]*$/;

/** Classifies one file name (no folder) as OpenClaw 2026.2 and 2026.7 use them. */
export function fileKindOf(name: string): FileKind {
  if (name === INDEX_NAME) return { kind: 'index' };
  if (name.endsWith('.jsonl.lock')) return belongsTo(name.slice(0, -'.lock'.length), (transcript) => ({ kind: 'lock', transcript }));
  const [, original = '', word, stamp = ''] = ARCHIVED.exec(name) ?? [];
  const reason = ARCHIVE_REASONS.find((known) => known === word);
  if (reason !== undefined) return belongsTo(original, (transcript) => ({ kind: 'archived', transcript, reason, stamp }));
  if (name.endsWith('.jsonl')) return belongsTo(name, () => ({ kind: 'transcript', sessionId: sessionIdOf(name) }));
  return { kind: 'other' };
}

/** The session id inside a transcript's name; the header inside the file may carry another one. */
export function sessionIdOf(transcript: string): string {
  return transcript
    .replace(/\.jsonl$/, '')
    .replace(FORK_PREFIX, '')
    .replace(TOPIC_SUFFIX, '');
}

function belongsTo(transcript: string, kind: (transcript: string) => FileKind): FileKind {
  const nameless = transcript === '.jsonl' || transcript.startsWith('.');
  return nameless || SIDE_FILE.test(transcript) ? { kind: 'other' } : kind(transcript);
}
