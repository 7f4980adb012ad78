// Classifies the names of files in a sessions folder. Pure.

/** Why a transcript was renamed: a reset or expiry, a deletion, or a compaction that keeps a backup. */
export type ArchiveReason = 'reset' | 'deleted' | 'bak';

const ARCHIVE_REASONS: readonly ArchiveReason[] = ['reset', 'deleted', 'bak'];

/** What kind of file a name belongs to. `transcript` is the name of its transcript. */
export type FileKind =
  | { kind: 'transcript'; sessionId: string }
  | { kind: 'archived'; transcript: string; reason: ArchiveReason; stamp: string }
  | { kind: 'lock'; transcript: string }
  | { kind: 'index' }
  /** It looks like a transcript but is none, unless an index explicitly names it. */
  | { kind: 'ignored'; what: IgnoredName }
  | { kind: 'other' };

/** What an ignored file is, by the form of its name. `unknown_name` has a form that no session id has. */
export type IgnoredName = 'checkpoint' | 'temporary' | 'editor' | 'sync_conflict' | 'archive' | 'backup' | 'unknown_name';

export const INDEX_NAME = 'sessions.json';

// The trace files of 2026.7 end in `.jsonl`, too. They hold megabytes and are not transcripts.
const SIDE_FILE = /\.trajectory\.jsonl$|\.trajectory\.jsonl\.lock$|\.jsonl\.compact\.[^.]+\.tmp$|^\.openclaw-trajectory-/;
const ARCHIVED = /^(.+\.jsonl)\.([a-z]+)\.([^/]+)$/;
const FORK_PREFIX = /^\d{4}-\d\d-\d\dT[0-9-]+Z?_/;
const TOPIC_SUFFIX = /-topic-[^/]*$/;
/** Names contain the ids of threads in URL encoding. Those of some messengers have a dot. */
const TOPIC = /-topic-[A-Za-z0-9%_-]+(?:\.\d+)?$/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const COPY_WORD = /(?:^|[-_. ])(?:copy|copie|kopie|backup|bak|old|orig|save|saved|tmp|temp|conflict|checkpoint)\d*(?:[-_. ]|$)/i;

/** The forms of ignored names, the most specific first. */
const IGNORED: readonly [IgnoredName, RegExp][] = [
  ['checkpoint', /[-_.]checkpoint[-_.]/i],
  ['sync_conflict', /sync-conflict|conflicted|[-_. (]conflict|\.sb-[0-9a-f]+-|^\.nfs|\.syncthing\./i],
  ['editor', /~$|^#|^\.#|\.sw[a-z]$|\.(?:orig|rej)(?:\.|$)/],
  ['temporary', /[-_.](?:tmp|temp|part|partial|crdownload|download)(?:[-_.]|$)|^\./i],
  ['archive', /\.jsonl\.(?:reset|deleted|archived?|old)|\.(?:gz|zst|zip|bz2|xz|tar|tgz|7z|lz4)$|archive/i],
  ['backup', /\.jsonl\.|cop(?:y|ie)|kopie|[-_. ](?:bak|backup|old|save|saved)\d*(?:[-_. ]|$)|\(\d+\)|\.\d+\.jsonl$|backup/i],
];

/** Classifies one file name (no folder) as OpenClaw 2026.2 and 2026.7 use them. */
export function fileKindOf(name: string): FileKind {
  if (name === INDEX_NAME) return { kind: 'index' };
  if (name.endsWith('.jsonl.lock')) return belongsTo(name.slice(0, -'.lock'.length), (transcript) => ({ kind: 'lock', transcript }));
  const [, original = '', word, stamp = ''] = ARCHIVED.exec(name) ?? [];
  const reason = ARCHIVE_REASONS.find((known) => known === word);
  if (reason !== undefined) return belongsTo(original, (transcript) => ({ kind: 'archived', transcript, reason, stamp }));
  if (name.endsWith('.jsonl')) return belongsTo(name, () => ({ kind: 'transcript', sessionId: sessionIdOf(name) }));
  return name.includes('.jsonl') && !SIDE_FILE.test(name) ? ignored(name) : { kind: 'other' };
}

/** The session id in a transcript's name. The header in the file may have another one. */
export function sessionIdOf(transcript: string): string {
  return transcript
    .replace(/\.jsonl$/, '')
    .replace(FORK_PREFIX, '')
    .replace(TOPIC_SUFFIX, '');
}

/** Whether the transcript may have this name after it was renamed. */
export function isArchiveOf(name: string, transcript: string): boolean {
  const kind = fileKindOf(name);
  return kind.kind === 'archived' && kind.transcript === transcript;
}

/** Why a file of this name was renamed; `undefined` when the name does not say it. */
export function archiveReasonOf(name: string): ArchiveReason | undefined {
  const kind = fileKindOf(name);
  return kind.kind === 'archived' ? kind.reason : undefined;
}

function belongsTo(transcript: string, kind: (transcript: string) => FileKind): FileKind {
  if (transcript === '.jsonl' || SIDE_FILE.test(transcript)) return { kind: 'other' };
  return isSessionStem(transcript.slice(0, -'.jsonl'.length)) ? kind(transcript) : ignored(transcript);
}

/** Whether a name without its ending can be a session's: an id, perhaps after a date and before a thread, and nothing else. */
function isSessionStem(stem: string): boolean {
  const id = stem.replace(FORK_PREFIX, '').replace(TOPIC, '');
  if (COPY_WORD.test(stem)) return false;
  const uuid = UUID.exec(id)?.[0];
  return uuid === undefined ? PLAIN_ID.test(id) : uuid === id;
}

function ignored(name: string): FileKind {
  return { kind: 'ignored', what: IGNORED.find(([, form]) => form.test(name))?.[0] ?? 'unknown_name' };
}
